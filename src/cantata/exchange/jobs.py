"""What the exchange has done by the clock in transactions of its own: pools, reconciliation."""

from __future__ import annotations

from cantata.automation.schedules.runner import Job
from cantata.exchange.reconciliation.service import TreasuryReconciler, reconciling
from cantata.exchange.service.care import PoolCare, caring
from cantata.exchange.service.withdrawals import Withdrawals
from cantata.kernel.time import Clock, RelTime
from cantata.storage.database import Database
from cantata.tokens.service.common import Directory


def jobs(
    database: Database,
    directory: Directory,
    reconciler: TreasuryReconciler,
    clock: Clock,
    minutes: int,
) -> tuple[Job, ...]:
    """Give the jobs; treasuries are compared every so many minutes, never if there are none."""
    care = caring(PoolCare(database, Withdrawals(directory, clock), clock))
    if not minutes:
        return (care,)
    return (care, reconciling(reconciler, RelTime.of(minutes=minutes)))
