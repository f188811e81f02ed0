"""The worker, and what is done by the clock."""

from __future__ import annotations

from cantata.accounts.schedules import schedules as of_accounts
from cantata.automation.schedules.runner import ScheduleRunner
from cantata.automation.signers import Signers
from cantata.automation.signing import Desk as SigningDesk
from cantata.automation.steppers import Steppers
from cantata.automation.submitter import IntentSubmitter
from cantata.automation.worker import Worker, WorkerSettings
from cantata.bootstrap.connections import ParticipantDirectory
from cantata.bootstrap.handlers import allocator, exchange_handlers, handlers
from cantata.bootstrap.ingesting import catch_up, reconciler, treasury_reconciler
from cantata.config import Settings
from cantata.exchange.jobs import jobs as exchange_jobs
from cantata.exchange.schedules import schedules as of_exchange_time
from cantata.exchange.service.preapprovals import Preapprovals, watching
from cantata.exchange.service.rewards import RewardSwitch
from cantata.exchange.service.rewards import watching as watching_rights
from cantata.exchange.traffic.scan import Scan
from cantata.exchange.traffic.service import TrafficWatch
from cantata.exchange.webhooks.schedules import schedules as of_webhooks
from cantata.kernel.time import Clock, RelTime, SystemClock
from cantata.ledger.client import LedgerClient
from cantata.storage.database import Database
from cantata.storage.listening import Bell
from cantata.tokens.reconciliation.job import reconciling
from cantata.tokens.schedules import schedules


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


def traffic_watch(
    settings: Settings, database: Database, ledger: LedgerClient, clock: Clock
) -> TrafficWatch | None:
    """Give what watches the participant's traffic; None if nobody can tell it."""
    if settings.traffic_url is None:
        return None
    scan, reserve = Scan(settings.traffic_url), settings.traffic_reserve
    return TrafficWatch(database, scan, ledger.parties.participant_id, reserve, clock)
