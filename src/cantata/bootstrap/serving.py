"""The application, and the use cases behind its routes."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI

from cantata.accounts.assembly import AccountSettings, assembled
from cantata.accounts.couriers.chosen import courier
from cantata.accounts.jwks import HttpKeySource
from cantata.accounts.secret_file import auth_secret, kept
from cantata.accounts.service.accounts import Accounts
from cantata.accounts.service.handover import Administration
from cantata.accounts.service.tokens import TokenSettings
from cantata.accounts.tasks import ParticipantTopology
from cantata.api.app import Services, create_app
from cantata.api.readiness import PlatformReadiness
from cantata.automation import repository as intents
from cantata.automation import signers
from cantata.bootstrap.connections import ADMIN_KEY_FILE, ParticipantDirectory, World
from cantata.bootstrap.handlers import exchange_handlers, handlers, registries, webhook_settings
from cantata.bootstrap.ingesting import source
from cantata.exchange.assembly import Surroundings
from cantata.exchange.assembly import assembled as assembled_exchange
from cantata.exchange.service.access import found_roles
from cantata.exchange.service.exchange import Exchange
from cantata.exchange.service.measuring import Measuring
from cantata.http.cursors import Cursors
from cantata.http.edge import Edge
from cantata.http.limits import MemoryLimiter, limits_of
from cantata.http.rehearsal import Rehearsal
from cantata.http.waiting import Watch
from cantata.storage.listening import Bell
from cantata.tokens.batches.service import Batches
from cantata.tokens.documents.service import Documents
from cantata.tokens.registry.api import LIMIT as REGISTRY_LIMIT
from cantata.tokens.registry.api import registry_router
from cantata.tokens.registry.service import Registry
from cantata.tokens.service.common import Desk
from cantata.tokens.service.tokens import TokenService

ENVIRONMENT = "live"


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
            signers=signers.names(world.settings.signers),
            clock=world.clock,
        )
    )


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
