"""Lists tokens: their registries, packages, and how each instrument is treated.

Registries are asked between transactions, never within one. Each change says in the audit trail
who made it and why, and has offers looked at again that it may concern.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from cantata.exchange.model.decisions import By
from cantata.exchange.model.treasury import (
    DAR_BYTES_MAX,
    ListedInstrument,
    Listing,
    Policy,
    Registry,
    UploadedPackage,
)
from cantata.exchange.objections import (
    AddressRefused,
    DarNotVetted,
    DarRefused,
    DarTooLarge,
    DecimalsChanged,
    ListedAlready,
    ListingRefused,
    NotListed,
    RegistryUnknown,
    TooMuchListed,
    WrongPackage,
)
from cantata.exchange.policy.listing import address_fault, package_faults, policy_faults
from cantata.exchange.registries.directory import OWN, Registries
from cantata.exchange.registries.model import InstrumentInfo, RegistryInfo
from cantata.exchange.repository import deposits, listings, packages
from cantata.exchange.service.auditing import note
from cantata.kernel.ids import PackageId, PackageName, PackageVersion, PartyId
from cantata.kernel.time import Clock
from cantata.ledger.model.packages import Vetted
from cantata.lf.archive import ArchiveError, read_dar
from cantata.lf.model.package import Package
from cantata.storage.database import Database
from cantata.storage.session import ReadSession, WriteSession
from cantata.tokens.model import InstrumentId


class Uploader(Protocol):
    """Puts packages on the participant."""

    async def upload(self, dar: bytes) -> None:
        """Upload a DAR and vet its packages; it does no harm twice."""

    def vetted(self, *, package_ids: Sequence[str] = ()) -> AsyncGenerator[Vetted, None]:
        """Give those of some packages that the participant uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewListing:
    """An instrument to list; `packages` are the names whose contracts count as holdings of it."""

    instrument: InstrumentId
    packages: tuple[str, ...]
    listing: Listing = Listing.SUSPENDED
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingChange:
    """What is to be different; None leaves it as it is."""

    packages: tuple[str, ...] | None = None
    listing: Listing | None = None
    policy: Policy | None = None


class Listings:
    """The use cases of listings."""

    def __init__(
        self, database: Database, registries: Registries, uploader: Uploader, clock: Clock
    ) -> None:
        self._database = database
        self._registries = registries
        self._uploader = uploader
        self._clock = clock

    async def add_registry(self, admin: PartyId, url: str, by: By) -> Registry:
        """Say where an admin's registry answers, or that it moved; it is asked whose it is.

        Raise AddressRefused, WrongAdmin, TooMuchListed, or another RegistryError.
        """
        fault = address_fault(url, OWN)
        if fault is not None:
            raise AddressRefused(url, fault)
        info = await self._registries.at(url).checked(admin)
        registry = Registry(
            admin=admin, url=url, checked_at=self._clock.now(), info={"apis": dict(info.apis)}
        )
        async with self._database.write() as session:
            before = await listings.registry(session, admin)
            if before is None and await listings.count_registries(session) >= (
                listings.REGISTRIES_MAX
            ):
                raise TooMuchListed("registries", listings.REGISTRIES_MAX)
            await listings.save_registry(session, registry)
            was = "" if before is None else before.url
            await self._note(session, by, "registry.added", admin, url=url, before=was)
        return registry

    async def add_dar(
        self, admin: PartyId, dar: bytes, by: By, *, package: str = ""
    ) -> UploadedPackage:
        """Upload a DAR of an admin's and write down what it is; it does no harm twice.

        `package` is the name or id that its main package must have. Raise RegistryUnknown,
        DarTooLarge, DarRefused, WrongPackage, what the participant refuses, or DarNotVetted.
        """
        if len(dar) > DAR_BYTES_MAX:
            raise DarTooLarge(len(dar), DAR_BYTES_MAX)
        async with self._database.read() as session:
            await _registry(session, admin)
        main = await asyncio.to_thread(_main_of, dar)
        if package and package not in {main.name, main.id}:
            raise WrongPackage(package, f"{main.name} {main.version} ({main.id})")
        await self._uploader.upload(dar)
        await self._require_vetted(main)
        uploaded = UploadedPackage(
            admin=admin,
            id=PackageId(main.id),
            name=PackageName(main.name),
            version=PackageVersion(main.version),
            dar_sha256=hashlib.sha256(dar).hexdigest(),
            uploaded_at=self._clock.now(),
        )
        async with self._database.write() as session:
            await packages.save(session, uploaded)
            facts = {"package": uploaded.id, "dar": uploaded.dar_sha256}
            await self._note(session, by, "dar.added", admin, name=uploaded.name, **facts)
        return uploaded

    async def list(self, wanted: NewListing, by: By) -> ListedInstrument:
        """List an instrument as its registry describes it.

        Raise RegistryUnknown, ListedAlready, ListingRefused, NotInRegistry and other
        RegistryErrors, TooMuchListed.
        """
        async with self._database.read() as session:
            registry = await _registry(session, wanted.instrument.admin)
            if await listings.find(session, wanted.instrument) is not None:
                raise ListedAlready(wanted.instrument)
        _, found = await self._described(registry, wanted.instrument)
        listed = ListedInstrument(
            id=wanted.instrument,
            name=found.name,
            symbol=found.symbol,
            decimals=found.decimals,
            packages=wanted.packages,
            listing=wanted.listing,
            policy=wanted.policy,
            listed_at=self._clock.now(),
        )
        _require_sound(listed)
        async with self._database.write() as session:
            if await listings.count(session) >= listings.LISTED_MAX:
                raise TooMuchListed("instruments", listings.LISTED_MAX)
            if not await listings.add(session, listed):
                raise ListedAlready(listed.id)
            await self._changed(session, listed, by, "instrument.listed", _facts(listed))
        return listed

    async def change(
        self, instrument: InstrumentId, change: ListingChange, by: By
    ) -> ListedInstrument:
        """Treat an instrument differently from now on; raise NotListed, ListingRefused."""
        given = {
            name: value
            for name in ("packages", "listing", "policy")
            if (value := getattr(change, name)) is not None
        }
        async with self._database.write() as session:
            before = await _listed(session, instrument)
            after = replace(before, **given)
            _require_sound(after)
            await listings.save(session, after)
            was, now = _facts(before), _facts(after)
            differs = {
                name: f"{was[name]} -> {now[name]}" for name in now if was[name] != now[name]
            }
            await self._changed(session, after, by, "instrument.changed", differs)
        return after

    async def refresh(self, instrument: InstrumentId, by: By) -> ListedInstrument:
        """Take over what the registry says now of itself and of an instrument.

        Raise NotListed, RegistryUnknown, DecimalsChanged, or another RegistryError.
        """
        async with self._database.read() as session:
            listed = await _listed(session, instrument)
            registry = await _registry(session, instrument.admin)
        info, found = await self._described(registry, instrument)
        if found.decimals != listed.decimals:
            raise DecimalsChanged(instrument, listed.decimals, found.decimals)
        now = self._clock.now()
        async with self._database.write() as session:
            before = await _listed(session, instrument)
            after = replace(before, name=found.name, symbol=found.symbol)
            said = {"apis": dict(info.apis)}
            await listings.save_registry(session, replace(registry, checked_at=now, info=said))
            await listings.save(session, after)
            told = {"name": after.name, "symbol": after.symbol}
            await self._changed(session, after, by, "instrument.refreshed", told)
        return after

    async def _require_vetted(self, main: Package) -> None:
        async with aclosing(self._uploader.vetted(package_ids=[main.id])) as vetted:
            async for each in vetted:
                if each.package_id == main.id:
                    return
        raise DarNotVetted(f"{main.name} {main.version} ({main.id})")

    async def _described(
        self, registry: Registry, instrument: InstrumentId
    ) -> tuple[RegistryInfo, InstrumentInfo]:
        """Ask a registry for itself and an instrument; it must still be the admin's."""
        client = self._registries.at(registry.url)
        return await client.checked(instrument.admin), await client.instrument(instrument.id)

    async def _changed(
        self,
        session: WriteSession,
        listed: ListedInstrument,
        by: By,
        action: str,
        details: Mapping[str, str],
    ) -> None:
        """Write down a change, and have offers of the instrument looked at again."""
        await self._note(session, by, action, str(listed.id), **details)
        await deposits.look_again(session, self._clock.now(), instrument=listed.id)

    async def _note(
        self, session: WriteSession, by: By, action: str, subject: str, **details: str
    ) -> None:
        await note(session, by, action, subject, self._clock.now(), **details)


def _main_of(dar: bytes) -> Package:
    """Read a DAR, and give its main package; raise DarRefused."""
    try:
        return read_dar(dar).main.package
    except ArchiveError as error:
        raise DarRefused(error.message) from error


async def _registry(session: ReadSession, admin: PartyId) -> Registry:
    found = await listings.registry(session, admin)
    if found is None:
        raise RegistryUnknown(admin)
    return found


async def _listed(session: ReadSession, instrument: InstrumentId) -> ListedInstrument:
    is_writing = isinstance(session, WriteSession)
    found = await listings.find(session, instrument, lock=is_writing)
    if found is None:
        raise NotListed(instrument)
    return found


def _require_sound(listed: ListedInstrument) -> None:
    """Refuse a listing that contradicts itself or a bound."""
    faults = [*package_faults(listed.packages), *policy_faults(listed.policy, listed.decimals)]
    if faults:
        raise ListingRefused(faults)


def _differs(before: ListedInstrument, after: ListedInstrument) -> dict[str, str]:
    """Give what a change changed, as it was and as it is."""
    was, now = _facts(before), _facts(after)
    return {name: f"{was[name]} -> {now[name]}" for name in now if was[name] != now[name]}


def _facts(listed: ListedInstrument) -> dict[str, str]:
    """Give what the audit trail says of how an instrument is treated."""
    policy: Mapping[str, Any] = listed.policy.to_json()
    return {
        "listing": listed.listing.value,
        "packages": ", ".join(listed.packages),
        **{name: str(value) for name, value in policy.items()},
    }
