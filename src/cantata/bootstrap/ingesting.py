"""Ingestion, and what holds its projections against the ledger."""

from __future__ import annotations

from collections.abc import Callable

from cantata.automation.observer import IntentObserver
from cantata.bootstrap.handlers import exchange_handlers, handlers
from cantata.exchange.projection.books import Books
from cantata.exchange.projection.deposits import Deposits
from cantata.exchange.projection.treasury import TreasuryHistory
from cantata.exchange.projection.withdrawals import Withdrawals
from cantata.exchange.reconciliation.service import TreasuryReconciler, snapshot_of
from cantata.ingestion.catchup import CatchUp
from cantata.ingestion.projection import Projection
from cantata.ingestion.runner import LEADERSHIP, Runner
from cantata.ingestion.service import Ingester
from cantata.ingestion.source import LedgerSource
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.storage.database import Database
from cantata.storage.leadership import Leadership
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.projection.contracts import ContractsProjection
from cantata.tokens.projection.holdings import HoldingsProjection
from cantata.tokens.reconciliation.service import Reconciler
from cantata.tokens.watched import SECOND_VERSION, watched


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


def reconciler(database: Database, ledger: LedgerClient) -> Reconciler:
    """Give what holds the projections against the ledger."""
    return Reconciler(database, ledger, wanted(), SystemClock())


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
