"""Posts every change of a treasury's holdings: the journal follows the ledger by construction.

The treasury's side of an entry is what its holdings gained. Whose gain or loss that is, is asked
of those who know (deposits, withdrawals); what nobody explains is posted as unexplained, and
raises an alarm, but never is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cantata.exchange.history.model import Entry as HistoryEntry
from cantata.exchange.history.model import EntryKind
from cantata.exchange.model.journal import Book, BookKind, Entry, Occasion, pair
from cantata.exchange.projection.treasury import ZERO, Seen, instrument_id
from cantata.exchange.repository import journal
from cantata.ingestion.model import Batch
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.session import WriteSession
from cantata.tokens.model import InstrumentId

Place = tuple[PartyId, str, int, int]
"""An entry of a treasury's history: its party, the update, the node, the position."""

_BY_KIND = {
    EntryKind.MINT: BookKind.INCOME,
    EntryKind.OTHER_INCOME: BookKind.INCOME,
    EntryKind.BURN: BookKind.LOSSES,
    EntryKind.EXPIRE_DUST: BookKind.LOSSES,
}
_log = events("exchange")


@dataclass(frozen=True, slots=True)
class Whose:
    """The account that stands against the treasury's, and what else is posted because of it.

    Both are posted at once, so it does not matter which of them an account could not bear alone.
    """

    book: Book
    entries: tuple[Entry, ...] = ()


class Explainer(Protocol):
    """Knows whose some of the gains and losses of treasuries are."""

    async def explain(
        self, session: WriteSession, seen: Sequence[Seen]
    ) -> Mapping[Place, Book | Whose]:
        """Act on what happened, and give the accounts that stand against the treasury's."""

    async def passed(self, session: WriteSession, batch: Batch) -> None:
        """Take note that record time has moved on."""


class Books:
    """A watcher that keeps the journal."""

    def __init__(self, explainers: Sequence[Explainer] = ()) -> None:
        self._explainers = tuple(explainers)

    async def saw(self, session: WriteSession, seen: Sequence[Seen]) -> None:
        """Post what a batch says of treasuries."""
        explained: dict[Place, Whose] = {}
        for explainer in self._explainers:
            for place, whose in (await explainer.explain(session, seen)).items():
                explained[place] = whose if isinstance(whose, Whose) else Whose(whose)
        books = {place: whose.book for place, whose in explained.items()}
        entries = [entry for each in seen for entry in _entries(each, books)]
        more = [entry for whose in explained.values() for entry in whose.entries]
        await journal.record(session, [*entries, *more])

    async def passed(self, session: WriteSession, batch: Batch) -> None:
        """Tell the explainers that record time has moved on."""
        for explainer in self._explainers:
            await explainer.passed(session, batch)


def place_of(seen: Seen, entry: HistoryEntry) -> Place:
    """Name an entry of a treasury's history."""
    return (seen.treasury.party, entry.update_id, entry.node_id, entry.position)


def _entries(seen: Seen, explained: Mapping[Place, Book]) -> Iterator[Entry]:
    """Give the journal's entries for one transaction; together they post all that was gained."""
    rest = dict(seen.gained)
    for entry in seen.parsed.entries:
        if entry.instrument is None or not entry.net:
            continue
        instrument = instrument_id(entry.instrument)
        rest[instrument] = rest.get(instrument, NOTHING) - entry.net
        place = place_of(seen, entry)
        book = explained.get(place) or _book(entry)
        if book.kind is BookKind.UNEXPLAINED:
            _alarm(seen, instrument, entry.net, entry.kind.value)
        yield _received(seen, "/".join(map(str, place[1:])), book, {instrument: entry.net})
    left = {instrument: amount for instrument, amount in rest.items() if amount}
    if left:
        if not seen.is_opening:
            for instrument, amount in left.items():
                _alarm(seen, instrument, amount, "no entry")
        book = Book(BookKind.OPENING if seen.is_opening else BookKind.UNEXPLAINED)
        yield _received(seen, seen.transaction.update_id, book, left)


def _received(
    seen: Seen, reference: str, book: Book, gained: Mapping[InstrumentId, Decimal | Total]
) -> Entry:
    treasury = Book.treasury(seen.treasury.party)
    return Entry(
        occasion=Occasion.OPENED if seen.is_opening else Occasion.RECEIVED,
        reference=f"{seen.treasury.party}/{reference}",
        at=seen.transaction.record_time or _EPOCH,
        postings=tuple(
            posting
            for instrument, amount in gained.items()
            for posting in pair(treasury, book, instrument, amount)
        ),
    )


def _book(entry: HistoryEntry) -> Book:
    """Give the account of what neither a deposit nor a withdrawal explains."""
    if entry.kind in _BY_KIND:
        return Book(_BY_KIND[entry.kind])
    lost = entry.net is not None and entry.net < ZERO
    costs = lost and entry.net == -entry.burned
    return Book(BookKind.LOSSES if costs else BookKind.UNEXPLAINED)


def _alarm(seen: Seen, instrument: InstrumentId, amount: Decimal | Total, kind: str) -> None:
    metrics.ALARMS.labels("holdings_unexplained").inc()
    _log.error(
        "treasury.unexplained",
        treasury=seen.treasury.party,
        update_id=seen.transaction.update_id,
        instrument=str(instrument),
        amount=amount.to_wire(),
        kind=kind,
    )


_EPOCH = Timestamp.parse("1970-01-01T00:00:00Z")
