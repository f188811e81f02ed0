"""Puts the use cases of the exchange together."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cantata.accounts.service.authority import Authority
from cantata.automation.ending import Endings
from cantata.automation.handler import Handler
from cantata.exchange.registries.directory import Registries
from cantata.exchange.service.access import Access
from cantata.exchange.service.cancelling import Cancelling
from cantata.exchange.service.customers import Customers
from cantata.exchange.service.deposits import Deposits
from cantata.exchange.service.exchange import Exchange
from cantata.exchange.service.listings import Listings
from cantata.exchange.service.preapprovals import Preapprovals
from cantata.exchange.service.recovery import Recovery
from cantata.exchange.service.rewards import RewardSwitch
from cantata.exchange.service.treasuries import Treasuries
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.exchange.webhooks.deliverer import Deliverer, DelivererSettings
from cantata.exchange.webhooks.destinations import Destinations, networks_of
from cantata.exchange.webhooks.sealing import SecretBox
from cantata.exchange.webhooks.sender import Sender
from cantata.exchange.webhooks.service import Webhooks
from cantata.ingestion.source import UpdateSource
from cantata.kernel.time import Clock
from cantata.ledger.client import LedgerClient
from cantata.storage.database import Database
from cantata.tokens.service.common import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """The service's own secret, and the private networks that webhooks may go to, as a text."""

    secret: str
    networks: str

    @property
    def destinations(self) -> Destinations:
        """Give where webhooks may go; raise MalformedNetworks."""
        return Destinations(networks_of(self.networks))

    @property
    def box(self) -> SecretBox:
        """Give what seals secrets in the database."""
        return SecretBox(self.secret.encode())

    def sender(self) -> Sender:
        """Give what sends requests; use it in `async with`."""
        return Sender(self.destinations)

    def deliverer(self, database: Database, sender: Sender, clock: Clock, name: str) -> Deliverer:
        """Give what delivers news; processes of one name are told apart."""
        chosen = DelivererSettings(name=f"{name}-{secrets.token_hex(4)}")
        return Deliverer(database, sender, self.box, clock, chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the exchange works with."""

    database: Database
    authority: Authority
    source: UpdateSource
    registries: Registries
    ledger: LedgerClient
    directory: Directory
    handlers: Sequence[Handler]
    webhooks: WebhookSettings
    signers: Collection[str]
    clock: Clock


def assembled(of: Surroundings) -> Exchange:
    """Give the use cases of the exchange."""
    withdrawals = Withdrawals(of.directory, of.clock)
    return Exchange(
        access=Access(of.authority),
        treasuries=Treasuries(of.database, of.source, of.clock, of.signers),
        listings=Listings(of.database, of.registries, of.ledger.packages, of.clock),
        customers=Customers(of.clock),
        deposits=Deposits(withdrawals, of.clock),
        withdrawals=withdrawals,
        cancelling=Cancelling(Endings(of.handlers), of.clock),
        recovery=Recovery(of.clock),
        webhooks=Webhooks(of.webhooks.box, of.webhooks.destinations, of.clock),
        preapprovals=Preapprovals(of.database, of.ledger, of.clock),
        rewards=RewardSwitch(of.database, of.ledger, of.clock),
    )
