"""Movements of a party, page by page, in the order of the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, tuple_

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.session import ReadSession
from cantata.tokens.model import InstrumentId, MovementKind
from cantata.tokens.repository.tables import MOVEMENTS

PAGE_MAX = 1_000

MovementKey = tuple[int, int]
"""Offset and position within the transaction: the order of movements."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedMovement:
    """A movement with its place on the ledger."""

    key: MovementKey
    update_id: str
    recorded_at: Timestamp
    instrument: InstrumentId
    kind: MovementKind
    delta: Decimal
    locked: Decimal
    counterparty: str
    memo: str


async def of_party(
    session: ReadSession,
    owner: PartyId,
    *,
    after: MovementKey,
    until: int,
    instrument: InstrumentId | None = None,
    limit: int = PAGE_MAX,
) -> tuple[RecordedMovement, ...]:
    """Give a party's movements after a place, up to and with an offset."""
    place = tuple_(MOVEMENTS.c.ledger_offset, MOVEMENTS.c.position)
    statement = select(MOVEMENTS).where(
        MOVEMENTS.c.owner == owner, MOVEMENTS.c.ledger_offset <= until, place > after
    )
    if instrument is not None:
        statement = statement.where(
            MOVEMENTS.c.admin == instrument.admin, MOVEMENTS.c.instrument == instrument.id
        )
    ordered = statement.order_by(MOVEMENTS.c.ledger_offset, MOVEMENTS.c.position)
    rows = await session.all(ordered.limit(min(limit, PAGE_MAX)))
    return tuple(
        RecordedMovement(
            key=(row.ledger_offset, row.position),
            update_id=row.update_id,
            recorded_at=row.record_time,
            instrument=InstrumentId(PartyId(row.admin), row.instrument),
            kind=MovementKind(row.kind),
            delta=row.delta,
            locked=row.locked,
            counterparty=row.counterparty,
            memo=row.memo,
        )
        for row in rows
    )
