"""An exchange for tests: a treasury, a token listed from its own registry, customers, a payer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2

from cantata.bootstrap import ingesting
from cantata.exchange.model.customers import CustomerAccount
from cantata.exchange.model.decisions import By
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Listing, Policy
from cantata.exchange.registries.directory import OWN, Registries
from cantata.exchange.repository import deposits, history, journal
from cantata.exchange.service.customers import Customers, NewAccount
from cantata.exchange.service.listings import Listings, NewListing
from cantata.exchange.service.treasuries import NewTreasury, Treasuries
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.kernel.totals import Total
from cantata.ledger.client import LedgerClient
from cantata.storage.database import Database
from cantata.tokens.model import InstrumentId
from cantata.tokens.registry.api import registry_app
from tests.integration.tokens.loop import LATE, Loop

PACKAGE = "cantata-tokens"
BY = By(actor="olga", reason="the committee said so", reference="T-1")
CLOCK = SystemClock()


@dataclass(frozen=True)
class House:
    """An exchange whose services are the real ones; `of` names its token as requests do."""

    loop: Loop
    listings: Listings
    customers: Customers
    of: Mapping[str, str]
    treasury: PartyId
    payer: str
    account: CustomerAccount

    @property
    def instrument(self) -> InstrumentId:
        return InstrumentId(PartyId(self.of["admin"]), self.of["instrument"])

    async def opened(self, memo: str | None = None) -> CustomerAccount:
        """Open another account."""
        wanted = NewAccount(reference=f"c-{uuid4().hex}", treasury=self.treasury, memo=memo)
        async with self.loop.database.write() as session:
            return (await self.customers.open(session, wanted))[0]

    async def pay(
        self, amount: str, memo: str, *, until: str = LATE, of: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        """Pay into the treasury: by offer, unless it has pre-approved transfers."""
        return await self.loop.do(
            "tokens.transfer",
            (self.payer,),
            amount=amount,
            memo=memo,
            execute_before=until,
            sender=self.payer,
            receiver=self.treasury,
            **(of or self.of),
        )

    async def preapprove(self) -> None:
        """Have transfers to the treasury complete at once."""
        consent = {"receiver": self.treasury, "expires_at": None, **self.of}
        await self.loop.do("tokens.preapprove", (self.treasury,), **consent)

    async def all(self) -> list[Deposit]:
        """Give all deposits, in the order in which they were last seen on the ledger."""
        async with self.loop.database.read() as session:
            found = [await deposits.in_state(session, state) for state in DepositState]
        return sorted((d for each in found for d in each), key=lambda each: each.offset)

    async def of_offer(self, offer: str) -> Deposit:
        """Give the deposit that began with an offer."""
        (found,) = [each for each in await self.all() if each.original_instruction == offer]
        return found

    async def becomes(self, offer: str, state: DepositState) -> Deposit:
        """Wait until the deposit that began with an offer is in a state."""

        async def is_there() -> Deposit | None:
            found = await self.of_offer(offer)
            return found if found.state is state else None

        deposit: Deposit = await self.loop.until(is_there)
        return deposit

    async def owed(self, book: Book) -> Total:
        """Give what an account of the journal is owed."""
        async with self.loop.database.read() as session:
            return -await journal.balance(session, book, self.instrument)

    async def check(self) -> None:
        """The books are what the ledger shows, to the last unit."""
        async with self.loop.database.read() as session:
            held = await history.totals(session, self.treasury)
            booked = await journal.balances(session, Book.treasury(self.treasury))
            sums = await journal.totals(session)
        assert booked == held
        assert sum(sums.values(), Decimal("0")) == Decimal("0")
        assert not [kind for kind, _ in sums if kind is BookKind.UNEXPLAINED]


@asynccontextmanager
async def registries(database: Database) -> AsyncIterator[Registries]:
    """Give the clients of registries, our own one among them."""
    own = httpx2.ASGITransport(app=registry_app(database))
    async with Registries(own) as found:
        yield found


def listings_on(loop: Loop, clients: Registries) -> Listings:
    """Give the use cases of listings."""
    return Listings(loop.database, clients, loop.ledger.packages, CLOCK)


def address(admin: str) -> str:
    """Give the address of an issuer's registry with us."""
    return f"{OWN}/registrars/{admin}"


async def treasury_opened(
    database: Database, ledger: LedgerClient, party: PartyId, signer: str = SIGNED_BY_PARTICIPANT
) -> None:
    """Open a treasury."""
    service = Treasuries(database, ingesting.source(ledger), CLOCK, {signer})
    await service.open(NewTreasury(party=party, name=f"t-{uuid4().hex[:8]}", signer=signer))


@asynccontextmanager
async def housing(
    loop: Loop,
    listing: Listing = Listing.OPEN,
    signed: tuple[str, str] | None = None,
    **policy: Any,
) -> AsyncIterator[House]:
    """Found an exchange that lists one token, of which the payer has 1000.

    `signed` gives the party of the treasury and its signer, if it is an external one.
    """
    admin, payer = await loop.party("Admin"), await loop.party("Payer")
    party, signer = signed or (await loop.party("Treasury"), SIGNED_BY_PARTICIPANT)
    treasury = PartyId(party)
    of = await loop.token(admin, "GOLD")
    await loop.mint(of, payer, "1000")
    await treasury_opened(loop.database, loop.ledger, treasury, signer)
    async with registries(loop.database) as clients:
        listings = listings_on(loop, clients)
        await listings.add_registry(PartyId(admin), address(admin), BY)
        wanted = NewListing(
            instrument=InstrumentId(PartyId(admin), "GOLD"),
            packages=(PACKAGE,),
            listing=listing,
            policy=Policy(**policy),
        )
        await listings.list(wanted, BY)
        customers = Customers(CLOCK)
        async with loop.database.write() as session:
            account, _ = await customers.open(
                session, NewAccount(reference=f"c-{uuid4().hex}", treasury=treasury)
            )
        yield House(loop, listings, customers, of, treasury, payer, account)
