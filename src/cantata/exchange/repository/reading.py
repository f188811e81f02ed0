"""What callers read of the exchange: positions of treasuries, the journal, proofs, operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select

from cantata.automation.model import Intent
from cantata.automation.tables import INTENTS, intent_of
from cantata.exchange.model.journal import Book, BookKind, Occasion
from cantata.exchange.repository.tables import ENTRIES, HOLDINGS, JOURNAL, POSTINGS
from cantata.exchange.wishes import ACCEPT, REARRANGE, TAKE_BACK, WITHDRAW
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.storage.session import ReadSession
from cantata.storage.types import summed
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository.tables import RESERVATIONS

STEPS_MAX = 100
"""Steps of one transfer that a proof shows."""

KINDS = (WITHDRAW, REARRANGE, TAKE_BACK, ACCEPT)
"""What the exchange asks of the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What a treasury holds of an instrument: of `total`, `locked` and `reserved` is not free."""

    instrument: InstrumentId
    total: Total
    locked: Total
    reserved: Total
    holdings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A posting of the journal with its entry; `number` and `position` are its place."""

    number: int
    position: int
    occasion: Occasion
    reference: str
    at: Timestamp
    book: Book
    instrument: InstrumentId
    amount: Total


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A posting on a customer's account, and what she was owed after it."""

    line: Line
    balance: Total


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An event of the ledger that a transfer consists of, as the treasury saw it."""

    kind: str
    status: str
    update_id: str
    node_id: int
    offset: int
    record_time: Timestamp | None
    sender: str
    receiver: str
    instrument: InstrumentId | None
    amount: Decimal | None
    memo: str
    instruction: str
    original_instruction: str
    created: tuple[str, ...]
    archived: tuple[str, ...]
    choice: str
    template: str
    package: str
    actors: tuple[str, ...]


async def positions(session: ReadSession, party: PartyId) -> tuple[Position, ...]:
    """Give what a treasury holds of each instrument."""
    of = (HOLDINGS.c.admin, HOLDINGS.c.instrument)
    amount = HOLDINGS.c.amount
    is_reserved = RESERVATIONS.c.contract_id.is_not(None)
    joined = HOLDINGS.outerjoin(RESERVATIONS, RESERVATIONS.c.contract_id == HOLDINGS.c.contract_id)
    rows = await session.all(
        select(
            *of,
            summed(amount).label("total"),
            _sum_where(HOLDINGS.c.lock.is_not(None), amount).label("locked"),
            _sum_where(is_reserved, amount).label("reserved"),
            func.count().label("holdings"),
        )
        .select_from(joined)
        .where(HOLDINGS.c.treasury == party, HOLDINGS.c.archived_offset.is_(None))
        .group_by(*of)
        .order_by(*of)
    )
    return tuple(
        Position(
            instrument=InstrumentId(PartyId(row.admin), row.instrument),
            total=row.total,
            locked=row.locked,
            reserved=row.reserved,
            holdings=row.holdings,
        )
        for row in rows
    )


async def lines(
    session: ReadSession,
    book: Book | None,
    instrument: InstrumentId | None,
    before: tuple[int, int] | None,
    limit: int,
) -> tuple[Line, ...]:
    """Give postings before a place, newest first; those of an account or instrument, if named."""
    statement = select(
        POSTINGS, JOURNAL.c.number, JOURNAL.c.occasion, JOURNAL.c.reference, JOURNAL.c.at
    ).join(JOURNAL, JOURNAL.c.number == POSTINGS.c.entry)
    if book is not None:
        statement = statement.where(
            POSTINGS.c.kind == book.kind.value, POSTINGS.c.name == book.name
        )
    if instrument is not None:
        statement = statement.where(
            POSTINGS.c.admin == instrument.admin, POSTINGS.c.instrument == instrument.id
        )
    if before is not None:
        place = func.row(POSTINGS.c.entry, POSTINGS.c.position)
        statement = statement.where(place < func.row(*before))
    ordered = statement.order_by(POSTINGS.c.entry.desc(), POSTINGS.c.position.desc())
    return tuple(map(_line, await session.all(ordered.limit(limit))))


async def statement(
    session: ReadSession, account: UUID, before: tuple[int, int] | None, limit: int
) -> tuple[StatementLine, ...]:
    """Give what a customer gained and lost before a place, newest first, with the balances."""
    book = Book.customer(account)
    of = (POSTINGS.c.entry, POSTINGS.c.position)
    total = summed(-POSTINGS.c.amount).over(
        partition_by=(POSTINGS.c.admin, POSTINGS.c.instrument), order_by=of
    )
    all_of = (
        select(POSTINGS, total.label("balance"))
        .where(POSTINGS.c.kind == book.kind.value, POSTINGS.c.name == book.name)
        .subquery("all_of")
    )
    chosen = select(
        all_of, JOURNAL.c.number, JOURNAL.c.occasion, JOURNAL.c.reference, JOURNAL.c.at
    ).join(JOURNAL, JOURNAL.c.number == all_of.c.entry)
    if before is not None:
        chosen = chosen.where(func.row(all_of.c.entry, all_of.c.position) < func.row(*before))
    ordered = chosen.order_by(all_of.c.entry.desc(), all_of.c.position.desc())
    rows = await session.all(ordered.limit(limit))
    return tuple(StatementLine(_line(row), row.balance) for row in rows)


async def steps(
    session: ReadSession, treasury: PartyId, updates: Sequence[str], offer: str | None
) -> tuple[Step, ...]:
    """Give the events of a treasury in some updates, or of an offer, in the ledger's order.

    That is by record time: offsets belong to one participant, and order what it has at one time.
    """
    of: list[ColumnElement[bool]] = [ENTRIES.c.update_id.in_(list(filter(None, updates)))]
    if offer is not None:
        of += [ENTRIES.c.instruction == offer, ENTRIES.c.original_instruction == offer]
    rows = await session.all(
        select(ENTRIES)
        .where(ENTRIES.c.treasury == treasury, or_(*of))
        .order_by(ENTRIES.c.record_time, ENTRIES.c.ledger_offset, ENTRIES.c.position)
        .limit(STEPS_MAX)
    )
    return tuple(map(_step, rows))


async def operations(
    session: ReadSession, before: tuple[Timestamp, UUID] | None, limit: int
) -> tuple[Intent, ...]:
    """Give what was asked of the ledger before a place, newest first, whoever asked."""
    statement = select(INTENTS).where(INTENTS.c.kind.in_(KINDS))
    if before is not None:
        place = func.row(INTENTS.c.created_at, INTENTS.c.id)
        statement = statement.where(place < func.row(before[0].to_stdlib(), before[1]))
    ordered = statement.order_by(INTENTS.c.created_at.desc(), INTENTS.c.id.desc())
    return tuple(map(intent_of, await session.all(ordered.limit(limit))))


def _sum_where(condition: Any, amount: Any) -> Any:
    return func.coalesce(summed(amount).filter(condition), 0)


def _line(row: Row[Any]) -> Line:
    return Line(
        number=row.number,
        position=row.position,
        occasion=Occasion(row.occasion),
        reference=row.reference,
        at=row.at,
        book=Book(BookKind(row.kind), row.name),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        amount=row.amount,
    )


def _step(row: Row[Any]) -> Step:
    content = row.content
    return Step(
        kind=row.kind,
        status=row.status,
        update_id=row.update_id,
        node_id=row.node_id,
        offset=row.ledger_offset,
        record_time=row.record_time,
        sender=row.sender,
        receiver=row.receiver,
        instrument=InstrumentId(PartyId(row.admin), row.instrument) if row.instrument else None,
        amount=row.amount,
        memo=row.memo,
        instruction=row.instruction,
        original_instruction=row.original_instruction,
        created=tuple(content["created"]),
        archived=tuple(content["archived"]),
        choice=content["choice"],
        template=content["template"],
        package=content["package"],
        actors=tuple(content["actors"]),
    )
