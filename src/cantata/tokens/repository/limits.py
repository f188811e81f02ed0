"""The limits of tokens, which no ledger knows, and what is counted against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    func,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from cantata.automation.model import State
from cantata.automation.tables import INTENTS
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.leadership import lock_key
from cantata.storage.query import Query
from cantata.storage.schema import METADATA
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Amount, Instant, summed
from cantata.tokens.model import InstrumentId, MovementKind
from cantata.tokens.repository import batches
from cantata.tokens.repository.tables import HOLDINGS, MOVEMENTS, OFFERS
from cantata.tokens.supervision import TokenLimits

UNDER_WAY_MAX = 10_000
"""Intents that are looked at; more are never in flight at once."""

SENT = (State.PREPARED, State.AWAITING_SIGNATURE, State.SUBMITTED, State.UNKNOWN)
"""States in which an intent may have an effect, or has taken what it needs for it."""

_BEFORE, _AFTER = (
    text("intents.due_at IS NOT NULL AND intents.state IN ('prepared', 'awaiting_signature')"),
    text("intents.state IN ('submitted', 'unknown')"),
)
"""Those states in the words of the indexes of what is not over, which is little."""
_BY_AMOUNT = ("tokens.transfer", "tokens.spend", "tokens.mint")
_BY_OFFER = "tokens.accept"
_BATCHES = ("tokens.mint_batch", "tokens.transfer_batch")

TOKEN_LIMITS = Table(
    "token_limits",
    METADATA,
    Column("admin", Text, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("holders", BigInteger),
    Column("balance", Amount),
    Column("volume", Amount),
    Column("window_micros", BigInteger),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("admin", "instrument"),
)
"""What the registry holds transfers to; our own state, not the ledger's."""


_LIMITS = Query(
    select(TOKEN_LIMITS).where(
        TOKEN_LIMITS.c.admin == bindparam("admin"),
        TOKEN_LIMITS.c.instrument == bindparam("instrument"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A movement that was sent and is not ingested; a mint has the issuer as its sender."""

    sender: PartyId
    receiver: PartyId
    amount: Decimal


async def limits(session: ReadSession, token: InstrumentId) -> TokenLimits | None:
    """Give the limits of a token; None if it has none."""
    row = await session.row(_LIMITS, admin=token.admin, instrument=token.id)
    if row is None:
        return None
    found = _limits(row)
    return None if found.is_empty else found


async def put(
    session: WriteSession, token: InstrumentId, wanted: TokenLimits, now: Timestamp
) -> None:
    """Set all limits of a token."""
    window = wanted.window
    values = {
        "holders": wanted.holders,
        "balance": wanted.balance,
        "volume": wanted.volume,
        "window_micros": None if window is None else window.microseconds,
        "changed_at": now,
    }
    statement = insert(TOKEN_LIMITS).values(admin=token.admin, instrument=token.id, **values)
    await session.run(
        statement.on_conflict_do_update(index_elements=["admin", "instrument"], set_=values)
    )


async def queue_up(session: WriteSession, token: InstrumentId) -> None:
    """Let movements of a limited token be prepared one after the other, until this one commits."""
    key = lock_key(f"token limits {token}")
    await session.run(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


async def holders(session: ReadSession, token: InstrumentId) -> int:
    """Count who holds a token, apart from its issuer."""
    count = await session.scalar(
        select(func.count(HOLDINGS.c.owner.distinct())).where(
            HOLDINGS.c.admin == token.admin,
            HOLDINGS.c.instrument == token.id,
            HOLDINGS.c.archived_offset.is_(None),
            HOLDINGS.c.owner != token.admin,
        )
    )
    return int(count)


async def held(session: ReadSession, owner: PartyId, token: InstrumentId) -> Total:
    """Add up what a party has of a token, locked or not."""
    total = await session.scalar(
        select(summed(HOLDINGS.c.amount)).where(
            HOLDINGS.c.owner == owner,
            HOLDINGS.c.admin == token.admin,
            HOLDINGS.c.instrument == token.id,
            HOLDINGS.c.archived_offset.is_(None),
        )
    )
    return total if total is not None else NOTHING


async def moved(
    session: ReadSession, owner: PartyId, token: InstrumentId, since: Timestamp
) -> Total:
    """Add up what a party has sent of a token after a time."""
    total = await session.scalar(
        select(summed(MOVEMENTS.c.delta)).where(
            MOVEMENTS.c.owner == owner,
            MOVEMENTS.c.admin == token.admin,
            MOVEMENTS.c.instrument == token.id,
            MOVEMENTS.c.kind == MovementKind.TRANSFER_OUT.value,
            MOVEMENTS.c.record_time > since,
        )
    )
    return -total if total is not None else NOTHING


async def under_way(session: ReadSession, token: InstrumentId) -> tuple[UnderWay, ...]:
    """Give the movements of a token that were sent and are not ingested."""
    columns = (INTENTS.c.id, INTENTS.c.kind, INTENTS.c.request)
    of_token = and_(
        INTENTS.c.subject == str(token), INTENTS.c.kind.in_((*_BY_AMOUNT, _BY_OFFER, *_BATCHES))
    )
    sent = union_all(*(select(*columns).where(part, of_token) for part in (_BEFORE, _AFTER)))
    rows = await session.all(sent.limit(UNDER_WAY_MAX))
    found = [_asked(token, row.request) for row in rows if row.kind in _BY_AMOUNT]
    accepted = [row.request["offer"] for row in rows if row.kind == _BY_OFFER]
    if accepted:
        offers = await session.all(select(OFFERS).where(OFFERS.c.contract_id.in_(accepted)))
        found += [
            UnderWay(sender=PartyId(o.sender), receiver=PartyId(o.receiver), amount=o.amount)
            for o in offers
        ]
    together = [row.id for row in rows if row.kind in _BATCHES]
    for row in await batches.rows_of_all(session, together) if together else ():
        assert row.receiver is not None, row.line
        assert row.amount is not None, row.line
        sender = token.admin if row.sender is None else row.sender
        found.append(UnderWay(sender=sender, receiver=row.receiver, amount=row.amount))
    return tuple(found)


async def owns(session: ReadSession, owner: PartyId, token: InstrumentId) -> bool:
    """Tell whether a party has anything of a token."""
    return bool(
        await session.scalar(
            select(
                exists().where(
                    HOLDINGS.c.owner == owner,
                    HOLDINGS.c.admin == token.admin,
                    HOLDINGS.c.instrument == token.id,
                    HOLDINGS.c.archived_offset.is_(None),
                )
            )
        )
    )


def _limits(row: Row[Any]) -> TokenLimits:
    micros = row.window_micros
    return TokenLimits(
        holders=row.holders,
        balance=row.balance,
        volume=row.volume,
        window=None if micros is None else RelTime(micros),
    )


def _asked(token: InstrumentId, request: Mapping[str, Any]) -> UnderWay:
    return UnderWay(
        sender=PartyId(request.get("owner") or request.get("sender") or token.admin),
        receiver=PartyId(request["receiver"]),
        amount=Decimal(request["amount"]),
    )
