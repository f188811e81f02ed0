"""The exchange's own systems: they ask for withdrawals, again under the same key, and cancel some.

Half of them ask over REST, where the API dies, the others within the process, where only the
database does. Who got no answer asks again with her key.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar
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
from tests.faults.platform.customers import Customer, Heard

T = TypeVar("T")

REQUESTER = "exchange"
PATH = "/v1/exchange/withdrawals"
SECONDS_MAX = 600
PAUSE_SECONDS = 0.1
TWICE = 0.3
"""How often the same is asked again under its key."""

OTHERWISE = 0.2
"""How often something else is asked under that key then."""

CANCELLED = 0.06


@dataclass(frozen=True)
class Asked:
    """A withdrawal that was taken, and what it was asked for."""

    id: UUID
    order: WithdrawalOrder
    token: Token


@dataclass
class Told:
    """What tellers were told, all of them together."""

    taken: dict[UUID, Asked] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    heard: Heard = field(default_factory=Heard)
    repeats: int = 0
    lost: int = 0
    cancelled: int = 0


class Way(Protocol):
    """How a teller asks."""

    async def ask(
        self, order: WithdrawalOrder, key: str, *, twice: bool, other: WithdrawalOrder | None
    ) -> UUID | None:
        """Ask, until it is known what became of it; give the withdrawal, None if refused.

        With `twice` it is asked again under its key, and then for another one under that key.
        """

    async def cancel(self, identity: UUID) -> None:
        """Take a withdrawal back if it is not too late."""


class Window:
    """Asks over REST."""

    def __init__(self, customer: Customer) -> None:
        self._customer = customer

    async def ask(
        self, order: WithdrawalOrder, key: str, *, twice: bool, other: WithdrawalOrder | None
    ) -> UUID | None:
        """Ask as the protocol says."""
        if twice:
            wrong = None if other is None else _body(other)
            operation = await self._customer.ask_twice(PATH, _body(order), wrong)
        else:
            operation = await self._customer.ask(PATH, _body(order), key)
        return None if operation is None else UUID(operation["id"])

    async def cancel(self, identity: UUID) -> None:
        """Ask for it to be taken back."""
        await self._customer.ask(f"{PATH}/{identity}:cancel", None)


class Directory:
    """Knows every party: those of this story are all on the ledger."""

    def remembers(self, party: PartyId) -> bool:
        """Tell that a party exists."""
        return True

    async def knows(self, party: PartyId) -> bool:
        """Tell that a party exists."""
        return True


class Inside:
    """Asks the use cases, in a transaction for each request."""

    def __init__(self, database: Database, endings: Endings, told: Told) -> None:
        clock = SystemClock()
        self._database = database
        self._withdrawals = Withdrawals(Directory(), clock)
        self._cancelling = Cancelling(endings, clock)
        self._told = told

    async def ask(
        self, order: WithdrawalOrder, key: str, *, twice: bool, other: WithdrawalOrder | None
    ) -> UUID | None:
        """Ask as the protocol says."""
        first = await self._tried(lambda session: self._request(session, order, key))
        if first is None or not twice:
            return None if first is None else first.id
        again = await self._tried(lambda session: self._request(session, order, key))
        assert again is not None
        assert again.id == first.id, (key, "one key, two withdrawals")
        self._told.repeats += 1
        if other is not None:
            await self._refused(other, key)
        return first.id

    async def cancel(self, identity: UUID) -> None:
        """Take it back."""

        async def act(session: WriteSession) -> None:
            await self._cancelling.cancel(session, identity)

        try:
            await self._tried(act)
            self._told.cancelled += 1
        except WithdrawalEnded as error:
            self._told.refused[error.code] += 1

    async def _refused(self, other: WithdrawalOrder, key: str) -> None:
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


class Teller:
    """Asks for withdrawals of random customers, one after the other."""

    def __init__(self, way: Way, seed: int, told: Told) -> None:
        self._way = way
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
        chance = self._chance
        more = replace(order, amount=order.amount + Decimal("0.01"))
        other = more if chance.random() < OTHERWISE else None
        taken = await self._way.ask(order, key, twice=chance.random() < TWICE, other=other)
        if taken is None:
            await asyncio.sleep(PAUSE_SECONDS)
            return
        assert taken not in self._told.taken, (key, "two keys, one withdrawal")
        self._told.taken[taken] = Asked(taken, order, token)
        if chance.random() < CANCELLED:
            await asyncio.sleep(chance.uniform(0, 2))
            await self._way.cancel(taken)


def _body(order: WithdrawalOrder) -> dict[str, Any]:
    return {
        "account": str(order.account),
        "instrument": {"admin": order.instrument.admin, "id": order.instrument.id},
        "amount": str(order.amount),
        "receiver": order.receiver,
        "memo": order.memo,
    }
