"""An exchange on the whole loop: a treasury, a customer with a balance, wallets that are paid."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from cantata.automation import repository as intents
from cantata.automation.ending import Endings
from cantata.automation.handler import Consults
from cantata.automation.model import Intent, State, command_id
from cantata.automation.tables import INTENTS
from cantata.bootstrap import connections, handlers, ingesting
from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import (
    SIGNED_BY_PARTICIPANT,
    ListedInstrument,
    Listing,
    Policy,
    Registry,
)
from cantata.exchange.model.withdrawals import FINAL, Withdrawal, WithdrawalOrder, WithdrawalState
from cantata.exchange.policy.memos import new_memo
from cantata.exchange.registries.directory import OWN
from cantata.exchange.repository import customers, history, journal, listings, withdrawals
from cantata.exchange.repository.tables import TREASURIES
from cantata.exchange.service.cancelling import Cancelling
from cantata.exchange.service.treasuries import NewTreasury, Treasuries
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock, Timestamp
from cantata.ledger.submission import Submission
from cantata.observability import metrics
from cantata.storage.questions import asking
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository.tables import RESERVATIONS
from tests.integration.tokens.loop import LATE, Loop, looping

CLOCK = SystemClock()
PACKAGE = "cantata-tokens"
ZERO = Decimal("0")


@dataclass(frozen=True)
class Bank:
    """What tests ask of an exchange."""

    loop: Loop
    of: Mapping[str, str]
    treasury: PartyId
    wallet: str
    account: CustomerAccount
    listed: ListedInstrument

    @property
    def instrument(self) -> InstrumentId:
        return self.listed.id

    @property
    def service(self) -> Withdrawals:
        return Withdrawals(connections.ParticipantDirectory(self.loop.ledger), CLOCK)

    async def deposit(self, amount: str, pieces: int = 1) -> None:
        """Have the wallet pay into the customer's account, in some equal pieces of an amount."""
        for _ in range(pieces):
            await self.loop.do(
                "tokens.transfer",
                (self.wallet,),
                amount=amount,
                memo=self.account.memo,
                execute_before=LATE,
                sender=self.wallet,
                receiver=self.treasury,
                **self.of,
            )

    async def request(
        self, amount: str, *, receiver: str | None = None, memo: str = "", key: str | None = None
    ) -> Withdrawal:
        order, name = self.order(amount, receiver=receiver, memo=memo), key or str(uuid4())

        async def ask() -> Withdrawal:
            async with self.loop.database.write() as session:
                return (await self.service.request(session, order, name, "exchange"))[0]

        return await asking(ask)

    async def cancel(self, withdrawal: UUID) -> Withdrawal:
        """Take a payment back."""
        carried = handlers.exchange_handlers(self.loop.database, CLOCK)
        async with self.loop.database.write() as session:
            return await Cancelling(Endings(carried), CLOCK).cancel(session, withdrawal)

    async def look(self, withdrawal: UUID) -> Withdrawal:
        async with self.loop.database.read() as session:
            return await self.service.find(session, withdrawal)

    async def intent(self, identity: UUID) -> Intent | None:
        async with self.loop.database.read() as session:
            return await intents.load(session, identity)

    async def until(self, withdrawal: UUID, *states: WithdrawalState) -> Withdrawal:
        """Wait until a withdrawal is in one of some states; another end is an error."""

        async def is_there() -> Withdrawal | None:
            found = await self.look(withdrawal)
            if found.state in states:
                return found
            assert found.state not in FINAL, (found.state, found.failure)
            return None

        found: Withdrawal = await self.loop.until(is_there)
        return found

    async def consent(self, party: str) -> None:
        """Let a wallet be paid directly."""
        await self.loop.do(
            "tokens.preapprove", (party,), receiver=party, expires_at=None, **self.of
        )

    async def enable(self, enabled: bool) -> None:
        """Let the treasury pay, or stop it."""
        changed = update(TREASURIES).where(TREASURIES.c.party == self.treasury)
        async with self.loop.database.write() as session:
            await session.run(changed.values(withdrawals_enabled=enabled))

    async def stopped(self, amount: str, **more: Any) -> Withdrawal:
        """Ask for a payment that no worker looks at before it is told to go."""
        order = self.order(amount, **more)

        async def ask() -> Withdrawal:
            async with self.loop.database.write() as session:
                made, _ = await self.service.request(session, order, str(uuid4()), "exchange")
                mine = update(INTENTS).where(INTENTS.c.id == made.id)
                await session.run(mine.values(due_at=None))
                return made

        return await asking(ask)

    async def go(self, *asked: Withdrawal) -> None:
        """Have workers look at payments."""
        mine = update(INTENTS).where(INTENTS.c.id.in_([each.id for each in asked]))
        async with self.loop.database.write() as session:
            await session.run(mine.values(due_at=CLOCK.now()))
            await session.notify(intents.CHANNEL)

    async def sent(self, withdrawal: Withdrawal, dead_after: Timestamp) -> None:
        """Write down that a payment is sent, as a worker does before it sends it."""
        intent = await self.intent(withdrawal.id)
        assert intent is not None
        async with self.loop.database.write() as session:
            await intents.move(
                session,
                intent,
                (State.PREPARED, State.SUBMITTED),
                CLOCK.now(),
                command_id=command_id(intent.id, 1),
                attempts=1,
                dead_after=dead_after,
            )

    async def tick(self) -> None:
        """Have the ledger's time move on."""
        await self.loop.mint(self.of, self.wallet, "1")

    def order(self, amount: str, *, receiver: str | None = None, memo: str = "") -> WithdrawalOrder:
        return WithdrawalOrder(
            account=self.account.id,
            instrument=self.instrument,
            amount=Decimal(amount),
            receiver=receiver or self.wallet,
            memo=memo,
        )

    async def prepared(self, withdrawal: UUID) -> Submission:
        """Give what would be sent for a payment, as the handler makes it; send nothing."""
        handler = handlers.exchange_handlers(self.loop.database, CLOCK)[0]
        assert isinstance(handler, Consults)
        intent = await self.intent(withdrawal)
        assert intent is not None
        found = await handler.consult(intent, CLOCK.now())
        async with self.loop.database.write() as session:
            plan = await handler.prepare_with(session, intent, found, CLOCK.now())
        return plan.submission(command_id(intent.id, 1))

    async def send(self, submission: Submission) -> None:
        """Have the ledger record something, and wait until it is ingested."""
        receipt = await self.loop.ledger.commands.submit(submission)
        await self.loop.ingested(receipt.offset)

    async def set_policy(self, **changes: Any) -> None:
        changed = replace(self.listed, policy=Policy(**changes))
        async with self.loop.database.write() as session:
            await listings.save(session, changed)

    async def owed(self, book: Book | None = None) -> Decimal:
        """Give what is owed to the customer, or what another account says."""
        async with self.loop.database.read() as session:
            mine = book or Book.customer(self.account.id)
            return Decimal(str(-await journal.balance(session, mine, self.instrument)))

    async def holdings(self) -> list[Decimal]:
        """Give the amounts that the treasury holds, locked ones included."""
        async with self.loop.database.read() as session:
            found = await history.holdings(session, self.treasury, 1_000)
        return sorted(each.amount for each in found)

    async def reserved(self) -> int:
        async with self.loop.database.read() as session:
            return int(await session.scalar(select(func.count()).select_from(RESERVATIONS)))

    async def check(self, *, explained: bool = True) -> None:
        """The books are what the ledger shows, to the last unit; nothing ended is still held."""
        async with self.loop.database.read() as session:
            held = await history.totals(session, self.treasury)
            booked = await journal.balances(session, Book.treasury(self.treasury))
            sums = await journal.totals(session)
            ended = [
                await journal.balance(session, Book.held(each.id), self.instrument)
                for each in await withdrawals.page(session)
                if each.state in FINAL
            ]
        assert booked == {name: amount for name, amount in held.items() if amount != ZERO}
        assert sum(sums.values(), ZERO) == ZERO
        assert all(amount == ZERO for amount in ended), ended
        unexplained = {n: a for (k, n), a in sums.items() if k is BookKind.UNEXPLAINED}
        assert any(amount != ZERO for amount in unexplained.values()) != explained, unexplained


async def founded(loop: Loop, **policy: Any) -> Bank:
    """Open an exchange that lists one token, and has one customer with an empty balance.

    Its treasury is a party of the participant's that pre-approved transfers.
    """
    treasury = PartyId(await loop.party("Treasury"))
    bank = await opened(loop, treasury, SIGNED_BY_PARTICIPANT, **policy)
    await bank.consent(treasury)
    return bank


async def opened(loop: Loop, treasury: PartyId, signer: str, **policy: Any) -> Bank:
    """Open an exchange with a treasury for which somebody signs."""
    admin, wallet = await loop.party("Admin"), await loop.party("Wallet")
    of = await loop.token(admin, "GOLD")
    await loop.mint(of, wallet, "100000")
    opening = Treasuries(loop.database, ingesting.source(loop.ledger), CLOCK, {signer})
    name = f"main-{uuid4().hex}"
    await opening.open(NewTreasury(party=treasury, name=name, signer=signer))
    account = CustomerAccount(
        id=uuid4(),
        reference=f"customer-{uuid4().hex}",
        memo=new_memo(),
        treasury=treasury,
        state=AccountState.OPEN,
        created_at=CLOCK.now(),
    )
    listed = ListedInstrument(
        id=InstrumentId(PartyId(admin), "GOLD"),
        name="GOLD coin",
        symbol="GOLD",
        decimals=2,
        packages=(PACKAGE,),
        listing=Listing.OPEN,
        policy=Policy(**policy),
        listed_at=CLOCK.now(),
    )
    registry = Registry(
        admin=PartyId(admin), url=f"{OWN}/registrars/{admin}", checked_at=CLOCK.now(), info={}
    )
    async with loop.database.write() as session:
        await listings.save_registry(session, registry)
        await listings.save(session, listed)
        assert await customers.add(session, account)
    return Bank(loop, of, treasury, wallet, account, listed)


def alarms(name: str) -> float:
    """Count the alarms of a name so far."""
    return metrics.REGISTRY.get_sample_value("cantata_alarms_total", {"alarm": name}) or 0


def played(
    settings: DatabaseSettings,
    url: str,
    story: Callable[[Bank], Awaitable[None]],
    *,
    books: bool = True,
    **policy: Any,
) -> None:
    """Play a story on an exchange; `books` tells if everything is explained at the end."""

    async def whole() -> None:
        async with looping(settings, url) as loop:
            bank = await founded(loop, **policy)
            await story(bank)
            await bank.check(explained=books)

    asyncio.run(whole())
