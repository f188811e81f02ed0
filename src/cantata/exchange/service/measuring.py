"""Measures treasuries: reads the database when metrics are read, at most every few seconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from prometheus_client import Gauge

from cantata.exchange import metrics
from cantata.exchange.model.treasury import ListedInstrument, Treasury
from cantata.exchange.policy.withdrawals import require_paying
from cantata.exchange.reconciliation import repository as reconciliation
from cantata.exchange.refusals import WithdrawalsDisabled
from cantata.exchange.repository import listings, measures, treasuries
from cantata.exchange.repository.measures import Consent, Stock, Waiting
from cantata.exchange.traffic.model import Level
from cantata.exchange.traffic.repository import level
from cantata.ingestion.repository import load_cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.observability.metrics import FAILURES
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.session import ReadSession
from cantata.tokens.model import InstrumentId

FRESH = RelTime.of(seconds=10)
"""How long what was measured is not measured again."""

SORTS = ("all", "locked", "reserved", "large", "dust")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What operators look at, read in one state of the database.

    `reached` is the record time up to which the ledger is ingested. `differing` is what the last
    comparison with the ledger found, and `compared_at` its time; None before the first.
    """

    owners: tuple[Treasury, ...]
    listed: dict[InstrumentId, ListedInstrument]
    reached: Timestamp | None
    deposits: tuple[Waiting, ...]
    withdrawals: tuple[Waiting, ...]
    unrecognised: dict[PartyId, int]
    stocks: tuple[Stock, ...]
    consents: tuple[Consent, ...]
    differing: int | None
    compared_at: Timestamp | None
    traffic: Level | None

    def pays(self, treasury: Treasury) -> bool:
        """Tell whether a treasury pays withdrawals now."""
        try:
            require_paying(treasury, self.reached)
        except WithdrawalsDisabled:
            return False
        return True


async def outlook(session: ReadSession) -> Outlook:
    """Read what operators look at."""
    last = next(iter(await reconciliation.latest(session, 1)), None)
    return Outlook(
        owners=await treasuries.every(session),
        listed=await listings.every(session),
        reached=(await load_cursor(session)).record_time,
        deposits=await measures.deposits(session),
        withdrawals=await measures.withdrawals(session),
        unrecognised=await measures.unrecognised(session),
        stocks=await measures.stocks(session),
        consents=await measures.consents(session),
        differing=None if last is None else last.differing,
        compared_at=None if last is None else last.at,
        traffic=await level(session),
    )


class Measuring:
    """Sets the gauges of the exchange."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._last: Timestamp | None = None

    async def measure(self) -> None:
        """Measure again if it is time; without the database the gauges stay as they are."""
        now = self._clock.now()
        if self._last is not None and now < self._last + FRESH:
            return
        self._last = now
        try:
            async with self._database.read() as session:
                found = await outlook(session)
        except StorageError as error:
            FAILURES.labels("measuring", error.code).inc()
            return
        show(found, now)


def show(found: Outlook, now: Timestamp) -> None:
    """Set the gauges; what is no more has none."""
    _show_waiting(metrics.DEPOSITS, metrics.DEPOSITS_SINCE, found.deposits, now)
    _show_waiting(metrics.WITHDRAWALS, metrics.WITHDRAWALS_SINCE, found.withdrawals, now)
    for gauge in (metrics.UNRECOGNISED, metrics.PAYING, metrics.PREAPPROVED):
        gauge.clear()
    for treasury in found.owners:
        party = treasury.party
        metrics.UNRECOGNISED.labels(party).set(found.unrecognised.get(party, 0))
        metrics.PAYING.labels(party).set(int(found.pays(treasury)))
    for consent in found.consents:
        until = consent.expires_at
        left = 0 if until is None else max(0, until.microseconds - now.microseconds)
        metrics.PREAPPROVED.labels(consent.treasury, str(consent.instrument)).set(left // 10**6)
    _show_stocks(found)
    if found.traffic is not None:
        metrics.TRAFFIC.set(found.traffic.remaining)
        metrics.TRAFFIC_RESERVE.set(found.traffic.reserve)
        metrics.TRAFFIC_CHECKED.set(found.traffic.checked_at.microseconds // 10**6)
    if found.differing is not None and found.compared_at is not None:
        metrics.DIFFERENCES.set(found.differing)
        metrics.RECONCILED.set(found.compared_at.microseconds // 10**6)


def _show_waiting(counts: Gauge, ages: Gauge, rows: Iterable[Waiting], now: Timestamp) -> None:
    counts.clear()
    ages.clear()
    for row in rows:
        counts.labels(row.treasury, row.state).set(row.count)
        age = max(0, now.microseconds - row.since.microseconds)
        ages.labels(row.treasury, row.state).set(age // 10**6)


def _show_stocks(found: Outlook) -> None:
    metrics.HOLDINGS.clear()
    metrics.POOL_MISSING.clear()
    for stock in found.stocks:
        named = (stock.treasury, str(stock.instrument))
        for sort in SORTS:
            metrics.HOLDINGS.labels(*named, sort).set(getattr(stock, sort))
        listed = found.listed.get(stock.instrument)
        wanted = 0 if listed is None else listed.policy.pool_size
        metrics.POOL_MISSING.labels(*named).set(max(0, wanted - stock.large))
