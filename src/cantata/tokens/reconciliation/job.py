"""Reconciliation by the clock: a job that compares, and repairs if that was chosen."""

from __future__ import annotations

from cantata.automation.schedules.runner import Job
from cantata.kernel.time import RelTime
from cantata.observability.events import events
from cantata.tokens.reconciliation.errors import ProjectionsBehind
from cantata.tokens.reconciliation.service import Rebuilds, Reconciler

NAME = "tokens.reconcile"
_log = events("reconciliation")


def reconciling(reconciler: Reconciler, every: RelTime, rebuilds: Rebuilds | None = None) -> Job:
    """Give the job; with `rebuilds`, what differs is rebuilt and compared again."""

    async def run() -> None:
        try:
            await (reconciler.run() if rebuilds is None else reconciler.repair(rebuilds))
        except ProjectionsBehind as error:
            _log.info(
                "reconciliation.postponed", projection=error.projection, reached=error.reached
            )

    return Job(NAME, every, run)
