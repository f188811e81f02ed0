"""What the package service does about vetting: which packages transactions may use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from cantata.kernel.time import Timestamp
from cantata.lf.codec.jsontext import loads
from cantata.lf.model import Packages
from cantata.sandbox.participant.administration.identifiers import unique_identifier_fault
from cantata.sandbox.participant.administration.paging import encode_token, token_key
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.errors import MalformedRequest, Refusal
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.packages.refusals import (
    malformed_message,
    malformed_value,
    not_connected,
    unresolved,
)
from cantata.sandbox.participant.packages.state import ALWAYS, PackageStore, Vetting
from cantata.sandbox.participant.packages.upgrades import require_upgrades
from cantata.sandbox.participant.shapes import (
    BodyFault,
    Empty,
    Instant,
    Int32,
    message,
    read_body,
)

PAGE_MAX = 100


@message
class MetadataFilter:
    """Packages by id or by the beginning of their name; neither means all."""

    package_ids: tuple[str, ...]
    package_name_prefixes: tuple[str, ...]


@message
class TopologyFilter:
    """Participants and synchronizers; none means all."""

    participant_ids: tuple[str, ...]
    synchronizer_ids: tuple[str, ...]


@message
class ListVetted:
    """Which vetting to list."""

    package_metadata_filter: MetadataFilter | None
    topology_state_filter: TopologyFilter | None
    page_token: str
    page_size: Int32


@message
class PackageRef:
    """A package by those of its properties that are not empty."""

    package_id: str
    package_name: str
    package_version: str

    def __str__(self) -> str:
        named = {
            "package-id": self.package_id,
            "package-name": self.package_name,
            "package-version": self.package_version,
        }
        return ", ".join(f"{name}: '{value}'" for name, value in named.items() if value)


@message
class VetPackages:
    """Packages to vet, and when they may be used."""

    packages: tuple[PackageRef, ...]
    new_valid_from_inclusive: Instant | None
    new_valid_until_exclusive: Instant | None


@message
class UnvetPackages:
    """Packages to take out of use."""

    packages: tuple[PackageRef, ...]


@message
class Vet:
    """To vet packages."""

    value: VetPackages


@message
class Unvet:
    """To take packages out of use."""

    value: UnvetPackages


@message
class Change:
    """One change of the vetting."""

    operation: Vet | Unvet | Empty


@message
class Prior:
    """The serial that the vetting must have."""

    value: Int32


@message
class NoPrior:
    """That there must be no vetting yet."""


@message
class ExpectedSerial:
    """The state of the vetting that the caller has seen."""

    serial: Prior | NoPrior | Empty


class ForceFlag(Enum):
    """Which checks a change may skip."""

    UNSPECIFIED = "UPDATE_VETTED_PACKAGES_FORCE_FLAG_UNSPECIFIED"
    INCOMPATIBLE = "UPDATE_VETTED_PACKAGES_FORCE_FLAG_ALLOW_VET_INCOMPATIBLE_UPGRADES"
    UNVETTED = "UPDATE_VETTED_PACKAGES_FORCE_FLAG_ALLOW_UNVETTED_DEPENDENCIES"


@message
class UpdateVetted:
    """Changes of the vetting, made one after the other, all or none."""

    changes: tuple[Change, ...]
    dry_run: bool
    synchronizer_id: str
    expected_topology_serial: ExpectedSerial | None
    update_vetted_packages_force_flags: tuple[ForceFlag, ...]


class VettingService:
    """The use cases about vetting."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._store = node.part(PackageStore)

    def all(self, request: Request) -> dict[str, Any]:
        """Give the vetted packages."""
        return self._list(request.body)

    def all_from_bytes(self, request: Request) -> dict[str, Any]:
        """Give the vetted packages to a GET, whose body may be left out."""
        try:
            body = read_body(ListVetted, loads(request.body or b"{}"))
        except BodyFault as fault:
            raise MalformedRequest(fault.text) from None
        return self._list(body)

    def update(self, request: Request) -> dict[str, Any]:
        """Change the vetting, or say what a change would give."""
        body: UpdateVetted = request.body
        self._require_synchronizer(body.synchronizer_id)
        self._require_serial(body.expected_topology_serial)
        store, before = self._store, dict(self._store.vetted)
        after = dict(before)
        for change in body.changes:
            self._change(after, change)
        if ForceFlag.INCOMPATIBLE not in body.update_vetted_packages_force_flags:
            self._require_upgrades(before, after)
        serial = store.serial
        if after != before and not body.dry_run:
            store.set_vetting(after)
        return {
            "pastVettedPackages": self._vetted(before, serial, None),
            "newVettedPackages": self._vetted(after, serial + (after != before), None),
        }

    def _list(self, body: ListVetted) -> dict[str, Any]:
        if body.page_size > PAGE_MAX:
            raise malformed_message(
                "InvariantViolation(Some(page_size),Page size must not exceed the server's "
                f"maximum of {PAGE_MAX})"
            )
        if body.page_size < 0:
            raise malformed_message(
                "InvariantViolation(Some(page_size),Page size must be non-negative)"
            )
        last = token_key(body.page_token) if body.page_token else ""
        if last is None:
            raise malformed_value(
                "page_token",
                "Invalid page token for ListVettedPackagesRequest: Failed proto decoding",
            )
        identity = self._node.identity
        here = self._is_wanted(body.topology_state_filter)
        if not here or last >= identity.synchronizer.id:
            return {"vettedPackages": [], "nextPageToken": ""}
        store = self._store
        vetted = self._vetted(store.vetted, store.serial, body.package_metadata_filter)
        token = encode_token(identity.synchronizer.id, identity.participant_id)
        return {"vettedPackages": [vetted], "nextPageToken": token}

    def _is_wanted(self, wanted: TopologyFilter | None) -> bool:
        if wanted is None:
            return True
        identity = self._node.identity
        return _matches(
            "participant_ids", wanted.participant_ids, identity.participant_id
        ) and _matches("synchronizer_ids", wanted.synchronizer_ids, identity.synchronizer.id)

    def _vetted(
        self, vetted: Mapping[str, Vetting], serial: int, wanted: MetadataFilter | None
    ) -> dict[str, Any]:
        identity = self._node.identity
        rows = (self._row(package_id, vetting) for package_id, vetting in vetted.items())
        return {
            "packages": [row for row in rows if wanted is None or _fits(row, wanted)],
            "participantId": identity.participant_id,
            "synchronizerId": identity.synchronizer.id,
            "topologySerial": serial,
        }

    def _row(self, package_id: str, vetting: Vetting) -> dict[str, Any]:
        package = self._store.listed[package_id]
        return {
            "packageId": package_id,
            "validFromInclusive": _instant(vetting.valid_from),
            "validUntilExclusive": _instant(vetting.valid_until),
            "packageName": package.name,
            "packageVersion": package.version,
        }

    def _change(self, vetted: dict[str, Vetting], change: Change) -> None:
        operation = change.operation
        if isinstance(operation, Empty):
            raise malformed_message("FieldNotSet(operation)")
        if isinstance(operation, Unvet):
            for reference in operation.value.packages:
                for package_id in self._matching(reference):
                    vetted.pop(package_id, None)
            return
        bounds = operation.value
        vetting = Vetting(bounds.new_valid_from_inclusive, bounds.new_valid_until_exclusive)
        for reference in bounds.packages:
            vetted[self._one(reference)] = vetting if any(vetting) else ALWAYS

    def _one(self, reference: PackageRef) -> str:
        found = self._matching(reference)
        if not found:
            raise unresolved(str(reference), _nothing(reference))
        if len(found) > 1:
            raise unresolved(str(reference), f"Ambiguous: it matches {len(found)} packages")
        return found[0]

    def _matching(self, reference: PackageRef) -> list[str]:
        if not any((reference.package_id, reference.package_name, reference.package_version)):
            raise unresolved(str(reference), "The reference is empty")
        return [
            package.id
            for package in self._store.listed.values()
            if reference.package_id in ("", package.id)
            and reference.package_name in ("", package.name)
            and reference.package_version in ("", package.version)
        ]

    def _require_upgrades(
        self, before: Mapping[str, Vetting], after: Mapping[str, Vetting]
    ) -> None:
        listed = self._store.listed
        new = [listed[package_id] for package_id in after if package_id not in before]
        vetted = [listed[package_id] for package_id in after]
        require_upgrades(new, vetted, Packages(listed.values()))

    def _require_synchronizer(self, synchronizer: str) -> None:
        if not synchronizer:
            return
        fault = unique_identifier_fault(synchronizer)
        if fault is not None:
            raise malformed_value("synchronizer_id", fault)
        if synchronizer != self._node.identity.synchronizer.id:
            raise not_connected(synchronizer)

    def _require_serial(self, expected: ExpectedSerial | None) -> None:
        serial = Empty() if expected is None else expected.serial
        if isinstance(serial, Empty):
            return
        wanted = serial.value if isinstance(serial, Prior) else 0
        if wanted != self._store.serial:
            raise Refusal(
                "TOPOLOGY_SERIAL_MISMATCH",
                f"The given serial {wanted} does not match the actual serial {self._store.serial}.",
                context={"expected": str(wanted), "actual": str(self._store.serial)},
            )


def _matches(field: str, wanted: tuple[str, ...], own: str) -> bool:
    for each in wanted:
        fault = unique_identifier_fault(each)
        if fault is not None:
            raise malformed_value(field, fault)
    return not wanted or own in wanted


def _fits(row: Mapping[str, Any], wanted: MetadataFilter) -> bool:
    if not wanted.package_ids and not wanted.package_name_prefixes:
        return True
    named = row["packageName"].startswith(wanted.package_name_prefixes)
    return named or row["packageId"] in wanted.package_ids


def _nothing(reference: PackageRef) -> str:
    if reference.package_id:
        return f"No packages with package ID {reference.package_id}"
    return f"No packages with name {reference.package_name} and version {reference.package_version}"


def _instant(time: int | None) -> str | None:
    return None if time is None else str(Timestamp(time))
