"""The job: one comparison at one offset, an alarm if something differs, and the repair."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from cantata.ingestion.repository import positions
from cantata.kernel.ids import ContractId
from cantata.kernel.time import Clock
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.model.events import ActiveContract
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.session import ReadSession
from cantata.tokens import history
from cantata.tokens.model import Holding
from cantata.tokens.projection.contracts import projected
from cantata.tokens.reconciliation import policy, repository
from cantata.tokens.reconciliation.errors import ProjectionsBehind
from cantata.tokens.reconciliation.model import (
    CONTRACTS,
    HOLDINGS,
    SHOWN_MAX,
    Difference,
    NotOnLedger,
    Report,
)

_OURS = frozenset({"state", "closing_update_id"})
"""What becomes of an offer, which its contract does not say."""

_log = events("reconciliation")


class Rebuilds(Protocol):
    """What empties a projection and fills it from the ledger."""

    async def rebuild(self, name: str) -> int:
        """Rebuild the projection of this name; give the offset that it has then."""


@dataclass(slots=True)
class _Found:
    """Differences as they are found: all counted, the first ones kept."""

    compared: int = 0
    count: int = 0
    shown: list[Difference] = field(default_factory=list)

    def add(self, difference: Difference) -> None:
        self.count += 1
        if len(self.shown) < SHOWN_MAX:
            self.shown.append(difference)


@dataclass(slots=True)
class _Ledger:
    """What is active on the ledger: holdings, and the other contracts that are projected."""

    holdings: dict[ContractId, Holding] = field(default_factory=dict)
    contracts: dict[ContractId, str] = field(default_factory=dict)
    """By the fingerprints of what they say."""


class Reconciler:
    """Holds the projections against the ledger at the offset that they have reached.

    `wanted` must be what ingestion reads. Raise what keeps the ledger or the database from
    being read; a comparison that could not be made is no comparison.
    """

    def __init__(
        self, database: Database, ledger: LedgerClient, wanted: Wanted, clock: Clock
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._wanted = wanted
        self._clock = clock

    async def run(self) -> Report:
        """Compare, keep the report, and raise the alarm if something differs.

        Raise ProjectionsBehind while one of them is being filled.
        """
        async with self._database.read() as session:
            offset = await _reached(session)
        ledger = await self._read_ledger(offset)
        async with self._database.read() as session:
            await _reached(session)
            found = await _compare(session, ledger, offset)
        report = Report(
            offset=offset,
            at=self._clock.now(),
            compared=found.compared,
            count=found.count,
            differences=tuple(found.shown),
        )
        async with self._database.write() as session:
            await repository.save(session, report)
        _tell(report)
        return report

    async def repair(self, rebuilds: Rebuilds) -> Report:
        """Compare; rebuild what differs from the ledger's history, and compare again."""
        report = await self.run()
        if report.is_clean:
            return report
        for name in sorted(report.projections):
            _log.warning("reconciliation.repairing", projection=name, offset=report.offset)
            await rebuilds.rebuild(name)
        return await self.run()

    async def _read_ledger(self, offset: int) -> _Ledger:
        found = _Ledger()
        async for contract in self._active(offset):
            event = contract.event
            holding = history.holding_made(event, event.offset, event.created_at)
            if holding is not None:
                found.holdings[holding.contract_id] = holding
            said = projected(event)
            if said is not None:
                found.contracts[ContractId(event.contract_id)] = policy.fingerprint(
                    {name: value for name, value in said.items() if name not in _OURS}
                )
        return found

    async def _active(self, offset: int) -> AsyncGenerator[ActiveContract, None]:
        if offset == 0:
            return
        contracts = self._ledger.state.active_contracts(self._wanted, at=offset)
        async with aclosing(contracts):
            async for contract in contracts:
                yield contract


async def _reached(session: ReadSession) -> int:
    """Give the offset that all projections of tokens are at; raise ProjectionsBehind."""
    found = await positions(session)
    for name in (CONTRACTS, HOLDINGS):
        reached = found.reached.get(name, 0)
        if reached != found.cursor.offset:
            raise ProjectionsBehind(name, reached, found.cursor.offset)
    return found.cursor.offset


async def _compare(session: ReadSession, ledger: _Ledger, offset: int) -> _Found:
    found = _Found(compared=len(ledger.holdings.keys() | ledger.contracts.keys()))
    async with aclosing(repository.holdings(session, offset)) as held:
        async for holding in held:
            there = ledger.holdings.pop(holding.contract_id, None)
            if there is None:
                found.add(NotOnLedger(projection=HOLDINGS, contract_id=holding.contract_id))
                continue
            for difference in policy.compare_holding(there, holding):
                found.add(difference)
    for missing in ledger.holdings.values():
        for difference in policy.compare_holding(missing, None):
            found.add(difference)
    async with aclosing(repository.contracts(session, offset)) as rows:
        said = {contract: policy.fingerprint(row) async for contract, row in rows}
    for difference in (
        *policy.compare_contracts(ledger.contracts, said),
        *await repository.unbalanced(session, offset),
        *await repository.unbacked(session, offset),
    ):
        found.add(difference)
    return found


def _tell(report: Report) -> None:
    metrics.RECONCILIATION_OFFSET.set(report.offset)
    metrics.RECONCILIATION_DIFFERENCES.set(report.count)
    if report.is_clean:
        _log.info("reconciliation.clean", offset=report.offset, compared=report.compared)
        return
    metrics.ALARMS.labels("reconciliation").inc()
    _log.error(
        "reconciliation.differs",
        offset=report.offset,
        differences=report.count,
        first=str(repository.described(report.differences[0])),
    )
