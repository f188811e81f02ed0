"""The composition root: from the settings to an application, a worker, ingestion, clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from cantata.accounts.assembly import AccountSettings, assembled
from cantata.accounts.couriers.chosen import courier
from cantata.accounts.jwks import HttpKeySource
from cantata.accounts.model import ALLOCATE, ALLOCATE_EXTERNAL
from cantata.accounts.schedules import schedules as of_accounts
from cantata.accounts.secret_file import auth_secret, kept
from cantata.accounts.service.accounts import Accounts
from cantata.accounts.service.handover import Administration
from cantata.accounts.service.tokens import TokenSettings
from cantata.accounts.signers import signed_outside
from cantata.accounts.tasks import (
    Allocation,
    HostedParties,
    ParticipantTopology,
    PartyAllocator,
)
from cantata.api.app import Services, create_app
from cantata.api.readiness import PlatformReadiness
from cantata.automation import repository as intents
from cantata.automation.handler import Handler
from cantata.automation.observer import IntentObserver
from cantata.automation.schedules.runner import ScheduleRunner
from cantata.automation.signers import Signers
from cantata.automation.signing import Desk as SigningDesk
from cantata.automation.steppers import Steppers
from cantata.automation.submitter import IntentSubmitter
from cantata.automation.worker import Worker, WorkerSettings
from cantata.config import Settings
from cantata.exchange.assembly import Surroundings, WebhookSettings
from cantata.exchange.assembly import assembled as assembled_exchange
from cantata.exchange.jobs import jobs as exchange_jobs
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.deposits import Deposits
from cantata.exchange.projection.treasury import TreasuryHistory
from cantata.exchange.projection.withdrawals import Withdrawals
from cantata.exchange.reconciliation.service import TreasuryReconciler, snapshot_of
from cantata.exchange.registries.directory import Registries
from cantata.exchange.schedules import schedules as of_exchange_time
from cantata.exchange.service.access import found_roles
from cantata.exchange.service.exchange import Exchange
from cantata.exchange.service.measuring import Measuring
from cantata.exchange.service.preapprovals import Preapprovals, watching
from cantata.exchange.service.rewards import RewardSwitch
from cantata.exchange.service.rewards import watching as watching_rights
from cantata.exchange.tasks import handlers as of_exchange
from cantata.exchange.traffic.scan import Scan
from cantata.exchange.traffic.service import TrafficWatch
from cantata.exchange.webhooks.schedules import schedules as of_webhooks
from cantata.http.cursors import Cursors
from cantata.http.edge import Edge
from cantata.http.limits import Limit, MemoryLimiter, limits_of
from cantata.http.rehearsal import Rehearsal
from cantata.http.waiting import Watch
from cantata.ingestion.catchup import CatchUp
from cantata.ingestion.projection import Projection
from cantata.ingestion.runner import LEADERSHIP, Runner
from cantata.ingestion.service import Ingester
from cantata.ingestion.source import LedgerSource
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock, RelTime, SystemClock
from cantata.ledger import settings as ledger_settings
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.issuers import Access
from cantata.ledger.tokens import TokenProvider
from cantata.storage.database import Database
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.leadership import Leadership
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings
from cantata.tokens import tasks
from cantata.tokens.batches.service import Batches
from cantata.tokens.batches.tasks import handlers as of_batches
from cantata.tokens.documents.service import Documents
from cantata.tokens.documents.tasks import handlers as of_documents
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection
from cantata.tokens.reconciliation.job import reconciling
from cantata.tokens.reconciliation.service import Reconciler
from cantata.tokens.registry.api import LIMIT as REGISTRY_LIMIT
from cantata.tokens.registry.api import registry_app, registry_router
from cantata.tokens.registry.service import Registry
from cantata.tokens.schedules import schedules
from cantata.tokens.service.common import Desk
from cantata.tokens.service.tokens import TokenService
from cantata.tokens.watched import SECOND_VERSION, watched

ADMIN_KEY_FILE = "admin.key"
ENVIRONMENT = "live"
RETRIES = 5
UNLIMITED = Limit("registry", 10**9, 1)
"""Ours alone ask our own registry without a network."""

POSTGRES_FOLDER = "postgres"
"""The embedded database, below the data folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the process is connected to."""

    settings: Settings
    stored: DatabaseSettings
    database: Database
    ledger: LedgerClient
    clock: Clock


class ParticipantDirectory:
    """Asks the participant which parties it knows; what is known stays known."""

    def __init__(self, ledger: LedgerClient) -> None:
        self._ledger = ledger
        self._known: set[PartyId] = set()

    async def knows(self, party: PartyId) -> bool:
        """Tell whether the participant knows a party."""
        if party not in self._known and await self._ledger.parties.find(party) is not None:
            self._known.add(party)
        return party in self._known


def handlers() -> tuple[Handler, ...]:
    """Give the handlers of all slices; parties with keys of their own sign for all of them."""
    found = (*tasks.handlers(), *of_batches(), *of_documents())
    return tuple(signed_outside(handler) for handler in found)


def exchange_handlers(database: Database, clock: Clock) -> tuple[Handler, ...]:
    """Give the handlers of the exchange."""
    return of_exchange(database, registries(database), clock)


def registries(database: Database) -> Registries:
    """Give the clients of registries; our own is asked without a network between."""
    return Registries(httpx2.ASGITransport(app=registry_app(database, limit=UNLIMITED)))


def exchange(world: World, of_accounts: Accounts) -> Exchange:
    """Give the use cases of the exchange."""
    return assembled_exchange(
        Surroundings(
            database=world.database,
            authority=of_accounts.authority,
            source=source(world.ledger),
            registries=registries(world.database),
            ledger=world.ledger,
            directory=ParticipantDirectory(world.ledger),
            handlers=exchange_handlers(world.database, world.clock),
            webhooks=webhook_settings(world.settings),
            clock=world.clock,
        )
    )


def allocator(database: Database, ledger: LedgerClient, clock: Clock) -> PartyAllocator:
    """Give what allocates parties."""
    allocations: dict[str, Allocation] = {
        ALLOCATE: HostedParties(ledger.parties),
        ALLOCATE_EXTERNAL: ParticipantTopology(ledger),
    }
    return PartyAllocator(database, allocations, clock)


def accounts(world: World) -> Accounts:
    """Give the use cases of accounts."""
    settings, secret = world.settings, auth_secret(world.settings)
    issuer = settings.auth_issuer
    tokens = TokenSettings(
        secret=secret,
        audience=settings.auth_audience,
        foreign_issuer=issuer,
        clients=frozenset(filter(None, map(str.strip, settings.auth_clients.split(",")))),
    )
    chosen = AccountSettings(
        secret=secret,
        environment=ENVIRONMENT,
        tokens=tokens,
        courier=courier(settings, world.clock),
        keys=None if issuer is None else HttpKeySource(issuer, settings.auth_jwks_url),
    )
    topologies = ParticipantTopology(world.ledger)
    return assembled(chosen, world.database, topologies, handlers(), world.clock)


def token_service(world: World, of_accounts: Accounts) -> TokenService:
    """Give the use cases of tokens."""
    desk = Desk(of_accounts, ParticipantDirectory(world.ledger), world.clock)
    return TokenService.on(desk)


def services(world: World) -> Services:
    """Give everything that the application stands on."""
    of_accounts = accounts(world)
    limits = {REGISTRY_LIMIT.name: REGISTRY_LIMIT, **limits_of(world.settings.rate_limits)}
    limiter = MemoryLimiter(world.clock, limits)
    tokens = token_service(world, of_accounts)
    edge = Edge(
        database=world.database,
        clock=world.clock,
        cursors=Cursors(auth_secret(world.settings).encode()),
        limiter=limiter,
        watch=Watch(world.database, Bell(world.stored, intents.ENDED)),
        rehearsal=Rehearsal(world.database, world.ledger.external, handlers(), world.clock),
        authenticate=of_accounts.authentication,
    )
    return Services(
        edge=edge,
        proxy_hops=world.settings.proxy_hops,
        accounts=of_accounts,
        tokens=tokens,
        batches=Batches(tokens.desk),
        documents=Documents(tokens.desk, tokens.issuing),
        exchange=exchange(world, of_accounts),
        readiness=PlatformReadiness(world.database, world.stored, world.ledger, world.clock),
        measures=(Measuring(world.database, world.clock).measure,),
        more=(registry_router(Registry(world.database, world.clock), limiter),),
    )


def application(world: World) -> FastAPI:
    """Give the application."""
    return create_app(services(world))


async def found_platform(world: World) -> Path | None:
    """Make the first administrator and keep her key in the data folder; None if there is one."""
    administration = Administration(world.clock, ENVIRONMENT)
    async with world.database.write() as session:
        key = await administration.found(session)
        await found_roles(session)
        if key is None:
            return None
        return kept(world.settings.folder / ADMIN_KEY_FILE, key)


@contextmanager
def database_settings(settings: Settings, process: str) -> Iterator[DatabaseSettings]:
    """Give the database that was named, or the embedded one, which runs as long as the block."""
    most, name = settings.database_connections, f"cantata {process}"
    chosen = partial(DatabaseSettings, application=name, connections_max=most)
    if settings.database_url is not None:
        yield chosen(url=settings.database_url.get_secret_value())
        return
    with embedded(settings) as server:
        yield chosen(url=server.url)


def embedded(settings: Settings) -> EmbeddedServer:
    """Give the embedded server of the data folder."""
    return EmbeddedServer(settings.folder / POSTGRES_FOLDER)


def ledger_client(settings: Settings, *, is_patient: bool = True) -> LedgerClient:
    """Give a client of the participant; an impatient one tries everything once."""
    chosen = ledger_settings.Settings(
        settings.ledger_url,
        user_id=settings.ledger_user,
        timeouts=ledger_settings.Timeouts() if is_patient else ledger_settings.Timeouts(3, 10, 10),
        retries=ledger_settings.RetrySettings(attempts=RETRIES if is_patient else 1),
    )
    return LedgerClient(chosen, tokens=ledger_tokens(settings))


def ledger_tokens(settings: Settings) -> TokenProvider:
    """Give where the participant's access token comes from."""
    access = Access(
        issuer=settings.ledger_oidc_issuer or "",
        client=settings.ledger_oidc_client or "",
        secret=_secret(settings.ledger_oidc_secret),
        audience=settings.ledger_oidc_audience or "",
        scope=settings.ledger_oidc_scope or "",
        file=settings.ledger_token_file,
        token=_secret(settings.ledger_token),
    )
    return access.tokens()


def _secret(value: SecretStr | None) -> str:
    return "" if value is None else value.get_secret_value()


def projections() -> tuple[Projection, ...]:
    """Give what is projected, of all slices."""
    return (HoldingsProjection(), ContractsProjection())


def ingester(database: Database) -> Ingester:
    """Give the service that writes the ledger's history into the database."""
    clock = SystemClock()
    books = Books([Deposits(clock), Withdrawals(clock)])
    return Ingester(
        database,
        projections(),
        [
            IntentObserver([*handlers(), *exchange_handlers(database, clock)], clock),
            TreasuryHistory([books]),
        ],
    )


def source(ledger: LedgerClient) -> LedgerSource:
    """Give the history that ingestion reads."""
    return LedgerSource(ledger, wanted(), SECOND_VERSION)


def wanted() -> Wanted:
    """Give what ingestion reads."""
    return watched()


def worker(
    database: Database,
    ledger: LedgerClient,
    listening: Bell,
    name: str,
    signers: Signers | None = None,
) -> Worker:
    """Give a worker that carries intents of all kinds."""
    clock = SystemClock()
    submitter = IntentSubmitter(
        database,
        ledger.commands,
        [*handlers(), *exchange_handlers(database, clock)],
        clock,
        SigningDesk(ledger.external, signers),
    )
    steppers = Steppers((submitter, allocator(database, ledger, clock)))
    return Worker(database, steppers, listening, clock, WorkerSettings(name=name))


def webhook_settings(settings: Settings) -> WebhookSettings:
    """Give what seals the secrets of webhooks, and where these may go."""
    return WebhookSettings(secret=auth_secret(settings), networks=settings.webhook_networks)


def scheduler(settings: Settings, database: Database, ledger: LedgerClient) -> ScheduleRunner:
    """Give what does things by the clock, of all slices."""
    jobs = []
    if settings.reconcile_minutes:
        every = RelTime.of(minutes=settings.reconcile_minutes)
        rebuilds = catch_up(database, ledger) if settings.reconcile_repair else None
        jobs.append(reconciling(reconciler(database, ledger), every, rebuilds))
    clock, directory = SystemClock(), ParticipantDirectory(ledger)
    treasuries = treasury_reconciler(database, ledger)
    watch = traffic_watch(settings, database, ledger, clock)
    minutes = settings.reconcile_minutes
    jobs += exchange_jobs(database, directory, treasuries, clock, minutes, watch)
    jobs.append(watching(Preapprovals(database, ledger, clock)))
    jobs.append(watching_rights(RewardSwitch(database, ledger, clock)))
    due = (*schedules(), *of_accounts(), *of_exchange_time(), *of_webhooks())
    return ScheduleRunner(database, due, clock, jobs)


def reconciler(database: Database, ledger: LedgerClient) -> Reconciler:
    """Give what holds the projections against the ledger."""
    return Reconciler(database, ledger, wanted(), SystemClock())


def traffic_watch(
    settings: Settings, database: Database, ledger: LedgerClient, clock: Clock
) -> TrafficWatch | None:
    """Give what watches the participant's traffic; None if nobody can tell it."""
    if settings.traffic_url is None:
        return None
    scan, reserve = Scan(settings.traffic_url), settings.traffic_reserve
    return TrafficWatch(database, scan, ledger.parties.participant_id, reserve, clock)


def treasury_reconciler(database: Database, ledger: LedgerClient) -> TreasuryReconciler:
    """Give what holds treasuries and their books against the ledger."""
    return TreasuryReconciler(database, snapshot_of(ledger, wanted()), SystemClock())


def catch_up(
    database: Database, ledger: LedgerClient, tell: Callable[[int, int], None] | None = None
) -> CatchUp:
    """Give what brings projections to the cursor, and rebuilds them; `tell` hears how far it is."""
    return CatchUp(database, source(ledger), ingester(database).projections, tell)


def runner(settings: DatabaseSettings, database: Database, ledger: LedgerClient) -> Runner:
    """Give the process of ingestion."""
    leadership = Leadership(settings, LEADERSHIP)
    return Runner(ingester(database), source(ledger), leadership)
