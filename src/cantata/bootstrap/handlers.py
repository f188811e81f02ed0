"""What carries out intents of all slices, and the parties that these need."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module

import httpx2

from cantata.accounts.model import ALLOCATE, ALLOCATE_EXTERNAL
from cantata.accounts.secret_file import auth_secret
from cantata.accounts.signers import signed_outside
from cantata.accounts.tasks import Allocation, HostedParties, ParticipantTopology, PartyAllocator
from cantata.automation.handler import Handler
from cantata.config import Settings
from cantata.exchange.assembly import WebhookSettings
from cantata.exchange.registries.directory import Registries
from cantata.exchange.tasks import handlers as of_exchange
from cantata.http.limits import Limit
from cantata.kernel.time import Clock
from cantata.ledger.client import LedgerClient
from cantata.storage.database import Database
from cantata.tokens import tasks
from cantata.tokens.batches.tasks import handlers as of_batches
from cantata.tokens.documents.tasks import handlers as of_documents

UNLIMITED = Limit("registry", 10**9, 1)
"""Ours alone ask our own registry without a network."""


class OwnRegistry(httpx2.AsyncBaseTransport):
    """Our own registry, without a network between; its routes are made when it is first asked.

    Most processes and commands never ask it, and need not load what it is made of.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def _routes(self) -> httpx2.ASGITransport:
        api = import_module("cantata.tokens.registry.api")
        return httpx2.ASGITransport(app=api.registry_app(self._database, limit=UNLIMITED))

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        return await self._routes.handle_async_request(request)


def handlers() -> tuple[Handler, ...]:
    """Give the handlers of all slices; parties with keys of their own sign for all of them."""
    found = (*tasks.handlers(), *of_batches(), *of_documents())
    return tuple(signed_outside(handler) for handler in found)


def exchange_handlers(database: Database, clock: Clock) -> tuple[Handler, ...]:
    """Give the handlers of the exchange."""
    return of_exchange(database, registries(database), clock)


def registries(database: Database) -> Registries:
    """Give the clients of registries; our own is asked without a network between."""
    return Registries(OwnRegistry(database))


def allocator(database: Database, ledger: LedgerClient, clock: Clock) -> PartyAllocator:
    """Give what allocates parties."""
    allocations: dict[str, Allocation] = {
        ALLOCATE: HostedParties(ledger.parties),
        ALLOCATE_EXTERNAL: ParticipantTopology(ledger),
    }
    return PartyAllocator(database, allocations, clock)


def webhook_settings(settings: Settings) -> WebhookSettings:
    """Give what seals the secrets of webhooks, and where these may go."""
    return WebhookSettings(secret=auth_secret(settings), networks=settings.webhook_networks)
