"""What the exchange does by the clock in transactions of its own: pools, comparisons, traffic."""

from __future__ import annotations

from cantata.automation.schedules.runner import Job
from cantata.exchange.reconciliation.service import TreasuryReconciler, reconciling
from cantata.exchange.service.care import PoolCare, caring
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.exchange.traffic.service import TrafficWatch, watching
from cantata.kernel.time import Clock, RelTime
from cantata.storage.database import Database
from cantata.tokens.service.common import Directory


def jobs(
    database: Database,
    directory: Directory,
    reconciler: TreasuryReconciler,
    clock: Clock,
    minutes: int,
    watch: TrafficWatch | None = None,
) -> tuple[Job, ...]:
    """Give the jobs; treasuries are compared every so many minutes, never if there are none."""
    found = [caring(PoolCare(database, Withdrawals(directory, clock), clock))]
    if minutes:
        found.append(reconciling(reconciler, RelTime.of(minutes=minutes)))
    if watch is not None:
        found.append(watching(watch))
    return tuple(found)
