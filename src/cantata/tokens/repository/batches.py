"""Rows of batches: what each asks for, which intent carries it, and what became of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column as SqlColumn
from sqlalchemy import (
    Integer,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    Uuid,
    case,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.automation.model import FINAL, State
from cantata.automation.tables import INTENTS
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Amount, Instant
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository.tables import DISCLOSABLES

ROWS = Table(
    "token_batch_rows",
    METADATA,
    SqlColumn("batch", Uuid, nullable=False),
    SqlColumn("line", Integer, nullable=False),
    SqlColumn("key", Text, nullable=False),
    SqlColumn("sender", Text),
    SqlColumn("receiver", Text),
    SqlColumn("amount", Amount),
    SqlColumn("memo", Text, nullable=False),
    SqlColumn("execute_before", Instant),
    SqlColumn("intent", Uuid, index=True),
    SqlColumn("faults", JSONB, nullable=False),
    PrimaryKeyConstraint("batch", "line"),
)
"""Our own state; the intent of a row is missing exactly if the row was refused."""

_STATE = case(
    (ROWS.c.intent.is_(None), "refused"),
    (INTENTS.c.state == State.COMPLETED.value, "completed"),
    (INTENTS.c.state.in_([State.FAILED.value, State.CANCELLED.value]), "failed"),
    else_="under_way",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """A row as it is recorded; one that was refused may have no amount and no parties."""

    line: int
    key: str = ""
    sender: PartyId | None = None
    receiver: PartyId | None = None
    amount: Decimal | None = None
    memo: str = ""
    execute_before: Timestamp | None = None
    intent: UUID | None = None
    faults: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOutcome:
    """A row and what became of it: refused, under_way, completed or failed."""

    row: BatchRow
    state: str
    update_id: str
    failure: Mapping[str, Any] | None


async def add(session: WriteSession, batch: UUID, rows: Sequence[BatchRow]) -> None:
    """Record the rows of a batch."""
    if rows:
        await session.run(insert(ROWS), [_values(batch, row) for row in rows])


async def rows_of(session: ReadSession, batch: UUID) -> tuple[BatchRow, ...]:
    """Give all rows of a batch that were not refused, by line."""
    found = await session.all(
        select(ROWS).where(ROWS.c.batch == batch, ROWS.c.intent.is_not(None)).order_by(ROWS.c.line)
    )
    return tuple(map(_row, found))


async def counts(session: ReadSession, batch: UUID) -> dict[str, int]:
    """Count the rows of a batch by what became of them."""
    found = await session.all(
        select(_STATE.label("row_state"), func.count().label("rows"))
        .select_from(ROWS.outerjoin(INTENTS, INTENTS.c.id == ROWS.c.intent))
        .where(ROWS.c.batch == batch)
        .group_by(_STATE)
    )
    return {row.row_state: row.rows for row in found}


async def page(
    session: ReadSession, batch: UUID, state: str | None, after: int, limit: int
) -> tuple[RowOutcome, ...]:
    """Give rows of a batch after a line, by line; those in one state, or all."""
    statement = (
        select(ROWS, _STATE.label("row_state"), INTENTS.c.update_id, INTENTS.c.failure)
        .select_from(ROWS.outerjoin(INTENTS, INTENTS.c.id == ROWS.c.intent))
        .where(ROWS.c.batch == batch, ROWS.c.line > after)
    )
    if state is not None:
        statement = statement.where(literal(state) == _STATE)
    found = await session.all(statement.order_by(ROWS.c.line).limit(limit))
    return tuple(
        RowOutcome(
            row=_row(row),
            state=row.row_state,
            update_id=row.update_id or "",
            failure=row.failure if row.row_state == "failed" else None,
        )
        for row in found
    )


async def consents(
    session: ReadSession,
    kind: str,
    token: InstrumentId,
    parties: Sequence[PartyId],
    now: Timestamp,
) -> dict[PartyId, ContractId]:
    """Give the pre-approvals that stand now among parties; the newest of each."""
    columns = DISCLOSABLES.c
    found = await session.all(
        select(columns.party, columns.contract_id)
        .where(
            columns.kind == kind,
            columns.admin == token.admin,
            columns.instrument.in_(["", token.id]),
            columns.party.in_([str(party) for party in parties]),
            columns.archived_offset.is_(None),
            or_(columns.expires_at.is_(None), columns.expires_at > now),
        )
        .order_by(columns.created_offset)
    )
    return {PartyId(row.party): ContractId(row.contract_id) for row in found}


async def unfinished(session: ReadSession, requester: str, keys: str) -> bool:
    """Tell whether an intent of a requester whose key begins so has not ended."""
    found = await session.first(
        select(INTENTS.c.id)
        .where(
            INTENTS.c.requester == requester,
            INTENTS.c.key.startswith(keys, autoescape=True),
            INTENTS.c.state.not_in([state.value for state in FINAL]),
        )
        .limit(1)
    )
    return found is not None


async def rows_of_all(session: ReadSession, batches: Sequence[UUID]) -> tuple[BatchRow, ...]:
    """Give all rows of some batches that were not refused."""
    found = await session.all(
        select(ROWS).where(ROWS.c.batch.in_(batches), ROWS.c.intent.is_not(None))
    )
    return tuple(map(_row, found))


def _values(batch: UUID, row: BatchRow) -> dict[str, Any]:
    return {
        "batch": batch,
        "line": row.line,
        "key": row.key,
        "sender": row.sender,
        "receiver": row.receiver,
        "amount": row.amount,
        "memo": row.memo,
        "execute_before": row.execute_before,
        "intent": row.intent,
        "faults": [dict(fault) for fault in row.faults],
    }


def _row(row: Row[Any]) -> BatchRow:
    return BatchRow(
        line=row.line,
        key=row.key,
        sender=None if row.sender is None else PartyId(row.sender),
        receiver=None if row.receiver is None else PartyId(row.receiver),
        amount=row.amount,
        memo=row.memo,
        execute_before=row.execute_before,
        intent=row.intent,
        faults=tuple(row.faults),
    )
