"""What an exchange has to be able to do on any network: be paid, pay, and have right books.

The exchange is a platform of its own, used over REST; the customer acts on the ledger directly,
as a wallet does, with what the token's registry says.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import httpx2

from cantata.bootstrap import ingesting
from cantata.kernel.money import Decimal
from cantata.tokens.history import holding_made
from tests.acceptance.exchange_network.network import Network
from tests.faults.exchange.wallets import Coin, Payment, Token, Wallet
from tests.faults.platform.processes import platform
from tests.wallet.bank import Bank, let_in, opened

T = TypeVar("T")


def play(network: Network) -> None:
    """Run an exchange on a network, and have a customer use it."""
    # Not below pytest's own folder, which each run of pytest closes to the database's user again.
    with tempfile.TemporaryDirectory(prefix="cantata-net-", ignore_cleanup_errors=True) as named:
        settings = {"CANTATA_ONBOARDING": "unverified", **network.ledger}
        arguments = ("--ledger", network.ledger_url)
        with (
            platform(Path(named), *arguments, status=0, **settings) as running,
            httpx2.Client(base_url=running.api_url, timeout=60, trust_env=False) as http,
        ):
            operator = let_in(http, f"operator-{uuid4().hex[:8]}@example.com")
            token = _token(network)
            instrument = {"admin": token.admin, "id": token.id}
            bank = opened(running, operator, instrument, network.registry, network.packages)
            _use(network, bank, token)


def _use(network: Network, bank: Bank, token: Token) -> None:
    """Pay in by memo, be paid, and refuse to be paid if that can be refused."""
    amount = Decimal(network.amount)
    _as_customer(network, lambda wallet: _pay_in(wallet, bank, token, amount))
    credited = bank.deposit(amount.to_wire(), "credited")
    assert credited["sender"] == network.customer
    assert Decimal(bank.balance()[0]) == amount
    half = Decimal(network.withdrawn)
    first = _paid(network, bank, token, half, "Accept")
    assert first["state"] == "completed"
    second = _paid(network, bank, token, half, "Reject")
    assert second["state"] == ("completed" if second["offer"] is None else "rejected")
    _check_books(bank)


def _paid(
    network: Network, bank: Bank, token: Token, amount: Decimal, how: str
) -> dict[str, object]:
    """Withdraw, and answer if that is offered; give the withdrawal at its end."""
    identity = bank.withdraw(amount.to_wire(), network.customer, f"order-{uuid4()}")
    shown = bank.withdrawal(identity, "offered", "completed")
    if shown["state"] == "completed":
        return shown
    offer = str(shown["offer"])
    name = f"answer:{offer}"
    answered = _as_customer(network, lambda wallet: wallet.answer(name, token, offer, how))
    assert answered is not None, "the offer could not be answered"
    return bank.withdrawal(identity, "completed", "rejected")


def _check_books(bank: Bank) -> None:
    """Everything is somebody's: what the treasury has is the customer's, or the exchange's."""
    totals = {kind: Decimal(amount) for kind, amount in bank.totals().items()}
    assert totals.keys() <= {"treasury", "customer", "fees"}, totals
    available, held = bank.balance()
    assert Decimal(available) == -totals["customer"]
    assert Decimal(held) == Decimal("0")


async def _pay_in(wallet: Wallet, bank: Bank, token: Token, amount: Decimal) -> None:
    """Pay out of the smallest holding that is large enough."""
    coins = [each for each in await _coins(wallet, token) if each.amount >= amount]
    assert coins, f"{wallet.party} has no holding of {amount} {token.id}"
    coin = min(coins, key=lambda each: each.amount)
    route = await wallet.route(token, bank.treasury)
    payment = Payment(coin, amount, bank.account["memo_shown"])
    await wallet.pay(f"deposit-{uuid4()}", token, bank.treasury, route, [payment])


async def _coins(wallet: Wallet, token: Token) -> list[Coin]:
    """Give the free holdings that a wallet has."""
    contracts = wallet.ledger.state.active_contracts(ingesting.wanted())
    found = []
    async with aclosing(contracts) as active:
        async for contract in active:
            holding = holding_made(contract.event, contract.event.offset, None)
            if holding is None or holding.owner != wallet.party or holding.lock is not None:
                continue
            if (holding.instrument.admin, holding.instrument.id) == (token.admin, token.id):
                found.append(Coin(holding.contract_id, holding.amount))
    return found


def _as_customer(network: Network, act: Callable[[Wallet], Awaitable[T]]) -> T:
    """Do something as the customer's wallet."""

    async def run() -> T:
        async with (
            network.client() as ledger,
            httpx2.AsyncClient(timeout=30, trust_env=False) as http,
        ):
            return await act(Wallet(ledger, http, network.customer))

    return asyncio.run(run())


def _token(network: Network) -> Token:
    """Ask the registry whose token it is."""
    path = f"{network.registry}/registry/metadata/v1"
    info = httpx2.get(f"{path}/info", trust_env=False).raise_for_status().json()
    described = httpx2.get(f"{path}/instruments/{network.instrument}", trust_env=False)
    assert described.raise_for_status().json()["id"] == network.instrument
    return Token(info["adminId"], network.instrument, network.registry)
