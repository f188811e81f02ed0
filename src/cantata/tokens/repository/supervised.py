"""What issuers look up before they intervene: accounts, allowances, frozen and other holdings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.session import ReadSession
from cantata.storage.types import summed
from cantata.tokens.model import Holding, InstrumentId
from cantata.tokens.repository.contracts import Disclosable, disclosable_of
from cantata.tokens.repository.holdings import holding_of
from cantata.tokens.repository.tables import DISCLOSABLES, HOLDINGS, RESERVATIONS

STANDING_MAX = 1_000


async def accounts(
    session: ReadSession, kind: str, token: InstrumentId, after: str, limit: int
) -> tuple[Disclosable, ...]:
    """Give the accounts that count for a token, those for all of its issuer's too, by holder."""
    columns = DISCLOSABLES.c
    statement = _active(kind).where(
        columns.admin == token.admin,
        columns.instrument.in_(["", token.id]),
        columns.party > after,
    )
    rows = await session.all(statement.order_by(columns.party).limit(limit))
    return tuple(map(disclosable_of, rows))


async def standing(
    session: ReadSession, kind: str, admin: PartyId, party: PartyId
) -> tuple[Disclosable, ...]:
    """Give all active contracts of a kind that a party has with an issuer."""
    columns = DISCLOSABLES.c
    statement = _active(kind).where(columns.admin == admin, columns.party == party)
    return tuple(map(disclosable_of, await session.all(statement.limit(STANDING_MAX))))


async def rules_of(
    session: ReadSession, kind: str, tokens: Sequence[InstrumentId]
) -> dict[InstrumentId, Disclosable]:
    """Give the rules of tokens; a closed one has none."""
    if not tokens:
        return {}
    columns = DISCLOSABLES.c
    pairs = [func.row(token.admin, token.id) for token in tokens]
    rows = await session.all(
        _active(kind).where(func.row(columns.admin, columns.instrument).in_(pairs))
    )
    return {found.instrument: found for found in map(disclosable_of, rows)}


async def allowances_page(
    session: ReadSession,
    kind: str,
    parties: Sequence[PartyId],
    before: tuple[int, str] | None,
    limit: int,
) -> tuple[Disclosable, ...]:
    """Give the standing allowances that parties gave or were given, newest first."""
    columns = DISCLOSABLES.c
    spender = columns.content["spender"].astext
    statement = _active(kind).where(or_(columns.party.in_(parties), spender.in_(parties)))
    if before is not None:
        place = func.row(columns.created_offset, columns.contract_id)
        statement = statement.where(place < func.row(*before))
    ordered = statement.order_by(columns.created_offset.desc(), columns.contract_id.desc())
    return tuple(map(disclosable_of, await session.all(ordered.limit(limit))))


async def allowances_between(
    session: ReadSession, kind: str, token: InstrumentId, owner: PartyId, spender: PartyId
) -> tuple[Disclosable, ...]:
    """Give what an owner lets a spender spend of a token, newest first."""
    columns = DISCLOSABLES.c
    statement = _active(kind).where(
        columns.admin == token.admin,
        columns.instrument == token.id,
        columns.party == owner,
        columns.content["spender"].astext == spender,
    )
    ordered = statement.order_by(columns.created_offset.desc(), columns.contract_id)
    return tuple(map(disclosable_of, await session.all(ordered.limit(100))))


async def frozen(session: ReadSession, owner: PartyId, token: InstrumentId) -> Total:
    """Add up what is frozen of a party's holdings."""
    total = await session.scalar(
        select(summed(HOLDINGS.c.amount)).where(*_held(owner, token), is_frozen())
    )
    return total if total is not None else NOTHING


async def frozen_holdings(
    session: ReadSession, owner: PartyId, token: InstrumentId, limit: int
) -> tuple[Holding, ...]:
    """Give frozen holdings of a party that nobody has reserved, the largest first."""
    statement = _unreserved(owner, token).where(is_frozen())
    ordered = statement.order_by(HOLDINGS.c.amount.desc(), HOLDINGS.c.contract_id)
    return tuple(map(holding_of, await session.all(ordered.limit(limit))))


async def seizable(
    session: ReadSession, owner: PartyId, token: InstrumentId, now: Timestamp, limit: int
) -> tuple[Holding, ...]:
    """Give holdings of a party that nobody has reserved: free, then frozen, then locked ones."""
    free = or_(HOLDINGS.c.lock_holders.is_(None), HOLDINGS.c.lock_expires_at <= now)
    rank = case((free, 0), (is_frozen(), 1), else_=2)
    statement = _unreserved(owner, token).order_by(
        rank, HOLDINGS.c.amount.desc(), HOLDINGS.c.contract_id
    )
    return tuple(map(holding_of, await session.all(statement.limit(limit))))


async def covered_by(
    session: ReadSession, owner: PartyId, token: InstrumentId, inputs: Sequence[ContractId]
) -> Total | None:
    """Add up holdings of a party by their ids; None if one of them is not active or not its own."""
    row = await session.first(
        select(func.count().label("found"), summed(HOLDINGS.c.amount).label("total")).where(
            *_held(owner, token), HOLDINGS.c.contract_id.in_(list(inputs))
        )
    )
    assert row is not None, inputs
    return row.total if row.found and row.found == len(set(inputs)) else None


def is_frozen() -> ColumnElement[bool]:
    """Tell which holdings are frozen: locked by the issuer alone, without expiry."""
    only = func.cardinality(HOLDINGS.c.lock_holders) == 1
    return and_(
        only, HOLDINGS.c.lock_holders[1] == HOLDINGS.c.admin, HOLDINGS.c.lock_expires_at.is_(None)
    )


def _active(kind: str) -> Select[Any]:
    return select(DISCLOSABLES).where(
        DISCLOSABLES.c.kind == kind, DISCLOSABLES.c.archived_offset.is_(None)
    )


def _held(owner: PartyId, token: InstrumentId) -> tuple[ColumnElement[bool], ...]:
    return (
        HOLDINGS.c.owner == owner,
        HOLDINGS.c.admin == token.admin,
        HOLDINGS.c.instrument == token.id,
        HOLDINGS.c.archived_offset.is_(None),
    )


def _unreserved(owner: PartyId, token: InstrumentId) -> Select[Any]:
    reserved = exists().where(RESERVATIONS.c.contract_id == HOLDINGS.c.contract_id)
    return select(HOLDINGS).where(*_held(owner, token), ~reserved)
