"""Canton Coin without pre-approvals: offers in and out, with its real package."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import pytest

from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.treasury import Listing, Policy
from cantata.exchange.model.withdrawals import WithdrawalState
from cantata.exchange.service.customers import Customers, NewAccount
from cantata.exchange.service.listings import NewListing
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange import coin_network
from tests.integration.exchange.bank import Bank
from tests.integration.exchange.coin_network import COIN, CoinNetwork
from tests.integration.exchange.house import (
    BY,
    CLOCK,
    House,
    listings_on,
    registries,
    treasury_opened,
)
from tests.integration.exchange.test_preapprovals import unhurried, uploaded
from tests.integration.exchange.test_rewards import AMULET
from tests.integration.tokens.loop import looping


def test_coins_are_offered_in_and_out(
    database_settings: DatabaseSettings, tmp_path: Path, token_dar: Path, shared_data: Path
) -> None:
    """Deposits are accepted without anybody's doing; payments end as their receiver wants."""
    path = Path(os.environ.get("CANTATA_DARS", "")) / AMULET
    if not path.is_file():
        pytest.skip(f"{AMULET} is not below CANTATA_DARS")
    dar = path.read_bytes()

    async def story(sandbox: Sandbox) -> None:
        async with looping(database_settings, sandbox.url) as loop:
            await uploaded(sandbox.url, dar)
            network = await coin_network.founded(loop, shared_data / "amulet")
            with coin_network.answering(network) as address:
                async with registries(loop.database) as clients:
                    service = listings_on(loop, clients)
                    await service.add_registry(network.dso, address, BY)
                    wanted = NewListing(
                        instrument=network.coin,
                        packages=(coin_network.PACKAGE,),
                        listing=Listing.OPEN,
                        policy=Policy(reject_fee=Decimal("0.5"), offer_ttl=RelTime.of(days=1)),
                    )
                    listed = await service.list(wanted, BY)
                treasury = PartyId(await loop.party("Treasury"))
                wallet = await loop.party("Wallet")
                await treasury_opened(loop.database, loop.ledger, treasury)
                customers = Customers(CLOCK)
                asked = NewAccount(reference=f"c-{uuid4().hex}", treasury=treasury)
                async with loop.database.write() as session:
                    account, _ = await customers.open(session, asked)
                of = {"admin": network.dso, "instrument": COIN}
                house = House(loop, service, customers, of, treasury, wallet, account)
                bank = Bank(loop, of, treasury, wallet, account, listed)
                await _comes_in(network, house, bank)
                await _goes_out(network, bank)

    with unhurried(tmp_path, token_dar) as sandbox:
        asyncio.run(story(sandbox))


async def _comes_in(network: CoinNetwork, house: House, bank: Bank) -> None:
    """One offer names the account and is accepted; another names nobody and waits."""
    for amount, memo in (("40.5", house.account.memo), ("7", "somebody")):
        coin = await network.tap(bank.wallet, "50")
        await network.offer(bank.wallet, bank.treasury, amount, memo, coin)

    async def is_accepted() -> bool:
        return await bank.owed() == Decimal("40.5")

    await house.loop.until(is_accepted)
    left, credited = sorted(await house.all(), key=lambda each: each.amount)
    assert (credited.state, left.state) == (DepositState.CREDITED, DepositState.OFFERED)
    assert credited.instruction is not None
    assert credited.sender == bank.wallet
    assert await bank.holdings() == [Decimal("40.5")]
    await bank.check()


async def _goes_out(network: CoinNetwork, bank: Bank) -> None:
    """One payment is accepted, one rejected, one taken back."""
    states = (WithdrawalState.COMPLETED, WithdrawalState.REJECTED, WithdrawalState.WITHDRAWN)
    for state in states:
        asked = await bank.request("10")
        offered = await bank.until(asked.id, WithdrawalState.OFFERED)
        assert min(await bank.holdings()) == Decimal("10"), "locked for the offer"
        if state is WithdrawalState.WITHDRAWN:
            await bank.cancel(asked.id)
        else:
            choice = "Accept" if state is WithdrawalState.COMPLETED else "Reject"
            await network.step(bank.wallet, choice, str(offered.instruction))
        assert (await bank.until(asked.id, state)).end_update_id
        await bank.check()
    assert sum(await bank.holdings(), Decimal("0")) == Decimal("30.5")
    assert await bank.owed() == Decimal("30")
