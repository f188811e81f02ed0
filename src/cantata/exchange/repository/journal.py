"""The journal: entries made once each, and the balances that they add up to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from cantata.exchange.errors import BalanceTooLow
from cantata.exchange.model.journal import Book, BookKind, Entry
from cantata.exchange.repository.tables import BALANCES, JOURNAL, POSTINGS
from cantata.kernel.ids import PartyId
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import summed
from cantata.tokens.model import InstrumentId

_NEVER_OVERDRAWN = frozenset({BookKind.CUSTOMER, BookKind.HELD})
_Key = tuple[str, str, str, str]


async def record(session: WriteSession, entries: Sequence[Entry]) -> int:
    """Make entries that are not made yet, and give how many that were.

    Entries of one call have distinct occasions and references. Raise BalanceTooLow if a customer,
    or what a withdrawal holds, would be left with less than nothing.
    """
    fresh = await _fresh(session, entries)
    changes: dict[_Key, Total] = defaultdict(Total)
    rows = []
    for number, entry in fresh:
        for position, posting in enumerate(entry.postings):
            key = _key(posting.book, posting.instrument)
            changes[key] = changes[key] + posting.amount
            columns = dict(zip(("kind", "name", "admin", "instrument"), key, strict=True))
            rows.append(
                {"entry": number, "position": position, "amount": posting.amount, **columns}
            )
    if rows:
        await session.run(insert(POSTINGS).values(rows))
        await _add(session, changes)
    return len(fresh)


async def balance(
    session: ReadSession, book: Book, instrument: InstrumentId, *, lock: bool = False
) -> Total:
    """Give an account's balance: debits less credits; with `lock`, nobody else changes it."""
    kind, name, admin, identity = _key(book, instrument)
    statement = select(BALANCES.c.amount).where(
        BALANCES.c.kind == kind,
        BALANCES.c.name == name,
        BALANCES.c.admin == admin,
        BALANCES.c.instrument == identity,
    )
    row = await session.first(statement.with_for_update() if lock else statement)
    return NOTHING if row is None else row.amount


async def balances(session: ReadSession, book: Book) -> dict[InstrumentId, Total]:
    """Give all balances of an account that are not zero."""
    rows = await session.all(
        select(BALANCES).where(
            BALANCES.c.kind == book.kind.value,
            BALANCES.c.name == book.name,
            BALANCES.c.amount != NOTHING,
        )
    )
    return {InstrumentId(PartyId(row.admin), row.instrument): row.amount for row in rows}


async def totals(session: ReadSession) -> dict[tuple[BookKind, InstrumentId], Total]:
    """Give the sum of all accounts of a kind, for each instrument; together they make zero."""
    of = (BALANCES.c.kind, BALANCES.c.admin, BALANCES.c.instrument)
    rows = await session.all(select(*of, summed(BALANCES.c.amount).label("amount")).group_by(*of))
    return {
        (BookKind(row.kind), InstrumentId(PartyId(row.admin), row.instrument)): row.amount
        for row in rows
    }


async def _fresh(session: WriteSession, entries: Sequence[Entry]) -> list[tuple[int, Entry]]:
    """Give the new ones of the entries, numbered."""
    if not entries:
        return []
    by_key = {(entry.occasion.value, entry.reference): entry for entry in entries}
    assert len(by_key) == len(entries), "an occasion and reference twice in one call"
    made = await session.all(
        insert(JOURNAL)
        .values(
            [
                {"occasion": occasion, "reference": reference, "at": entry.at}
                for (occasion, reference), entry in by_key.items()
            ]
        )
        .on_conflict_do_nothing()
        .returning(JOURNAL.c.number, JOURNAL.c.occasion, JOURNAL.c.reference)
    )
    return [(row.number, by_key[row.occasion, row.reference]) for row in made]


async def _add(session: WriteSession, changes: dict[_Key, Total]) -> None:
    """Change balances, always in one order so that two writers cannot block each other."""
    rows = [
        {"kind": kind, "name": name, "admin": admin, "instrument": instrument, "amount": amount}
        for (kind, name, admin, instrument), amount in sorted(changes.items())
    ]
    statement = insert(BALANCES).values(rows)
    changed = await session.all(
        statement.on_conflict_do_update(
            index_elements=["kind", "name", "admin", "instrument"],
            set_={"amount": BALANCES.c.amount + statement.excluded.amount},
        ).returning(BALANCES)
    )
    _refuse_overdrawn(changed, changes)


def _refuse_overdrawn(changed: Iterable[Row[Any]], changes: dict[_Key, Total]) -> None:
    """Refuse what would leave less than nothing of what somebody is owed."""
    for row in changed:
        book = Book(BookKind(row.kind), row.name)
        if book.kind in _NEVER_OVERDRAWN and row.amount > NOTHING:
            wanted = changes[row.kind, row.name, row.admin, row.instrument]
            instrument = InstrumentId(PartyId(row.admin), row.instrument)
            raise BalanceTooLow(book, instrument, wanted, wanted - row.amount)


def _key(book: Book, instrument: InstrumentId) -> _Key:
    return (book.kind.value, book.name, str(instrument.admin), instrument.id)
