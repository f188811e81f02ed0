"""Holdings and movements: written by the projection, read by everybody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, text

from cantata.ingestion.model import Batch
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.totals import NOTHING, Total
from cantata.ledger.model.updates import Transaction
from cantata.storage.arrays import GONE, gone
from cantata.storage.copying import CopyTarget, copy_rows
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import stored_time, summed
from cantata.tokens.model import Holding, InstrumentId, Lock, Movement
from cantata.tokens.repository.tables import HOLDINGS, MOVEMENTS

_HOLDINGS_COPIED = CopyTarget(
    HOLDINGS.name,
    (
        "contract_id",
        "admin",
        "instrument",
        "owner",
        "amount",
        "lock_holders",
        "lock_expires_at",
        "lock_context",
        "package_name",
        "created_offset",
        "created_at",
        "archived_offset",
    ),
    (
        "text",
        "text",
        "text",
        "text",
        "numeric",
        "text[]",
        "timestamptz",
        "text",
        "text",
        "int8",
        "timestamptz",
        "int8",
    ),
)
_MOVEMENTS_COPIED = CopyTarget(
    MOVEMENTS.name,
    (
        "ledger_offset",
        "position",
        "node_id",
        "update_id",
        "record_time",
        "owner",
        "admin",
        "instrument",
        "kind",
        "delta",
        "locked",
        "counterparty",
        "memo",
    ),
    (
        "int8",
        "int4",
        "int4",
        "text",
        "timestamptz",
        "text",
        "text",
        "text",
        "text",
        "numeric",
        "numeric",
        "text",
        "text",
    ),
)
_ARCHIVE = text(
    "UPDATE holdings SET archived_offset = gone.at"  # noqa: S608 - our own text
    f" FROM {GONE} WHERE contract_id = gone.cid AND archived_offset IS NULL"
    " RETURNING holdings.*"
).columns(*HOLDINGS.c)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What a party has of an instrument: `total` is free and locked together."""

    owner: PartyId
    instrument: InstrumentId
    total: Total
    locked: Total
    holdings: int

    @property
    def free(self) -> Total:
        """What may be used now."""
        return self.total - self.locked


async def archive(session: WriteSession, used: Mapping[str, int]) -> dict[str, Holding]:
    """Note which contracts are used up, at which offset; give those that are holdings."""
    if not used:
        return {}
    rows = await session.all(_ARCHIVE, {"gone": gone(used)})
    return {row.contract_id: holding_of(row) for row in rows}


async def named(
    session: ReadSession, contracts: Sequence[ContractId]
) -> tuple[tuple[Holding, bool], ...]:
    """Give those of some contracts that are, or were, holdings; tell which are active."""
    if not contracts:
        return ()
    rows = await session.all(select(HOLDINGS).where(HOLDINGS.c.contract_id.in_(list(contracts))))
    return tuple((holding_of(row), row.archived_offset is None) for row in rows)


async def add(
    session: WriteSession, created: Iterable[Holding], archived: Mapping[str, int]
) -> None:
    """Add holdings; those that were used up since have an offset in `archived`."""
    rows = [_holding_row(holding, archived.get(holding.contract_id)) for holding in created]
    await copy_rows(session, _HOLDINGS_COPIED, rows)


async def add_movements(
    session: WriteSession, moved: Iterable[tuple[Transaction, Sequence[Movement]]]
) -> None:
    """Add the movements of transactions."""
    await copy_rows(
        session,
        _MOVEMENTS_COPIED,
        (
            _movement_row(transaction, position, movement)
            for transaction, movements in moved
            for position, movement in enumerate(movements)
        ),
    )


async def balances(
    session: ReadSession,
    *,
    owner: PartyId | None = None,
    instrument: InstrumentId | None = None,
    offset: int | None = None,
    limit: int = 1_000,
) -> tuple[Balance, ...]:
    """Give balances by owner and instrument, as of an offset or now."""
    keys = (HOLDINGS.c.owner, HOLDINGS.c.admin, HOLDINGS.c.instrument)
    locked = HOLDINGS.c.lock_holders.is_not(None)
    rows = await session.all(
        select(
            *keys,
            summed(HOLDINGS.c.amount).label("total"),
            summed(HOLDINGS.c.amount).filter(locked).label("locked"),
            func.count().label("rows"),
        )
        .where(*_selected(owner, instrument), active_at(offset))
        .group_by(*keys)
        .order_by(*keys)
        .limit(limit)
    )
    return tuple(_balance(row) for row in rows)


async def supply(
    session: ReadSession, instrument: InstrumentId, offset: int | None = None
) -> Total:
    """Add up all holdings of an instrument, as of an offset or now."""
    total = await session.scalar(
        select(summed(HOLDINGS.c.amount)).where(*_selected(None, instrument), active_at(offset))
    )
    return total if total is not None else NOTHING


def active_at(offset: int | None) -> ColumnElement[bool]:
    """Tell which holdings exist as of an offset, or now."""
    if offset is None:
        return HOLDINGS.c.archived_offset.is_(None)
    return and_(
        HOLDINGS.c.created_offset <= offset,
        or_(HOLDINGS.c.archived_offset.is_(None), HOLDINGS.c.archived_offset > offset),
    )


def holding_of(row: Row[Any]) -> Holding:
    """Read a row."""
    lock = None
    if row.lock_holders is not None:
        lock = Lock(
            holders=tuple(row.lock_holders),
            expires_at=row.lock_expires_at,
            context=row.lock_context,
        )
    return Holding(
        contract_id=ContractId(row.contract_id),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        owner=PartyId(row.owner),
        amount=row.amount,
        lock=lock,
        package_name=row.package_name,
        created_offset=row.created_offset,
        created_at=row.created_at,
    )


def archived_in(batch: Batch, used: Mapping[int, Sequence[ContractId]]) -> dict[ContractId, int]:
    """Turn the contracts used up at each offset of a batch into the offset of each contract."""
    return {cid: t.offset for t in batch.transactions for cid in used.get(t.offset, ())}


def _selected(owner: PartyId | None, instrument: InstrumentId | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if owner is not None:
        wanted.append(HOLDINGS.c.owner == owner)
    if instrument is not None:
        wanted += [HOLDINGS.c.admin == instrument.admin, HOLDINGS.c.instrument == instrument.id]
    return wanted


def _balance(row: Row[Any]) -> Balance:
    return Balance(
        owner=PartyId(row.owner),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        total=row.total,
        locked=row.locked if row.locked is not None else NOTHING,
        holdings=row.rows,
    )


def _holding_row(holding: Holding, archived: int | None) -> tuple[Any, ...]:
    lock = holding.lock
    expires = lock.expires_at if lock is not None else None
    return (
        str(holding.contract_id),
        str(holding.instrument.admin),
        holding.instrument.id,
        str(holding.owner),
        holding.amount.to_stdlib(),
        None if lock is None else list(lock.holders),
        None if expires is None else stored_time(expires),
        "" if lock is None else lock.context,
        holding.package_name,
        holding.created_offset,
        None if holding.created_at is None else stored_time(holding.created_at),
        archived,
    )


def _movement_row(transaction: Transaction, position: int, movement: Movement) -> tuple[Any, ...]:
    assert transaction.record_time is not None, transaction.update_id
    return (
        transaction.offset,
        position,
        movement.node_id,
        transaction.update_id,
        stored_time(transaction.record_time),
        str(movement.owner),
        str(movement.instrument.admin),
        movement.instrument.id,
        movement.kind.value,
        movement.delta.to_stdlib(),
        movement.locked.to_stdlib(),
        movement.counterparty,
        movement.memo,
    )
