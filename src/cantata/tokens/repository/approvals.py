"""Requests that need four eyes: kept, listed, decided once; our own state, not the ledger's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    Index,
    Row,
    Table,
    Text,
    Uuid,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant
from cantata.tokens.model import InstrumentId
from cantata.tokens.supervision import Approval, ApprovalKind, ApprovalState

APPROVALS = Table(
    "token_approvals",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("requester", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("document_hash", Text, nullable=False),
    Column("request", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("requested_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("decided_by", Uuid),
    Column("decided_at", Instant),
    Column("remark", Text, nullable=False),
    Column("operation", Uuid),
    Index("ix_token_approvals_admin", "admin", "requested_at"),
    Index("ix_token_approvals_approver", "approver", "requested_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which requests are wanted: of issuers or approvers among parties, in a state at a time."""

    parties: Sequence[PartyId]
    now: Timestamp
    state: ApprovalState | None = None
    token: InstrumentId | None = None


async def add(session: WriteSession, approval: Approval) -> None:
    """Keep a request."""
    await session.run(
        insert(APPROVALS).values(
            id=approval.id,
            kind=approval.kind.value,
            admin=approval.token.admin,
            instrument=approval.token.id,
            approver=approval.approver,
            requester=approval.requester,
            reason=approval.reason,
            document_hash=approval.document_hash,
            request=dict(approval.request),
            state=approval.state.value,
            requested_at=approval.requested_at,
            expires_at=approval.expires_at,
            remark=approval.remark,
        )
    )


async def load(session: ReadSession, identity: UUID, *, lock: bool = False) -> Approval | None:
    """Give a request; with `lock`, nobody else decides about it until the transaction ends."""
    statement = select(APPROVALS).where(APPROVALS.c.id == identity)
    row = await session.first(statement.with_for_update() if lock else statement)
    return None if row is None else _approval(row)


async def page(
    session: ReadSession, wanted: Wanted, before: tuple[Timestamp, UUID] | None, limit: int
) -> tuple[Approval, ...]:
    """Give requests before a place, newest first."""
    columns = APPROVALS.c
    statement = select(APPROVALS).where(
        or_(columns.admin.in_(wanted.parties), columns.approver.in_(wanted.parties))
    )
    if wanted.token is not None:
        statement = statement.where(
            columns.admin == wanted.token.admin, columns.instrument == wanted.token.id
        )
    if wanted.state is not None:
        statement = statement.where(_is(wanted.state, wanted.now))
    if before is not None:
        place = func.row(columns.requested_at, columns.id)
        statement = statement.where(place < func.row(before[0].to_stdlib(), before[1]))
    ordered = statement.order_by(columns.requested_at.desc(), columns.id.desc())
    return tuple(map(_approval, await session.all(ordered.limit(limit))))


async def decide(
    session: WriteSession,
    identity: UUID,
    state: ApprovalState,
    by: UUID,
    now: Timestamp,
    remark: str = "",
) -> bool:
    """End the waiting of a request; False if somebody else did."""
    return bool(
        await session.run(
            update(APPROVALS)
            .where(APPROVALS.c.id == identity, APPROVALS.c.state == ApprovalState.PENDING.value)
            .values(state=state.value, decided_by=by, decided_at=now, remark=remark)
        )
    )


async def name_operation(session: WriteSession, identity: UUID, operation: UUID) -> None:
    """Note the operation that carries an approved request out."""
    await session.run(
        update(APPROVALS).where(APPROVALS.c.id == identity).values(operation=operation)
    )


def _is(state: ApprovalState, now: Timestamp) -> Any:
    """Tell what is in a state: what nobody decided in time has expired."""
    columns = APPROVALS.c
    pending = columns.state == ApprovalState.PENDING.value
    if state is ApprovalState.PENDING:
        return and_(pending, columns.expires_at > now)
    if state is ApprovalState.EXPIRED:
        return and_(pending, columns.expires_at <= now)
    return columns.state == state.value


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        kind=ApprovalKind(row.kind),
        token=InstrumentId(PartyId(row.admin), row.instrument),
        approver=PartyId(row.approver),
        requester=row.requester,
        reason=row.reason,
        document_hash=row.document_hash,
        request=row.request,
        state=ApprovalState(row.state),
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        remark=row.remark,
        operation=row.operation,
    )
