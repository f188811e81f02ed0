"""The exchange's own systems: they ask for withdrawals, again under the same key, and cancel some.

The database is reset and killed meanwhile; a teller who got no answer asks again with her key.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from cantata.automation.ending import Endings
from cantata.automation.errors import IdempotencyConflict
from cantata.exchange.errors import BalanceTooLow
from cantata.exchange.model.withdrawals import Withdrawal, WithdrawalOrder
from cantata.exchange.refusals import WithdrawalEnded
from cantata.exchange.service.cancelling import Cancelling
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import SystemClock
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.session import WriteSession
from cantata.tokens.model import InstrumentId
from tests.faults.exchange.payers import Account
from tests.faults.exchange.wallets import Token

T = TypeVar("T")

REQUESTER = "exchange"
SECONDS_MAX = 600
PAUSE_SECONDS = 0.1
TWICE = 0.3
"""How often the same is asked again under its key."""

OTHERWISE = 0.05
"""How often something else is asked under the same key."""

CANCELLED = 0.06


@dataclass(frozen=True)
class Asked:
    """A withdrawal that was taken, by its key and its id."""

    key: str
    id: UUID
    order: WithdrawalOrder
    token: Token


@dataclass
class Told:
    """What tellers were told, all of them together."""

    taken: dict[str, Asked] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    repeats: int = 0
    lost: int = 0
    cancelled: int = 0


class Directory:
    """Knows every party: those of this story are all on the ledger."""

    async def knows(self, party: PartyId) -> bool:
        """Tell that a party exists."""
        return True


class Teller:
    """Asks for withdrawals of random customers, one after the other."""

    def __init__(self, database: Database, endings: Endings, seed: int, told: Told) -> None:
        clock = SystemClock()
        self._database = database
        self._withdrawals = Withdrawals(Directory(), clock)
        self._cancelling = Cancelling(endings, clock)
        self._chance = random.Random(seed)
        self._told = told
        self._name = f"teller-{seed}"

    async def run(
        self,
        accounts: Sequence[Account],
        tokens: Sequence[Token],
        receivers: Callable[[random.Random], str],
        is_over: Callable[[], bool],
    ) -> None:
        """Ask until it is over."""
        chance, number = self._chance, 0
        while not is_over():
            number += 1
            token = chance.choice(tokens)
            order = WithdrawalOrder(
                account=chance.choice(accounts).id,
                instrument=InstrumentId(PartyId(token.admin), token.id),
                amount=Decimal(f"{chance.randint(0, 9)}.{chance.randint(1, 99):02}"),
                receiver=receivers(chance),
                memo=chance.choice(("", "", "invoice 7", str(UUID(int=number)))),
            )
            await self._ask(f"{self._name}:{number}", order, token)

    async def _ask(self, key: str, order: WithdrawalOrder, token: Token) -> None:
        first = await self._tried(lambda session: self._request(session, order, key))
        if first is None:
            await asyncio.sleep(PAUSE_SECONDS)
            return
        known = self._told.taken.setdefault(key, Asked(key, first.id, order, token))
        assert known.id == first.id, (key, "one key, two withdrawals")
        if self._chance.random() < TWICE:
            again = await self._tried(lambda session: self._request(session, order, key))
            assert again is not None
            assert again.id == first.id, (key, "one key, two withdrawals")
            self._told.repeats += 1
        if self._chance.random() < OTHERWISE:
            await self._otherwise(key, order)
        if self._chance.random() < CANCELLED:
            await asyncio.sleep(self._chance.uniform(0, 4))
            await self._tried(lambda session: self._cancel(session, first.id))

    async def _otherwise(self, key: str, order: WithdrawalOrder) -> None:
        """Ask for something else under a key: it has to be refused."""
        other = WithdrawalOrder(
            account=order.account,
            instrument=order.instrument,
            amount=order.amount + Decimal("0.01"),
            receiver=order.receiver,
            memo=order.memo,
        )
        try:
            await self._tried(lambda session: self._request(session, other, key))
        except IdempotencyConflict:
            return
        raise AssertionError(f"the key {key} was taken for two requests")

    async def _request(
        self, session: WriteSession, order: WithdrawalOrder, key: str
    ) -> Withdrawal | None:
        try:
            async with session.savepoint():
                return (await self._withdrawals.request(session, order, key, REQUESTER))[0]
        except BalanceTooLow as error:
            self._told.refused[error.code] += 1
            return None

    async def _cancel(self, session: WriteSession, identity: UUID) -> None:
        try:
            async with session.savepoint():
                await self._cancelling.cancel(session, identity)
                self._told.cancelled += 1
        except WithdrawalEnded as error:
            self._told.refused[error.code] += 1

    async def _tried(self, act: Callable[[WriteSession], Awaitable[T]]) -> T:
        """Do something in a transaction of its own, as often as it takes to know the outcome."""
        end = asyncio.get_running_loop().time() + SECONDS_MAX
        while True:
            try:
                async with self._database.write() as session:
                    return await act(session)
            except StorageError:
                self._told.lost += 1
            assert asyncio.get_running_loop().time() < end, "the database does not come back"
            await asyncio.sleep(PAUSE_SECONDS)
