"""All use cases of the exchange in one hand."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.exchange.service.access import Access
from cantata.exchange.service.cancelling import Cancelling
from cantata.exchange.service.customers import Customers
from cantata.exchange.service.deposits import Deposits
from cantata.exchange.service.listings import Listings
from cantata.exchange.service.preapprovals import Preapprovals
from cantata.exchange.service.recovery import Recovery
from cantata.exchange.service.rewards import RewardSwitch
from cantata.exchange.service.treasuries import Treasuries
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.exchange.webhooks.service import Webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The use cases, and who may do what."""

    access: Access
    treasuries: Treasuries
    listings: Listings
    customers: Customers
    deposits: Deposits
    withdrawals: Withdrawals
    cancelling: Cancelling
    recovery: Recovery
    webhooks: Webhooks
    preapprovals: Preapprovals
    rewards: RewardSwitch
