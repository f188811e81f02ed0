"""Contracts of tokens: instruments in their versions, offers, and what registries disclose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, Row, Table, Text, any_, bindparam, func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on, insert

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.time import Timestamp
from cantata.ledger.submission import Disclosed
from cantata.storage.arrays import GONE, gone
from cantata.storage.query import Query
from cantata.storage.session import ReadSession, WriteSession
from cantata.storage.types import Instant
from cantata.tokens.model import Instrument, InstrumentId, Offer, OfferState
from cantata.tokens.repository.tables import DISCLOSABLES, INSTRUMENTS, OFFERS

PAGE_MAX = 1_000

_CLOSE = text(
    "UPDATE transfer_offers SET state = closed.state, closed_offset = closed.at,"
    " closing_update_id = closed.update_id"
    " FROM unnest(CAST(:cids AS text[]), CAST(:states AS text[]), CAST(:offsets AS bigint[]),"
    " CAST(:updates AS text[])) AS closed(cid, state, at, update_id)"
    " WHERE contract_id = closed.cid AND transfer_offers.state = 'pending'"
)
_ARCHIVE_INSTRUMENTS, _ARCHIVE_DISCLOSABLES = (
    text(
        f"UPDATE {name} SET archived_offset = gone.at FROM {GONE}"  # noqa: S608 - our own names
        f" WHERE {name}.contract_id = gone.cid AND archived_offset IS NULL"
    )
    for name in (INSTRUMENTS.name, DISCLOSABLES.name)
)


_INSTRUMENT = Query(
    select(INSTRUMENTS)
    .where(
        INSTRUMENTS.c.admin == bindparam("admin"),
        INSTRUMENTS.c.instrument == bindparam("instrument"),
        INSTRUMENTS.c.archived_offset.is_(None),
    )
    .order_by(INSTRUMENTS.c.created_offset.desc())
    .limit(1)
)
_NOW = bindparam("now", type_=Instant)
_NEWEST = Query(
    select(DISCLOSABLES)
    .where(
        DISCLOSABLES.c.kind == bindparam("kind"),
        DISCLOSABLES.c.admin == bindparam("admin"),
        DISCLOSABLES.c.instrument == any_(bindparam("instruments", type_=ARRAY(Text))),
        DISCLOSABLES.c.party == bindparam("party"),
        DISCLOSABLES.c.archived_offset.is_(None),
        or_(_NOW.is_(None), DISCLOSABLES.c.expires_at.is_(None), DISCLOSABLES.c.expires_at > _NOW),
    )
    .order_by(DISCLOSABLES.c.created_offset.desc())
    .limit(1)
)
_STANDING = Query(
    select(DISCLOSABLES)
    .ext(distinct_on(DISCLOSABLES.c.kind, DISCLOSABLES.c.party))
    .where(
        DISCLOSABLES.c.kind == any_(bindparam("kinds", type_=ARRAY(Text))),
        DISCLOSABLES.c.admin == bindparam("admin"),
        DISCLOSABLES.c.instrument == any_(bindparam("instruments", type_=ARRAY(Text))),
        DISCLOSABLES.c.party == any_(bindparam("parties", type_=ARRAY(Text))),
        DISCLOSABLES.c.archived_offset.is_(None),
        or_(DISCLOSABLES.c.expires_at.is_(None), DISCLOSABLES.c.expires_at > _NOW),
    )
    .order_by(DISCLOSABLES.c.kind, DISCLOSABLES.c.party, DISCLOSABLES.c.created_offset.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosable:
    """A contract that others need in order to act, with what it takes to disclose it."""

    contract_id: ContractId
    kind: str
    instrument: InstrumentId
    party: str
    content: Mapping[str, Any]
    expires_at: Timestamp | None
    template_id: str
    synchronizer_id: str
    blob: str
    created_at: Timestamp | None
    created_offset: int

    def disclosed(self) -> Disclosed:
        """Give it as a submission takes it."""
        return Disclosed(self.blob, self.contract_id, self.template_id, self.synchronizer_id)


async def add_instruments(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add versions of instruments."""
    await _add(session, INSTRUMENTS, rows)


async def add_offers(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add offers."""
    await _add(session, OFFERS, rows)


async def add_disclosables(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add contracts that others need."""
    await _add(session, DISCLOSABLES, rows)


async def archive_instruments(session: WriteSession, used: Mapping[str, int]) -> None:
    """Note which versions of instruments are used up, at which offset."""
    if used:
        await session.run(_ARCHIVE_INSTRUMENTS, {"gone": gone(used)})


async def archive_disclosables(session: WriteSession, used: Mapping[str, int]) -> None:
    """Note which contracts that others needed are used up, at which offset."""
    if used:
        await session.run(_ARCHIVE_DISCLOSABLES, {"gone": gone(used)})


async def close_offers(
    session: WriteSession, closed: Iterable[tuple[str, OfferState, int, str]]
) -> None:
    """Note what became of offers: state, offset and update."""
    rows = [(contract, state.value, offset, update) for contract, state, offset, update in closed]
    if not rows:
        return
    contracts, states, offsets, updates = map(list, zip(*rows, strict=True))
    await session.run(
        _CLOSE, {"cids": contracts, "states": states, "offsets": offsets, "updates": updates}
    )


async def instrument(session: ReadSession, identity: InstrumentId) -> Instrument | None:
    """Give an instrument as it is now."""
    row = await session.row(_INSTRUMENT, admin=identity.admin, instrument=identity.id)
    return None if row is None else instrument_of(row)


async def instruments(
    session: ReadSession, admin: PartyId | None, after: InstrumentId | None, limit: int
) -> tuple[Instrument, ...]:
    """Give instruments after one, ordered by admin and id."""
    statement = select(INSTRUMENTS).where(INSTRUMENTS.c.archived_offset.is_(None))
    if admin is not None:
        statement = statement.where(INSTRUMENTS.c.admin == admin)
    if after is not None:
        place = func.row(INSTRUMENTS.c.admin, INSTRUMENTS.c.instrument)
        statement = statement.where(place > func.row(after.admin, after.id))
    ordered = statement.order_by(INSTRUMENTS.c.admin, INSTRUMENTS.c.instrument)
    return tuple(
        instrument_of(row) for row in await session.all(ordered.limit(min(limit, PAGE_MAX)))
    )


async def disclosable(
    session: ReadSession,
    kind: str,
    instrument_id: InstrumentId,
    *,
    party: str = "",
    now: Timestamp | None = None,
) -> Disclosable | None:
    """Give the newest active contract of a kind, for an instrument or all of its admin's."""
    row = await session.row(
        _NEWEST,
        kind=kind,
        admin=instrument_id.admin,
        instruments=["", instrument_id.id],
        party=party,
        now=now,
    )
    return None if row is None else disclosable_of(row)


async def standing(
    session: ReadSession,
    instrument_id: InstrumentId,
    kinds: Sequence[str],
    parties: Sequence[str],
    now: Timestamp,
) -> dict[tuple[str, str], Disclosable]:
    """Give the newest active contracts of some kinds by kind and party, in one statement.

    They are for an instrument or all of its admin's, and have not expired; the rules are nobody's,
    so that their party is empty.
    """
    rows = await session.rows(
        _STANDING,
        kinds=list(kinds),
        admin=instrument_id.admin,
        instruments=["", instrument_id.id],
        parties=["", *parties],
        now=now,
    )
    return {(row.kind, row.party): disclosable_of(row) for row in rows}


async def disclosable_by_id(session: ReadSession, contract: str) -> Disclosable | None:
    """Give an active contract."""
    row = await session.first(
        select(DISCLOSABLES).where(
            DISCLOSABLES.c.contract_id == contract, DISCLOSABLES.c.archived_offset.is_(None)
        )
    )
    return None if row is None else disclosable_of(row)


async def disclosed(session: ReadSession, ids: Sequence[ContractId]) -> tuple[Disclosable, ...]:
    """Give the active contracts among ids."""
    rows = await session.all(
        select(DISCLOSABLES).where(
            DISCLOSABLES.c.contract_id.in_(list(ids)), DISCLOSABLES.c.archived_offset.is_(None)
        )
    )
    return tuple(map(disclosable_of, rows))


async def offer(session: ReadSession, contract: str) -> Offer | None:
    """Give an offer, pending or not."""
    row = await session.first(select(OFFERS).where(OFFERS.c.contract_id == contract))
    return None if row is None else offer_of(row)


async def expired_offers(session: ReadSession, now: Timestamp, limit: int) -> tuple[Offer, ...]:
    """Give pending offers whose deadline has passed, oldest first."""
    rows = await session.all(
        select(OFFERS)
        .where(OFFERS.c.state == OfferState.PENDING.value, OFFERS.c.execute_before <= now)
        .order_by(OFFERS.c.execute_before)
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(map(offer_of, rows))


def instrument_of(row: Row[Any]) -> Instrument:
    """Read a row."""
    return Instrument(
        id=InstrumentId(PartyId(row.admin), row.instrument),
        contract_id=ContractId(row.contract_id),
        name=row.name,
        symbol=row.symbol,
        decimals=row.decimals,
        cap=row.cap,
        supply=row.supply,
        created_offset=row.created_offset,
        template_id=row.template_id,
        synchronizer_id=row.synchronizer_id,
        blob=row.blob,
        paused=tuple(row.paused),
    )


def offer_of(row: Row[Any]) -> Offer:
    """Read a row."""
    return Offer(
        contract_id=ContractId(row.contract_id),
        original=None if row.original is None else ContractId(row.original),
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        sender=PartyId(row.sender),
        receiver=PartyId(row.receiver),
        amount=row.amount,
        requested_at=row.requested_at,
        execute_before=row.execute_before,
        memo=row.memo,
        inputs=tuple(map(ContractId, row.inputs)),
        blob=row.blob,
        synchronizer_id=row.synchronizer_id,
        package_name=row.package_name,
        created_offset=row.created_offset,
        state=OfferState(row.state),
    )


def disclosable_of(row: Row[Any]) -> Disclosable:
    """Read a row."""
    return Disclosable(
        contract_id=ContractId(row.contract_id),
        kind=row.kind,
        instrument=InstrumentId(PartyId(row.admin), row.instrument),
        party=row.party,
        content=row.content,
        expires_at=row.expires_at,
        template_id=row.template_id,
        synchronizer_id=row.synchronizer_id,
        blob=row.blob,
        created_at=row.created_at,
        created_offset=row.created_offset,
    )


async def _add(session: WriteSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.run(insert(table), [dict(row) for row in rows])
