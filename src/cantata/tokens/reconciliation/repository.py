"""What reconciliation reads of the projections, and where it writes what it found."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Identity,
    Index,
    Integer,
    Row,
    Select,
    Table,
    and_,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.kernel.ids import ContractId, PartyId
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant, summed
from cantata.tokens.model import Holding, InstrumentId, OfferState
from cantata.tokens.reconciliation.model import (
    PAGE,
    SHOWN_MAX,
    Difference,
    MovementsDiffer,
    Report,
    SupplyDiffers,
)
from cantata.tokens.repository.holdings import active_at, holding_of
from cantata.tokens.repository.tables import (
    DISCLOSABLES,
    HOLDINGS,
    INSTRUMENTS,
    MOVEMENTS,
    OFFERS,
)

_NOT_SAID = frozenset(
    {
        *("contract_id", "template_id", "synchronizer_id", "blob", "created_at", "created_offset"),
        *("archived_offset", "state", "closed_offset", "closing_update_id"),
    }
)
"""What rows have beside what contracts say of themselves."""

RECONCILIATIONS = Table(
    "reconciliations",
    METADATA,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("ledger_offset", BigInteger, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("differing", Integer, nullable=False),
    Column("differences", JSONB, nullable=False),
    Index("ix_reconciliations_at", "at"),
)


async def holdings(session: ReadSession, offset: int) -> AsyncGenerator[Holding, None]:
    """Give all holdings as of an offset, page by page."""
    after = ""
    while rows := await session.all(_page(after, offset)):
        for row in rows:
            yield holding_of(row)
        after = rows[-1].contract_id


async def contracts(
    session: ReadSession, offset: int
) -> AsyncGenerator[tuple[ContractId, Mapping[str, Any]], None]:
    """Give what is said of instruments, offers and the other contracts of ours, as of an offset.

    Page by page, and only of what contracts say themselves.
    """
    pending = and_(OFFERS.c.state == OfferState.PENDING.value, OFFERS.c.closed_offset.is_(None))
    for table, is_active in (
        (INSTRUMENTS, _active(INSTRUMENTS, offset)),
        (DISCLOSABLES, _active(DISCLOSABLES, offset)),
        (OFFERS, or_(pending, OFFERS.c.closed_offset > offset)),
    ):
        said = [column for column in table.c if column.name not in _NOT_SAID]
        chosen = select(table.c.contract_id, *said).where(
            table.c.created_offset <= offset, is_active
        )
        after = ""
        ordered = chosen.order_by(table.c.contract_id).limit(PAGE)
        while rows := await session.all(ordered.where(table.c.contract_id > after)):
            for row in rows:
                values = row._asdict()
                yield ContractId(row.contract_id), {c.name: values[c.name] for c in said}
            after = rows[-1].contract_id


async def unbalanced(session: ReadSession, offset: int) -> tuple[MovementsDiffer, ...]:
    """Give the balances that the movements up to an offset do not add up to."""
    keys = ("owner", "admin", "instrument")
    held = _sums(HOLDINGS, HOLDINGS.c.amount, active_at(offset), "held")
    moved = _sums(MOVEMENTS, MOVEMENTS.c.delta, MOVEMENTS.c.ledger_offset <= offset, "moved")
    same = and_(*(held.c[key] == moved.c[key] for key in keys))
    total, sum_ = func.coalesce(held.c.total, 0), func.coalesce(moved.c.total, 0)
    columns = [func.coalesce(held.c[key], moved.c[key]).label(key) for key in keys]
    joined = held.join(moved, same, full=True)
    rows = await session.all(
        select(*columns, total.label("total"), sum_.label("moved"))
        .select_from(joined)
        .where(total != sum_)
        .limit(SHOWN_MAX)
    )
    return tuple(
        MovementsDiffer(
            owner=PartyId(row.owner),
            instrument=_instrument(row),
            holdings=row.total,
            movements=row.moved,
        )
        for row in rows
    )


async def unbacked(session: ReadSession, offset: int) -> tuple[SupplyDiffers, ...]:
    """Give the instruments whose stated supply is not the sum of their holdings."""
    held = (
        select(HOLDINGS.c.admin, HOLDINGS.c.instrument, summed(HOLDINGS.c.amount).label("total"))
        .where(active_at(offset))
        .group_by(HOLDINGS.c.admin, HOLDINGS.c.instrument)
        .subquery("held")
    )
    same = and_(INSTRUMENTS.c.admin == held.c.admin, INSTRUMENTS.c.instrument == held.c.instrument)
    total = func.coalesce(held.c.total, 0)
    rows = await session.all(
        select(
            INSTRUMENTS.c.admin,
            INSTRUMENTS.c.instrument,
            INSTRUMENTS.c.supply,
            total.label("total"),
        )
        .select_from(INSTRUMENTS.join(held, same, isouter=True))
        .where(
            INSTRUMENTS.c.created_offset <= offset,
            _active(INSTRUMENTS, offset),
            INSTRUMENTS.c.supply != total,
        )
        .limit(SHOWN_MAX)
    )
    return tuple(
        SupplyDiffers(instrument=_instrument(row), stated=row.supply, held=row.total)
        for row in rows
    )


async def save(session: WriteSession, report: Report) -> None:
    """Keep what was found."""
    await session.run(
        insert(RECONCILIATIONS).values(
            at=report.at,
            ledger_offset=report.offset,
            compared=report.compared,
            differing=report.count,
            differences=[described(each) for each in report.differences],
        )
    )


async def latest(session: ReadSession, limit: int) -> Sequence[Row[Any]]:
    """Give the last comparisons, newest first."""
    statement = select(RECONCILIATIONS).order_by(RECONCILIATIONS.c.number.desc())
    return await session.all(statement.limit(min(limit, SHOWN_MAX)))


def described(difference: Difference) -> dict[str, str]:
    """Give a difference as JSON data: its kind, and its fields as texts."""
    values = {field.name: str(getattr(difference, field.name)) for field in fields(difference)}
    return {"kind": type(difference).__name__, **values}


def _active(table: Table, offset: int) -> ColumnElement[bool]:
    return or_(table.c.archived_offset.is_(None), table.c.archived_offset > offset)


def _page(after: str, offset: int) -> Select[Any]:
    chosen = select(HOLDINGS).where(HOLDINGS.c.contract_id > after, active_at(offset))
    return chosen.order_by(HOLDINGS.c.contract_id).limit(PAGE)


def _sums(table: Table, column: Any, condition: Any, name: str) -> Any:
    keys = (table.c.owner, table.c.admin, table.c.instrument)
    total = summed(column).label("total")
    return select(*keys, total).where(condition).group_by(*keys).subquery(name)


def _instrument(row: Row[Any]) -> InstrumentId:
    return InstrumentId(PartyId(row.admin), row.instrument)
