"""Puts the parts of a process together from the settings: database, ledger, work, ingestion."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from cantata.automation.handler import Handler
from cantata.automation.observer import IntentObserver
from cantata.automation.schedules.runner import ScheduleRunner
from cantata.automation.signing import Desk
from cantata.automation.steppers import Steppers
from cantata.automation.submitter import IntentSubmitter
from cantata.automation.worker import Worker, WorkerSettings
from cantata.bootstrap import allocator
from cantata.config import Settings
from cantata.contracts.token_standard import holding_v1, transfer_instruction_v1
from cantata.ingestion.projection import Projection
from cantata.ingestion.runner import LEADERSHIP, Runner
from cantata.ingestion.service import Ingester
from cantata.ingestion.source import LedgerSource
from cantata.kernel.time import SystemClock
from cantata.lang import Template
from cantata.ledger import settings as ledger_settings
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.tokens import FileToken, StaticToken, TokenProvider
from cantata.storage.database import Database
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.leadership import Leadership
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings
from cantata.tokens import contract, tasks
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection
from cantata.tokens.schedules import schedules

_INTERFACES = (holding_v1.Holding, transfer_instruction_v1.TransferInstruction)
RETRIES = 5
POSTGRES_FOLDER = "postgres"
"""The embedded database, below the data folder."""


@contextmanager
def database_settings(settings: Settings, process: str) -> Iterator[DatabaseSettings]:
    """Give the database that was named, or the embedded one, which runs as long as the block."""
    if settings.database_url is not None:
        yield _database(settings, settings.database_url.get_secret_value(), process)
        return
    server = embedded(settings)
    with server:
        yield _database(settings, server.url, process)


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
    if settings.ledger_token_file is not None:
        return FileToken(settings.ledger_token_file)
    return StaticToken()


def handlers() -> tuple[Handler, ...]:
    """Give what automation can do, of all slices."""
    return tasks.handlers()


def projections() -> tuple[Projection, ...]:
    """Give what is projected, of all slices."""
    return (HoldingsProjection(), ContractsProjection())


def ingester(database: Database) -> Ingester:
    """Give the service that writes the ledger's history into the database."""
    return Ingester(database, projections(), [IntentObserver(handlers(), SystemClock())])


def source(ledger: LedgerClient) -> LedgerSource:
    """Give the history that ingestion reads."""
    return LedgerSource(ledger, wanted())


def wanted() -> Wanted:
    """Give what ingestion reads: all events, tokens of any package by their standard's views.

    Contracts of our own come with what it takes to disclose them.
    """
    return Wanted(
        everything=True,
        interfaces=tuple(each.__ledger_interface__().identifier for each in _INTERFACES),
        disclosable=tuple(each.__ledger_template__().identifier for each in templates()),
    )


def templates() -> tuple[type[Template], ...]:
    """Give the templates of our token package."""
    modules = [
        import_module(f"{contract.__name__}.{found.name}")
        for found in pkgutil.iter_modules(contract.__path__)
    ]
    return tuple(
        each
        for module in modules
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Template)
        if each.__module__ == module.__name__
    )


def worker(database: Database, ledger: LedgerClient, listening: Bell, name: str) -> Worker:
    """Give a worker that carries intents of all kinds."""
    clock = SystemClock()
    submitter = IntentSubmitter(database, ledger.commands, handlers(), clock, Desk(ledger.external))
    steppers = Steppers((submitter, allocator(database, ledger, clock)))
    return Worker(database, steppers, listening, clock, WorkerSettings(name=name))


def scheduler(database: Database) -> ScheduleRunner:
    """Give what does things by the clock, of all slices."""
    return ScheduleRunner(database, schedules(), SystemClock())


def runner(settings: DatabaseSettings, database: Database, ledger: LedgerClient) -> Runner:
    """Give the process of ingestion."""
    leadership = Leadership(settings, LEADERSHIP)
    return Runner(ingester(database), source(ledger), leadership)


def _database(settings: Settings, url: str, process: str) -> DatabaseSettings:
    return DatabaseSettings(
        url=url,
        application=f"cantata {process}",
        connections_max=settings.database_connections,
    )
