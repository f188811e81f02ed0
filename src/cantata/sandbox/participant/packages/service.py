"""What the package service does: upload, validate, list, serve."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from typing import Any

from cantata.lf.archive import StoredPackage
from cantata.lf.archive.dar import Dar, read_dar
from cantata.lf.check import check_dar
from cantata.lf.model import Package, Packages
from cantata.sandbox.participant.administration.identifiers import unique_identifier_fault
from cantata.sandbox.participant.api import OCTETS, Answer, Request
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.packages.order import hashed_order
from cantata.sandbox.participant.packages.refusals import (
    ill_formed,
    malformed_package_id,
    malformed_value,
    not_connected,
    package_not_found,
)
from cantata.sandbox.participant.packages.state import PackageStore
from cantata.sandbox.participant.packages.upgrades import require_upgrades
from cantata.sandbox.participant.shapes import message

PACKAGE_ID_MAX = 64
REGISTERED = "PACKAGE_STATUS_REGISTERED"
UNKNOWN = "PACKAGE_STATUS_UNSPECIFIED"

_NOT_IN_ID = re.compile(r"[^a-zA-Z0-9\-_ ]")


@message
class UploadQuery:
    """Where to vet what is uploaded; packages are vetted unless that is refused."""

    vet_all_packages: bool | None
    synchronizer_id: str | None


@message
class ValidateQuery:
    """The synchronizer whose vetting counts."""

    synchronizer_id: str | None


class PackageService:
    """The use cases about packages."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._store = node.part(PackageStore)

    async def upload(self, request: Request) -> dict[str, Any]:
        """Take a DAR: all its packages or, if anything is wrong with it, none."""
        query: UploadQuery = request.query
        self._require_synchronizer(query.synchronizer_id or "")
        vet = query.vet_all_packages is not False
        dar = await self._read(request.body)
        self.take(dar, vet=vet)
        return {}

    async def validate(self, request: Request) -> Answer:
        """Check a DAR as an upload would."""
        query: ValidateQuery = request.query
        self._require_synchronizer(query.synchronizer_id or "")
        self._require_upgrades(await self._read(request.body))
        return Answer()

    def install(self, data: bytes) -> None:
        """Take a DAR at start, before anything is served."""
        self.take(inspect(data, self._store.stored, self._store.declared), vet=True)

    def take(self, dar: Dar, *, vet: bool) -> None:
        """Keep the packages of a DAR that is in order, and vet them if they may be."""
        if vet:
            self._require_upgrades(dar)
        self._store.add(dar.packages.values(), vet=vet)

    def all(self, request: Request) -> dict[str, Any]:
        """Give the ids of all packages."""
        return {"packageIds": hashed_order(self._store.listed)}

    def status(self, request: Request) -> dict[str, Any]:
        """Tell whether the participant has a package."""
        package_id = _checked_id(request)
        return {"packageStatus": REGISTERED if package_id in self._store.listed else UNKNOWN}

    def get(self, request: Request) -> Answer:
        """Give the bytes of a package, whose hash is its id."""
        package_id = _checked_id(request)
        stored = self._store.stored.get(package_id)
        if stored is None:
            raise package_not_found(package_id)
        return Answer(stored.payload, OCTETS, headers={"Canton-Package-Hash": package_id})

    async def _read(self, data: bytes) -> Dar:
        """Read and check a DAR aside, so that others are served meanwhile."""
        store = self._store
        return await asyncio.to_thread(inspect, data, dict(store.stored), dict(store.declared))

    def _require_upgrades(self, dar: Dar) -> None:
        store = self._store
        new = [each.package for each in dar.packages.values() if each.id not in store.vetted]
        vetted = [store.listed[package_id] for package_id in store.vetted]
        known = Packages((*store.declared.values(), *store.listed.values(), *new))
        require_upgrades(new, vetted, known)

    def _require_synchronizer(self, synchronizer: str) -> None:
        if not synchronizer:
            return
        fault = unique_identifier_fault(synchronizer)
        if fault is not None:
            raise malformed_value("synchronizer_id", fault)
        if synchronizer != self._node.identity.synchronizer.id:
            raise not_connected(synchronizer)


def inspect(
    data: bytes, known: Mapping[str, StoredPackage], declared: Mapping[str, Package]
) -> Dar:
    """Read a DAR and check it, or raise what is wrong with it; known packages are in order.

    A declared package, which nobody here has the bytes of, need not be in the DAR.
    """
    dar = read_dar(data, known=known)
    if all(package_id in known for package_id in dar.packages):
        return dar
    given = [each.package for each in dar.packages.values()]
    main, *others = (*given, *_standing_in(given, declared, known))
    violations = check_dar(main, others)
    if violations:
        raise ill_formed(violations[0])
    return dar


def _standing_in(
    given: Iterable[Package], declared: Mapping[str, Package], known: Mapping[str, StoredPackage]
) -> list[Package]:
    """Give the declared packages that are needed, directly or not, and not given.

    What only these need the participant has to know: a DAR without them does not hold it either.
    """
    pending, found = list(given), []
    sent = {package.id for package in pending}
    present = set(sent)
    while pending:
        package = pending.pop()
        for package_id in sorted(package.imports - present):
            needed = declared.get(package_id)
            if needed is None and package.id not in sent and package_id in known:
                needed = known[package_id].package
            if needed is not None:
                present.add(package_id)
                pending.append(needed)
                found.append(needed)
    return found


def _checked_id(request: Request) -> str:
    package_id: str = request.path["package-id"]
    wrong = _NOT_IN_ID.search(package_id)
    if wrong is not None:
        fault = f'non expected character 0x{ord(wrong[0]):x} in Daml-LF Package ID "{package_id}"'
        raise malformed_package_id(package_id, fault)
    if not 0 < len(package_id) <= PACKAGE_ID_MAX:
        raise malformed_package_id(
            package_id, f"Daml-LF Package ID is too long (max: {PACKAGE_ID_MAX})"
        )
    return package_id
