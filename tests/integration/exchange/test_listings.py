"""Tokens are listed by configuration alone, as their registries describe them, and audited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cantata.exchange.model.decisions import By, ReasonMissing
from cantata.exchange.model.treasury import DAR_BYTES_MAX, Listing, Policy
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
    WrongPackage,
)
from cantata.exchange.registries import errors
from cantata.exchange.registries.directory import OWN, Registries
from cantata.exchange.repository import listings, packages
from cantata.exchange.service.listings import ListingChange, Listings, NewListing
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.ledger.model.packages import Vetted
from cantata.ledger.services.packages import Packages
from cantata.lf.archive import read_dar
from cantata.storage import audit
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.api.process import Sandbox
from tests.integration.exchange.house import BY, CLOCK, PACKAGE, address, listings_on, registries
from tests.integration.exchange.test_registry_client import Registry as FakeServer
from tests.integration.processes import counter_dar
from tests.integration.tokens.loop import looping


async def trail(database: Database) -> list[Mapping[str, Any]]:
    """Give what the audit trail says, which must be whole."""
    async with database.read() as session:
        await audit.verify(session)
        rows = await session.all(select(audit.AUDIT).order_by(audit.AUDIT.c.entry))
    return [dict(row._mapping) for row in rows]


def test_a_token_is_listed_changed_and_audited(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox, token_dar: Path
) -> None:
    dar = token_dar.read_bytes()

    async def story() -> None:
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            registries(loop.database) as clients,
        ):
            service = listings_on(loop, clients)
            admin = PartyId(await loop.party("Admin"))
            gold = InstrumentId(admin, "GOLD")
            await loop.token(admin, "GOLD", decimals=4)
            wanted = NewListing(instrument=gold, packages=(PACKAGE,))
            with pytest.raises(RegistryUnknown):
                await service.list(wanted, BY)
            added = await service.add_registry(admin, address(admin), BY)
            assert added.info["apis"] == {"splice-api-token-metadata-v1": 1}
            uploaded = await service.add_dar(admin, dar, BY)
            main = read_dar(dar).main.package
            assert (uploaded.id, uploaded.name) == (main.id, PACKAGE)
            assert uploaded.dar_sha256 == sha256(dar).hexdigest()
            listed = await service.list(wanted, BY)
            assert (listed.name, listed.symbol, listed.decimals) == ("GOLD coin", "GOLD", 4)
            assert listed.listing is Listing.SUSPENDED
            with pytest.raises(ListedAlready):
                await service.list(wanted, BY)
            with pytest.raises(errors.NotInRegistry):
                await service.list(replace(wanted, instrument=InstrumentId(admin, "TIN")), BY)
            change = ListingChange(
                listing=Listing.OPEN, policy=Policy(deposit_minimum=Decimal("0.5"))
            )
            changed = await service.change(gold, change, replace(BY, reference="T-2"))
            async with loop.database.read() as session:
                assert await listings.find(session, gold) == changed
                assert await packages.every(session) == (uploaded,)
            assert await service.refresh(gold, BY) == changed
            entries = await trail(loop.database)
            assert [each["action"].removeprefix("exchange.") for each in entries] == [
                "registry.added",
                "dar.added",
                "instrument.listed",
                "instrument.changed",
                "instrument.refreshed",
            ]
            assert {each["actor"] for each in entries} == {"olga"}
            assert entries[3]["details"] == {
                "reason": BY.reason,
                "reference": "T-2",
                "listing": "suspended -> open",
                "deposit_minimum": "0.0000000000 -> 0.5000000000",
            }

    asyncio.run(story())


def test_somebody_elses_registry_is_refused(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            registries(loop.database) as clients,
        ):
            service = listings_on(loop, clients)
            admin, other = [PartyId(await loop.party(name)) for name in ("Admin", "Other")]
            for each in (admin, other):
                await loop.token(each, "GOLD")
            with pytest.raises(errors.WrongAdmin) as refused:
                await service.add_registry(admin, address(other), BY)
            assert (refused.value.wanted, refused.value.found) == (admin, other)
            with pytest.raises(errors.NotInRegistry):
                await service.add_registry(admin, address("nobody::1220" + "ab" * 32), BY)
            async with loop.database.read() as session:
                assert await listings.registries(session) == ()
            assert await trail(loop.database) == []

    asyncio.run(story())


def test_what_a_registry_says_later_is_taken_with_care(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """Names may change, decimals and the admin must not; garbage changes nothing."""

    async def story(server: FakeServer) -> None:
        admin = PartyId("admin::1220" + "cd" * 32)
        info = {"adminId": admin, "supportedApis": {"splice-api-token-metadata-v1": 1}}
        gold = {"id": "GOLD", "name": "Gold", "symbol": "XAU", "decimals": 6, "supportedApis": {}}
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            Registries() as clients,
        ):
            service = listings_on(loop, clients)
            server.says(info)
            await service.add_registry(admin, server.url, BY)
            server.says(info)
            server.says(gold)
            instrument = InstrumentId(admin, "GOLD")
            listed = await service.list(NewListing(instrument=instrument, packages=("gold",)), BY)
            server.says(info)
            server.says({**gold, "name": "Fine gold"})
            renamed = await service.refresh(instrument, BY)
            assert renamed == replace(listed, name="Fine gold")
            server.says(info)
            server.says({**gold, "decimals": 2})
            with pytest.raises(DecimalsChanged):
                await service.refresh(instrument, BY)
            server.says({**info, "adminId": "other::1220" + "cd" * 32})
            with pytest.raises(errors.WrongAdmin):
                await service.refresh(instrument, BY)
            server.says(b"{" * 50_000)
            with pytest.raises(errors.MalformedRegistryAnswer):
                await service.refresh(instrument, BY)
            server.says(info)
            server.says({**gold, "decimals": 11})
            with pytest.raises(errors.MalformedRegistryAnswer):
                await service.refresh(instrument, BY)
            async with loop.database.read() as session:
                assert await listings.find(session, instrument) == renamed

    server = FakeServer()
    try:
        asyncio.run(story(server))
    finally:
        server.close()


def test_bad_listings_are_refused_with_everything_that_is_wrong(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            registries(loop.database) as clients,
        ):
            service = listings_on(loop, clients)
            admin = PartyId(await loop.party("Admin"))
            gold = InstrumentId(admin, "GOLD")
            await loop.token(admin, "GOLD")
            await service.add_registry(admin, address(admin), BY)
            policy = Policy(
                deposit_minimum=Decimal("-1"),
                withdrawal_minimum=Decimal("5"),
                withdrawal_maximum=Decimal("4"),
                withdrawal_fee=Decimal("0.001"),
                record_ttl=RelTime.of(hours=25),
                inputs_max=101,
                accept_tries_max=0,
            )
            with pytest.raises(ListingRefused) as refused:
                await service.list(
                    NewListing(instrument=gold, packages=("a b", "x", "x"), policy=policy), BY
                )
            named = {fault.partition(":")[0] for fault in refused.value.faults}
            assert named == {
                "packages",
                "deposit_minimum",
                "withdrawal_maximum",
                "withdrawal_fee",
                "record_ttl",
                "inputs_max",
                "accept_tries_max",
            }
            with pytest.raises(NotListed):
                await service.change(gold, ListingChange(listing=Listing.OPEN), BY)
            await service.list(NewListing(instrument=gold, packages=(PACKAGE,)), BY)
            with pytest.raises(ListingRefused):
                await service.change(gold, ListingChange(packages=()), BY)

    asyncio.run(story())


class NoParticipant:
    """Takes no package."""

    async def upload(self, dar: bytes) -> None:
        raise AssertionError(len(dar))

    async def vetted(self, *, package_ids: Sequence[str] = ()) -> AsyncGenerator[Vetted, None]:
        raise AssertionError(package_ids)
        yield


@dataclass(frozen=True)
class Frozen:
    """A participant that takes packages and vets none, as while the network is upgraded."""

    packages: Packages

    async def upload(self, dar: bytes) -> None:
        await self.packages.upload(dar, vet=False)

    def vetted(self, *, package_ids: Sequence[str] = ()) -> AsyncGenerator[Vetted, None]:
        return self.packages.vetted(package_ids=package_ids)


def test_a_package_is_recorded_when_it_is_used(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    dar = counter_dar()
    name = read_dar(dar).main.package.name

    async def story() -> None:
        async with (
            looping(database_settings, shared_sandbox.url) as loop,
            registries(loop.database) as clients,
        ):
            frozen = Frozen(loop.ledger.packages)
            service = Listings(loop.database, clients, frozen, CLOCK)
            admin = PartyId(await loop.party("Admin"))
            await loop.token(admin, "GOLD")
            with pytest.raises(RegistryUnknown):
                await service.add_dar(admin, dar, BY)
            await service.add_registry(admin, address(admin), BY)
            for content in (b"", b"no zip", dar[:-30], dar[: len(dar) // 2]):
                with pytest.raises(DarRefused):
                    await service.add_dar(admin, content, BY)
            with pytest.raises(DarTooLarge):
                await service.add_dar(admin, bytes(DAR_BYTES_MAX + 1), BY)
            with pytest.raises(WrongPackage, match=name):
                await service.add_dar(admin, dar, BY, package="cantata-tokens")
            with pytest.raises(DarNotVetted, match=name):
                await service.add_dar(admin, dar, BY, package=name)
            async with loop.database.read() as session:
                assert await packages.every(session) == ()
            thawed = listings_on(loop, clients)
            uploaded = await thawed.add_dar(admin, dar, BY, package=name)
            again = await thawed.add_dar(admin, dar, BY, package=uploaded.id)
            async with loop.database.read() as session:
                assert await packages.every(session) == (again,)

    asyncio.run(story())


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://registry",
        "http://",
        "http://user:secret@registry",
        "http://registry?x=1",
        "http://registry#x",
        "http://registry:99999",
        "http://re gistry",
        "http://[::1",
        f"{OWN}registrars",
        "http://" + "x" * 600,
        "javascript:alert(1)",
        "http://r\0",
    ],
)
def test_addresses_that_nobody_can_be_asked_at(
    database_settings: DatabaseSettings, url: str
) -> None:
    async def story() -> None:
        async with Database(database_settings) as database, Registries() as clients:
            service = Listings(database, clients, NoParticipant(), CLOCK)
            with pytest.raises(AddressRefused):
                await service.add_registry(PartyId("a::1220" + "cd" * 32), url, BY)
            with pytest.raises(errors.RegistryUnavailable):
                await service.add_registry(PartyId("a::1220" + "cd" * 32), f"{OWN}/x", BY)

    asyncio.run(story())


@pytest.mark.parametrize("by", [("", "why"), ("who", " "), ("x" * 300, "why"), ("who", "a\0b")])
def test_a_decision_says_who_and_why(by: tuple[str, str]) -> None:
    with pytest.raises(ReasonMissing):
        By(actor=by[0], reason=by[1])
