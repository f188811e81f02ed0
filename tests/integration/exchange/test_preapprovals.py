"""Pre-approvals of treasuries: made, renewed before they end, made again when they are over."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from cantata.automation.repository import CHANNEL
from cantata.automation.signers import Signers
from cantata.automation.tables import INTENTS
from cantata.bootstrap import working
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.preapprovals import Form, Preapproval, Standing
from cantata.exchange.model.treasury import ListedInstrument, Listing, Policy, Registry
from cantata.exchange.objections import NotListed, PreapprovalRefused, TreasuryUnknown
from cantata.exchange.repository import listings, preapprovals
from cantata.exchange.service.preapprovals import (
    COIN_PREAPPROVAL,
    COIN_PROPOSAL,
    Preapprovals,
    WantedPreapproval,
)
from cantata.exchange.wishes import PREAPPROVE
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings, Timeouts
from cantata.ledger.signing import KeySigner
from cantata.ledger.submission import Submission
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from tests.api.process import Sandbox
from tests.integration.exchange.bank import alarms
from tests.integration.exchange.house import BY, CLOCK, House, housing, treasury_opened
from tests.integration.exchange.test_signed_withdrawals import KEYS, Vault
from tests.integration.tokens.loop import Loop, looping
from tests.integration.world import USER, token_ledger

WALLET = "splice-wallet-0.1.14.dar"
"""The package of the proposal; its DAR has that of the coin, too."""

UPLOAD_SECONDS = 300


class Later:
    """A clock that goes ahead of the machine's."""

    def __init__(self, by: RelTime) -> None:
        self._by = by

    def now(self) -> Timestamp:
        return CLOCK.now() + self._by

    def monotonic_ns(self) -> int:
        return CLOCK.monotonic_ns()


async def asked(loop: Loop) -> int:
    """Count the pre-approvals that were ever asked for."""
    counted = select(func.count()).select_from(INTENTS).where(INTENTS.c.kind == PREAPPROVE)
    async with loop.database.read() as session:
        return int(await session.scalar(counted))


def service_at(loop: Loop, clock: Clock = CLOCK) -> Preapprovals:
    return Preapprovals(loop.database, loop.ledger, clock)


async def seen(house: House, clock: Clock = CLOCK) -> tuple[Preapproval, Standing]:
    """Look at all of them, and give the only one."""
    service = service_at(house.loop, clock)
    await service.watch()
    async with house.loop.database.read() as session:
        (found,) = await service.every(session)
    return found


async def at(house: House, by: RelTime) -> Standing:
    """Look when the clock has gone on; what is asked for then is done at once."""
    _, standing = await seen(house, Later(by))
    async with house.loop.database.write() as session:
        due = update(INTENTS).where(INTENTS.c.kind == PREAPPROVE, INTENTS.c.due_at.is_not(None))
        await session.run(due.values(due_at=CLOCK.now()))
        await session.notify(CHANNEL)
    return standing


async def stands(house: House, contract: str | None) -> Preapproval:
    """Wait until another contract than the given one stands."""

    async def is_there() -> Preapproval | None:
        found, standing = await seen(house)
        is_new = found.contract_id not in {None, contract}
        return found if standing is Standing.ACTIVE and is_new else None

    found: Preapproval = await house.loop.until(is_there)
    return found


def test_a_treasurys_deposits_arrive_in_one_step(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            service = service_at(loop)
            wanted = WantedPreapproval(treasury=house.treasury, instrument=house.instrument)
            await service.want(wanted, BY)
            first = await stands(house, None)
            assert (first.form, first.failure) == (Form.OWN, None)
            assert first.expires_at is not None
            assert first.expires_at > CLOCK.now() + RelTime.of(days=89)
            await house.pay("5", house.account.memo)
            (deposit,) = await house.all()
            assert (deposit.state, deposit.instruction) == (DepositState.CREDITED, None)
            await service.want(wanted, BY)
            assert (await seen(house))[1] is Standing.ACTIVE
            assert await asked(loop) == 1
            before = alarms("preapproval_expires")
            assert await at(house, RelTime.of(days=59)) is Standing.ACTIVE
            assert alarms("preapproval_expires") == before
            assert await at(house, RelTime.of(days=61)) is Standing.EXPIRING
            assert alarms("preapproval_expires") > before
            renewed = await stands(house, first.contract_id)
            assert renewed.expires_at is not None
            assert renewed.expires_at > first.expires_at + RelTime.of(days=60)
            assert await asked(loop) == 2
            assert await at(house, RelTime.of(days=200)) is Standing.EXPIRED
            await stands(house, renewed.contract_id)
            assert await service.drop(house.treasury, house.instrument, BY)
            assert not await service.drop(house.treasury, house.instrument, BY)
            async with loop.database.read() as session:
                assert await preapprovals.every(session) == ()
            await house.check()

    asyncio.run(story())


def test_a_treasury_that_signs_outside_accepts_and_pre_approves(
    database_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its signer signs each of both once."""
    vault = Vault(KeySigner(KEYS["Ed25519"]))
    worker: Any = working.worker
    signers = Signers({"vault": vault})
    monkeypatch.setattr(working, "worker", lambda *given: worker(*given, signers))

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            (synchronizer,) = await loop.ledger.state.synchronizers()
            party = await loop.ledger.external.allocate(
                "Treasury", vault.key, synchronizer_id=synchronizer.synchronizer_id
            )
            async with housing(loop, signed=(party, "vault")) as house:
                offer = str((await house.pay("1", house.account.memo))["offer"])
                await house.becomes(offer, DepositState.CREDITED)
                wanted = WantedPreapproval(treasury=house.treasury, instrument=house.instrument)
                await service_at(loop).want(wanted, BY)
                await stands(house, None)
                await house.pay("2", house.account.memo)
                assert {each.state for each in await house.all()} == {DepositState.CREDITED}
                assert len(vault.shown) == 2
                await house.check()

    asyncio.run(story())


def test_what_cannot_be_pre_approved(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            service = service_at(loop)
            wanted = WantedPreapproval(treasury=house.treasury, instrument=house.instrument)
            with pytest.raises(TreasuryUnknown):
                await service.want(replace(wanted, treasury=PartyId(house.payer)), BY)
            other = replace(wanted, instrument=InstrumentId(PartyId(house.payer), "NONE"))
            with pytest.raises(NotListed):
                await service.want(other, BY)
            with pytest.raises(PreapprovalRefused):
                await service.want(replace(wanted, term=RelTime.of(seconds=1)), BY)
            await listed(loop, other.instrument, ("somebodys-tokens",))
            with pytest.raises(PreapprovalRefused):
                await service.want(other, BY)
            assert await asked(loop) == 0

    asyncio.run(story())


async def listed(loop: Loop, instrument: InstrumentId, packages: tuple[str, ...]) -> None:
    """List an instrument of a foreign registry."""
    now = CLOCK.now()
    async with loop.database.write() as session:
        registry = Registry(admin=instrument.admin, url="http://x", checked_at=now, info={})
        await listings.save_registry(session, registry)
        entry = ListedInstrument(
            id=instrument,
            symbol="CC",
            decimals=10,
            packages=packages,
            listing=Listing.OPEN,
            policy=Policy(),
            listed_at=now,
        )
        await listings.save(session, entry)


def test_canton_coin_is_pre_approved_through_its_provider(
    database_settings: DatabaseSettings, tmp_path: Path, token_dar: Path
) -> None:
    """With the real packages; the validator's part, accepting, is played by the test."""
    folder = Path(os.environ.get("CANTATA_DARS", ""))
    if not (folder / WALLET).is_file():
        pytest.skip(f"{WALLET} is not below CANTATA_DARS")
    dar = (folder / WALLET).read_bytes()

    async def story(sandbox: Sandbox) -> None:
        async with looping(database_settings, sandbox.url) as loop:
            dso, provider = PartyId(await loop.party("DSO")), PartyId(await loop.party("Exchange"))
            treasury = PartyId(await loop.party("Treasury"))
            coin = InstrumentId(dso, "Amulet")
            await treasury_opened(loop.database, loop.ledger, treasury)
            await listed(loop, coin, ("splice-amulet",))
            service = service_at(loop)
            wanted = WantedPreapproval(treasury=treasury, instrument=coin, provider=provider)
            with pytest.raises(PreapprovalRefused):
                await service.want(replace(wanted, provider=None), BY)
            await uploaded(sandbox.url, dar)
            await service.want(wanted, BY)

            async def is_proposed() -> list[Any]:
                return await service.active(treasury, COIN_PROPOSAL)

            (proposal,) = await loop.until(is_proposed)
            assert proposal.argument == {
                "receiver": treasury,
                "provider": provider,
                "expectedDso": dso,
            }
            for _ in range(2):
                await service.watch()
            assert await asked(loop) == 1
            now = CLOCK.now()
            for days, standing in ((-1, Standing.EXPIRED), (20, Standing.EXPIRING)):
                consent = {
                    "dso": dso,
                    "receiver": treasury,
                    "provider": provider,
                    "validFrom": str(now - RelTime.of(days=90)),
                    "lastRenewedAt": str(now - RelTime.of(days=90)),
                    "expiresAt": str(now + RelTime.of(days=days)),
                }
                await created(loop, (dso, treasury, provider), COIN_PREAPPROVAL, consent)
                await service.watch()
                async with loop.database.read() as session:
                    ((found, is_standing),) = await service.every(session)
                assert is_standing is standing
                assert found.expires_at == now + RelTime.of(days=days)
            assert await asked(loop) <= 2

    with unhurried(tmp_path, token_dar) as sandbox:
        asyncio.run(story(sandbox))


@contextmanager
def unhurried(folder: Path, dar: Path) -> Iterator[Sandbox]:
    """Run a ledger that may take its time to read large packages."""
    with token_ledger(folder, dar, "--limits", f"request_seconds={UPLOAD_SECONDS}") as started:
        yield started


async def uploaded(url: str, dar: bytes) -> None:
    """Upload a large DAR."""
    patient = Timeouts(5, UPLOAD_SECONDS, UPLOAD_SECONDS)
    async with LedgerClient(Settings(url=url, user_id=USER, timeouts=patient)) as ledger:
        await ledger.packages.upload(dar)


async def created(
    loop: Loop, parties: tuple[str, ...], template: str, argument: dict[str, Any]
) -> None:
    """Create a contract as all who sign it."""
    command = {"CreateCommand": {"templateId": template, "createArguments": argument}}
    submission = Submission(commands=(command,), act_as=parties, command_id=str(uuid4()))
    await loop.ledger.commands.submit(submission)
