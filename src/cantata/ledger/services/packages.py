"""Packages: upload, download, vetting, and DARs completed with what the participant has."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cantata.ledger.decoding import Fields
from cantata.ledger.errors import MalformedAnswer, NotFound, Refusal
from cantata.ledger.model.packages import Preferred, Vetted, preferred, vetted_packages
from cantata.ledger.services.pages import quoted
from cantata.ledger.transport import Call, Query, Transport
from cantata.lf.archive import ArchiveError, StoredPackage, read_dar, write_dar
from cantata.lf.archive.reader import read_payload
from cantata.lf.stable import stable_packages

VETTING_PAGE = 100
DEPENDENCIES_MAX = 1_000
"""Packages that a deployment downloads at most."""


class MissingPackages(Refusal):
    """Packages that a DAR needs are neither in it nor on the participant; field `missing`."""

    code: ClassVar[str] = "MISSING_PACKAGES"

    def __init__(self, main: str, missing: Sequence[str], refusal: Refusal) -> None:
        super().__init__(
            f"{main} needs packages that the participant does not have: {', '.join(missing)}",
            answer=refusal.answer,
            hint="upload the DARs that hold them first",
        )
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Deployed:
    """What a deployment did: the main package, those sent with it, those fetched to do so."""

    package_id: str
    sent: tuple[str, ...]
    fetched: tuple[str, ...]


class Packages:
    """The packages of a participant."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def ids(self) -> tuple[str, ...]:
        """Give the ids of all packages."""
        answer = await self._transport.read(Call(method="GET", path="/v2/packages"))
        return Fields(answer).texts("packageIds")

    async def download(self, package_id: str) -> bytes:
        """Give a package's bytes, whose SHA-256 is its id; raise `NotFound`."""
        call = Call(method="GET", path=f"/v2/packages/{quoted(package_id)}")
        return await self._transport.read_bytes(call)

    async def is_registered(self, package_id: str) -> bool:
        """Tell whether the participant has a package."""
        call = Call(method="GET", path=f"/v2/packages/{quoted(package_id)}/status")
        status = Fields(await self._transport.read(call)).text("packageStatus")
        return status == "PACKAGE_STATUS_REGISTERED"

    async def upload(self, dar: bytes, *, vet: bool = True) -> None:
        """Upload a DAR, which does no harm twice, and vet all its packages unless told not to."""
        query: Query = {} if vet else {"vetAllPackages": "false"}
        call = Call(method="POST", path="/v2/packages", content=dar, query=query, is_command=True)
        await self._transport.read_bytes(call)

    async def validate(self, dar: bytes) -> None:
        """Return if the participant would take a DAR, else raise what it says."""
        call = Call(method="POST", path="/v2/dars/validate", content=dar, is_command=True)
        await self._transport.read_bytes(call)

    async def deploy(self, dar: bytes, *, vet: bool = True) -> Deployed:
        """Upload a DAR that may lack packages: those are taken from the participant.

        A participant wants each DAR to be complete. What it cannot give either is left out, and
        if it then refuses the DAR, `MissingPackages` names what is missing. Raise `ArchiveError`
        for what is no DAR.
        """
        given = read_dar(dar)
        available = {**stable_packages(), **given.packages}
        fetched, missing = await self._complete(given.main, available)
        sent = write_dar(_without(given.main, missing), _each_without(available, missing))
        try:
            await self.upload(dar if not fetched and not missing else sent, vet=vet)
        except Refusal as error:
            if not missing:
                raise
            raise MissingPackages(given.main.package.name, sorted(missing), error) from error
        return Deployed(given.main.id, tuple(given.packages), tuple(fetched))

    async def vetted(
        self, *, name_prefixes: Sequence[str] = (), package_ids: Sequence[str] = ()
    ) -> AsyncGenerator[Vetted, None]:
        """Give the vetted packages, those of certain names or ids or all, by synchronizer."""
        wanted: dict[str, Any] = {}
        if name_prefixes or package_ids:
            wanted["packageMetadataFilter"] = {
                "packageIds": list(package_ids),
                "packageNamePrefixes": list(name_prefixes),
            }
        token = ""
        while True:
            body = {**wanted, "pageSize": VETTING_PAGE, "pageToken": token}
            call = Call(method="POST", path="/v2/package-vetting/list", body=body)
            page = Fields(await self._transport.read(call))
            for each in page.items("vettedPackages", vetted_packages):
                for package in each:
                    yield package
            token = page.text("nextPageToken")
            if not token:
                return

    async def vet(self, *package_ids: str) -> None:
        """Let packages be used; raise `Refusal` if they are no upgrades of their names."""
        await self._change_vetting("Vet", package_ids)

    async def unvet(self, *package_ids: str) -> None:
        """Let packages no longer be used."""
        await self._change_vetting("Unvet", package_ids)

    async def preferred(
        self, parties_by_name: Mapping[str, Iterable[str]], *, synchronizer_id: str = ""
    ) -> tuple[Preferred, ...]:
        """Give, for package names, the packages that all hosts of the named parties can use.

        Raise `Refusal` if there are none. The ids are what `Submission.packages` takes.
        """
        requirements = [
            {"packageName": name, "parties": list(parties)}
            for name, parties in parties_by_name.items()
        ]
        body: dict[str, Any] = {"packageVettingRequirements": requirements}
        if synchronizer_id:
            body["synchronizerId"] = synchronizer_id
        path = "/v2/interactive-submission/preferred-packages"
        answer = await self._transport.read(Call(method="POST", path=path, body=body))
        return Fields(answer).items("packageReferences", preferred)

    async def _change_vetting(self, operation: str, package_ids: Sequence[str]) -> None:
        packages = [
            {"packageId": each, "packageName": "", "packageVersion": ""} for each in package_ids
        ]
        body = {"changes": [{"operation": {operation: {"value": {"packages": packages}}}}]}
        path = "/v2/package-vetting/update"
        await self._transport.send(Call(method="POST", path=path, body=body, is_command=True))

    async def _complete(
        self, main: StoredPackage, available: dict[str, StoredPackage]
    ) -> tuple[list[str], set[str]]:
        """Add what is needed and can be downloaded; give the ids of that, and of the rest."""
        fetched: list[str] = []
        missing: set[str] = set()
        pending = [main]
        seen = {main.id}
        while pending:
            for package_id in sorted(pending.pop().package.imports - seen):
                seen.add(package_id)
                if package_id not in available and len(fetched) < DEPENDENCIES_MAX:
                    found = await self._fetch(package_id)
                    if found is not None:
                        available[package_id] = found
                        fetched.append(package_id)
                if package_id in available:
                    pending.append(available[package_id])
                else:
                    missing.add(package_id)
        return fetched, missing

    async def _fetch(self, package_id: str) -> StoredPackage | None:
        try:
            stored = read_payload(await self.download(package_id))
        except NotFound:
            return None
        except ArchiveError as error:
            raise MalformedAnswer(f"package {package_id} cannot be read: {error}") from error
        if stored.id != package_id:
            raise MalformedAnswer(f"the bytes given for package {package_id} are of {stored.id}")
        return stored


def _each_without(
    packages: Mapping[str, StoredPackage], missing: set[str]
) -> dict[str, StoredPackage]:
    return {package_id: _without(stored, missing) for package_id, stored in packages.items()}


def _without(stored: StoredPackage, missing: set[str]) -> StoredPackage:
    """Give a package that does not ask for some of its imports; its bytes stay the same."""
    if not stored.package.imports & missing:
        return stored
    package = replace(stored.package, imports=stored.package.imports - missing)
    return replace(stored, package=package)
