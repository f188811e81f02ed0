"""Those who pay in: many payments a transaction, most with a memo of a customer, some without."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from cantata.exchange.policy.memos import deposit_address, shown
from cantata.kernel.money import Decimal
from tests.faults.exchange.wallets import Coin, Payment, Route, Token, Wallet, coins_of

MINIMUM = Decimal("0.50")
"""Less than so much is not credited."""

AT_ONCE = 5
"""Payments of one transaction."""

PAUSE_SECONDS = 1
"""Between payments when there were enough, but the story goes on."""

_NOBODYS = ("", "rent", "x" * 2_000, "ABCD-EFGH-JKM0")


@dataclass(frozen=True)
class Account:
    """A customer of the exchange, as those who pay in know her."""

    id: UUID
    memo: str
    treasury: str


@dataclass(frozen=True)
class Deposit:
    """What was paid in, or offered: to whom, and for whom; nobody's if no account is named."""

    token: Token
    treasury: str
    amount: Decimal
    account: UUID | None
    offered: bool
    update_id: str

    @property
    def is_credited(self) -> bool:
        """Tell whether it becomes a customer's."""
        return self.account is not None and self.amount >= MINIMUM


@dataclass
class Paid:
    """Everything that was paid in and is recorded."""

    deposits: list[Deposit] = field(default_factory=list)


class Payer:
    """Pays into treasuries out of the coins of one token, one transaction after the other."""

    def __init__(
        self, wallet: Wallet, token: Token, coins: Sequence[Coin], seed: int, paid: Paid
    ) -> None:
        self._wallet = wallet
        self._token = token
        self._coins = list(coins)
        self._chance = random.Random(seed)
        self._paid = paid
        self._routes: dict[str, Route] = {}

    async def run(self, accounts: Sequence[Account], least: int, stop: asyncio.Event) -> None:
        """Pay so often, and until told to stop; every payment is recorded when this ends."""
        done = number = 0
        while done < least or not stop.is_set():
            treasury = self._chance.choice(sorted({each.treasury for each in accounts}))
            mine = [each for each in accounts if each.treasury == treasury]
            count = self._chance.randint(1, AT_ONCE)
            await self._pay(f"{self._wallet.party}:{number}", treasury, mine, count)
            done, number = done + count, number + 1
            if done >= least:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _pay(
        self, command_id: str, treasury: str, accounts: Sequence[Account], count: int
    ) -> None:
        route = self._routes.get(treasury)
        if route is None:
            route = self._routes[treasury] = await self._wallet.route(self._token, treasury)
        coins = self._chance.sample(self._coins, count)
        wanted = [(self._payment(coin, treasury, accounts)) for coin in coins]
        done = await self._wallet.pay(
            command_id, self._token, treasury, route, [payment for payment, _ in wanted]
        )
        spent = {each.contract_id for each in coins}
        change = coins_of(done, self._wallet.party)
        self._coins = [each for each in self._coins if each.contract_id not in spent] + change
        self._paid.deposits += [
            Deposit(
                token=self._token,
                treasury=treasury,
                amount=payment.amount,
                account=account,
                offered=route.kind == "offer",
                update_id=done.update_id,
            )
            for payment, account in wanted
        ]

    def _payment(
        self, coin: Coin, treasury: str, accounts: Sequence[Account]
    ) -> tuple[Payment, UUID | None]:
        """Decide on a payment; some name nobody, some are less than is taken."""
        chance = self._chance
        amount = Decimal(f"{chance.randint(1, 40)}.{chance.randint(0, 99):02}")
        if chance.random() < 0.04:
            amount = Decimal(f"0.{chance.randint(1, 49):02}")
        if chance.random() < 0.06:
            return Payment(coin, amount, chance.choice(_NOBODYS)), None
        account = chance.choice(accounts)
        written = (
            account.memo,
            shown(account.memo),
            f"Acme account: {account.memo.lower()}",
            deposit_address(treasury, account.memo),
        )
        return Payment(coin, amount, chance.choice(written)), account.id
