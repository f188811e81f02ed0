"""The job: treasuries, ledger and books compared at one offset, and an alarm if they differ."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from cantata.automation.schedules.runner import Job
from cantata.exchange import metrics
from cantata.exchange.history.state import State
from cantata.exchange.model.journal import Book
from cantata.exchange.model.treasury import Treasury
from cantata.exchange.reconciliation import policy, repository
from cantata.exchange.reconciliation.errors import TreasuriesAhead
from cantata.exchange.reconciliation.model import (
    SHOWN_MAX,
    Difference,
    Position,
    Report,
    described,
)
from cantata.exchange.repository import history, journal, treasuries
from cantata.ingestion.repository import positions
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock, RelTime
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.model.events import ActiveContract, CreatedEvent
from cantata.observability import metrics as alarms
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.session import ReadSession

NAME = "exchange.reconcile"

Snapshot = Callable[[PartyId, int], AsyncGenerator[ActiveContract, None]]
"""Gives the contracts of a party that are active at an offset, as ingestion reads them."""

_log = events("reconciliation")


@dataclass(slots=True)
class _Found:
    """Differences as they are found: all counted, the first ones kept."""

    compared: int = 0
    count: int = 0
    shown: list[Difference] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)

    def add(self, differences: Iterable[Difference]) -> None:
        for each in differences:
            self.count += 1
            if len(self.shown) < SHOWN_MAX:
                self.shown.append(each)


class TreasuryReconciler:
    """Holds treasuries against the ledger at the offset that ingestion has reached.

    The contracts are compared as of that offset, however far ingestion is meanwhile; the books
    are compared with each other in one state of the database. Raise what keeps the ledger or the
    database from being read; a comparison that could not be made is no comparison.
    """

    def __init__(self, database: Database, snapshot: Snapshot, clock: Clock) -> None:
        self._database = database
        self._snapshot = snapshot
        self._clock = clock

    async def run(self) -> Report:
        """Compare, keep the report, and raise the alarm if something differs.

        Raise TreasuriesAhead while ingestion reads again what it had read before.
        """
        async with self._database.read() as session:
            offset = await _offset(session)
            owners = await treasuries.every(session)
        found = _Found()
        for treasury in owners:
            await self._compare_contracts(treasury.party, offset, found)
        async with self._database.read() as session:
            owed = await _compare_books(session, owners, found)
        report = Report(
            offset=offset,
            at=self._clock.now(),
            compared=found.compared,
            positions=tuple(found.positions),
            owed=owed,
            count=found.count,
            differences=tuple(found.shown),
        )
        async with self._database.write() as session:
            await repository.save(session, report)
        _tell(report)
        return report

    async def _compare_contracts(self, party: PartyId, offset: int, found: _Found) -> None:
        ledger = State.of_contracts(party, await self._active(party, offset))
        async with self._database.read() as session:
            recorded = await repository.state_at(session, party, offset)
        found.compared += len(ledger.holdings) + len(ledger.instructions)
        found.positions += policy.positions_of(ledger)
        found.add(policy.compare_states(ledger, recorded))

    async def _active(self, party: PartyId, offset: int) -> Sequence[CreatedEvent]:
        contracts: list[CreatedEvent] = []
        if offset > 0:
            async with aclosing(self._snapshot(party, offset)) as active:
                async for contract in active:
                    contracts.append(contract.event)  # noqa: PERF401 - an asynchronous iterator
        return contracts


async def _offset(session: ReadSession) -> int:
    """Give the offset that treasuries are as of; raise TreasuriesAhead."""
    found = await positions(session)
    known, reached = found.observed, found.cursor.record_time
    if known is not None and (reached is None or reached < known.until):
        raise TreasuriesAhead(known.until, reached)
    return found.cursor.offset


async def _compare_books(
    session: ReadSession, owners: Sequence[Treasury], found: _Found
) -> policy.Owed:
    for treasury in owners:
        held = await history.totals(session, treasury.party)
        booked = await journal.balances(session, Book.treasury(treasury.party))
        found.add(policy.compare_books(treasury.party, held, booked))
    owed = await journal.totals(session)
    found.add(policy.compare_owed(owed))
    found.add(await repository.misadded(session))
    found.add(await repository.held_for_nothing(session))
    found.add(await repository.reserved_for_nothing(session))
    return owed


def snapshot_of(ledger: LedgerClient, wanted: Wanted) -> Snapshot:
    """Read the contracts of one party, as `wanted` says for all parties."""

    def snapshot(party: PartyId, offset: int) -> AsyncGenerator[ActiveContract, None]:
        return ledger.state.active_contracts(replace(wanted, parties=(party,)), at=offset)

    return snapshot


def reconciling(reconciler: TreasuryReconciler, every: RelTime) -> Job:
    """Give the job that compares by the clock."""

    async def run() -> None:
        try:
            await reconciler.run()
        except TreasuriesAhead as error:
            _log.info("treasuries.postponed", known=str(error.known), reached=str(error.reached))

    return Job(NAME, every, run)


def _tell(report: Report) -> None:
    metrics.DIFFERENCES.set(report.count)
    metrics.RECONCILED.set(report.at.microseconds // 1_000_000)
    if report.is_clean:
        _log.info("treasuries.clean", offset=report.offset, compared=report.compared)
        return
    alarms.ALARMS.labels("treasury_reconciliation").inc()
    _log.error(
        "treasuries.differ",
        offset=report.offset,
        differences=report.count,
        first=str(described(report.differences[0])),
    )
