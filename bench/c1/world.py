"""A business on a sandbox of its own: an issuer, a treasury with many holdings, a wallet to pay."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from cantata.automation import repository
from cantata.automation.model import State, Wish
from cantata.bootstrap import handlers, working
from cantata.bootstrap.ingesting import runner, source
from cantata.exchange.model.customers import CustomerAccount
from cantata.exchange.model.decisions import By
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Listing, Policy
from cantata.exchange.registries.directory import OWN
from cantata.exchange.service.customers import Customers, NewAccount
from cantata.exchange.service.listings import Listings, NewListing
from cantata.exchange.service.treasuries import NewTreasury, Treasuries
from cantata.ingestion.repository import load_cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.storage.database import Database
from cantata.storage.listening import Bell
from cantata.tokens.model import InstrumentId

CLOCK = SystemClock()
PACKAGE = "cantata-tokens"
SPLIT_MAX = 100
"""Holdings that one split makes."""

SETUP_IN_FLIGHT = 16
SECONDS_MAX = 1_800
LOOK_SECONDS = 0.02
DEPOSIT = "100000000"
LATE = "2099-01-01T00:00:00Z"
BY = By(actor="bench", reason="measuring", reference="C1")


@dataclass(frozen=True, slots=True)
class World:
    """Parties on a ledger, and the token that the treasury pays with."""

    database: Database
    ledger: LedgerClient
    issuer: str
    treasury: PartyId
    wallet: PartyId

    @property
    def instrument(self) -> InstrumentId:
        """The token."""
        return InstrumentId(PartyId(self.issuer), "GOLD")

    @property
    def registry_url(self) -> str:
        """Where the token's registry answers."""
        return f"{OWN}/registrars/{self.issuer}"

    async def do(self, kind: str, act_as: Sequence[str], **request: Any) -> Mapping[str, Any]:
        """Have an intent done by whatever worker runs; give its result."""
        of = {"admin": self.issuer, "instrument": "GOLD"}
        wish = Wish(
            kind=kind,
            requester="bench",
            key=str(uuid4()),
            subject="bench",
            act_as=tuple(act_as),
            request={**of, **request},
        )
        async with self.database.write() as session:
            intent, _ = await repository.record(session, wish, uuid4(), CLOCK.now(), "")
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                async with self.database.read() as session:
                    found = await repository.load(session, intent.id)
                assert found is not None
                if found.is_final:
                    break
                await asyncio.sleep(LOOK_SECONDS)
        assert found.state is State.COMPLETED, (kind, found.failure)
        return found.result or {}

    async def ingested(self) -> None:
        """Wait until everything on the ledger is ingested."""
        end = await self.ledger.state.ledger_end()
        async with asyncio.timeout(SECONDS_MAX):
            while True:
                async with self.database.read() as session:
                    if (await load_cursor(session)).offset >= end:
                        return
                await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def beside(*jobs: Any) -> AsyncIterator[None]:
    """Run jobs beside a block, and end them with it; one that fails ends the benchmark."""
    running = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        ended = await asyncio.gather(*running, return_exceptions=True)
    for found in ended:
        if isinstance(found, Exception):
            raise found


@asynccontextmanager
async def tokens_working(database: Database, ledger: LedgerClient) -> AsyncIterator[None]:
    """Run the token business: its worker, and ingestion."""
    bell = Bell(database.settings, repository.CHANNEL)
    worker = working.worker(database, ledger, bell, "setup")
    async with beside(ingesting(database, ledger), worker.run(), bell.listen()):
        yield


async def ingesting(database: Database, ledger: LedgerClient) -> None:
    """Ingest for ever, with everything that the platform projects and observes."""
    await runner(database.settings, database, ledger).run()


async def founded(database: Database, ledger: LedgerClient, holdings: int) -> World:
    """Make a token, and a treasury that has so many holdings of log-normal sizes."""
    issuer, treasury, wallet = [
        (await ledger.parties.allocate(f"{hint}-{uuid4().hex[:8]}")).party
        for hint in ("issuer", "treasury", "wallet")
    ]
    world = World(database, ledger, issuer, PartyId(treasury), PartyId(wallet))
    terms = {"name": "Gold", "symbol": "GOLD", "decimals": 2, "cap": None, "meta": {}}
    await world.do("tokens.create", (issuer,), **terms)
    for party in (treasury, wallet):
        consent = {"receiver": party, "expires_at": None}
        await world.do("tokens.preapprove", (party,), **consent)
    sizes = random.Random(holdings)
    turns = asyncio.Semaphore(SETUP_IN_FLIGHT)

    async def issue(count: int) -> None:
        amounts = [_cents(sizes.lognormvariate(4, 1.5)) for _ in range(count)]
        total = str(sum(amounts, Decimal("0")))
        async with turns:
            await world.do("tokens.mint", (issuer,), receiver=treasury, amount=total, memo="")
            parts = [str(each) for each in amounts]
            await world.do("tokens.rearrange", (treasury,), owner=treasury, amounts=parts)

    left = [SPLIT_MAX] * (holdings // SPLIT_MAX)
    await asyncio.gather(*map(issue, left))
    await world.do("tokens.mint", (issuer,), receiver=wallet, amount=DEPOSIT, memo="")
    return world


async def opened(world: World) -> CustomerAccount:
    """Open the treasury, list the token, and let a customer have a balance."""
    history = source(world.ledger)
    name = f"t-{uuid4().hex[:8]}"
    chosen = NewTreasury(party=world.treasury, name=name, signer=SIGNED_BY_PARTICIPANT)
    await Treasuries(world.database, history, CLOCK).open(chosen)
    clients = handlers.registries(world.database)
    listings = Listings(world.database, clients, world.ledger.packages, CLOCK)
    await listings.add_registry(PartyId(world.issuer), world.registry_url, BY)
    await listings.list(
        NewListing(
            instrument=world.instrument,
            packages=(PACKAGE,),
            listing=Listing.OPEN,
            policy=Policy(),
        ),
        BY,
    )
    await clients.close()
    new = NewAccount(reference=f"c-{uuid4().hex}", treasury=world.treasury)
    async with world.database.write() as session:
        account, _ = await Customers(CLOCK).open(session, new)
    await world.do(
        "tokens.transfer",
        (world.wallet,),
        amount=DEPOSIT,
        memo=account.memo,
        execute_before=LATE,
        sender=world.wallet,
        receiver=world.treasury,
    )
    return account


def _cents(size: float) -> Decimal:
    return Decimal(f"{max(size, 0.01):.2f}")
