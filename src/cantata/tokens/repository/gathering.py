"""What many movements of tokens need to know, gathered by a few statements for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import ARRAY, Text, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import array

from cantata.kernel.ids import PartyId
from cantata.kernel.time import Timestamp
from cantata.storage.query import Query
from cantata.storage.session import ReadSession
from cantata.tokens.model import Instrument, InstrumentId
from cantata.tokens.repository.contracts import Disclosable, disclosable_of, instrument_of
from cantata.tokens.repository.limits import TOKEN_LIMITS
from cantata.tokens.repository.tables import DISCLOSABLES, INSTRUMENTS, RESERVATIONS

Need: TypeAlias = tuple[str, InstrumentId, str]
"""A kind of contract, the instrument that it is for, and its party if it has one."""

_WANTED = (
    func.unnest(
        *(
            bindparam(name, type_=ARRAY(Text))
            for name in ("kinds", "admins", "instruments", "parties")
        )
    )
    .table_valued("kind", "admin", "instrument", "party", name="wanted")
    .render_derived(name="wanted")
)
_NAMED = (
    func.unnest(*(bindparam(name, type_=ARRAY(Text)) for name in ("admins", "instruments")))
    .table_valued("admin", "instrument", name="named")
    .render_derived(name="named")
)
_DISCLOSABLES = Query(
    select(DISCLOSABLES)
    .join(
        _WANTED,
        and_(
            DISCLOSABLES.c.kind == _WANTED.c.kind,
            DISCLOSABLES.c.admin == _WANTED.c.admin,
            DISCLOSABLES.c.instrument == any_(array(["", _WANTED.c.instrument])),
            DISCLOSABLES.c.party == _WANTED.c.party,
        ),
    )
    .where(DISCLOSABLES.c.archived_offset.is_(None))
    .order_by(DISCLOSABLES.c.created_offset)
)
_INSTRUMENTS = Query(
    select(
        INSTRUMENTS,
        RESERVATIONS.c.intent_id.is_not(None).label("is_reserved"),
        TOKEN_LIMITS.c.changed_at.is_not(None).label("is_limited"),
    )
    .join(
        _NAMED,
        and_(
            INSTRUMENTS.c.admin == _NAMED.c.admin, INSTRUMENTS.c.instrument == _NAMED.c.instrument
        ),
    )
    .outerjoin(RESERVATIONS, RESERVATIONS.c.contract_id == INSTRUMENTS.c.contract_id)
    .outerjoin(
        TOKEN_LIMITS,
        and_(
            TOKEN_LIMITS.c.admin == INSTRUMENTS.c.admin,
            TOKEN_LIMITS.c.instrument == INSTRUMENTS.c.instrument,
        ),
    )
    .where(
        INSTRUMENTS.c.archived_offset.is_(None),
    )
    .order_by(INSTRUMENTS.c.created_offset)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An instrument as it is now; whether a change of its supply is under way, and has it limits.

    Movements of a limited token are judged one after the other.
    """

    instrument: Instrument
    is_reserved: bool
    is_limited: bool


class Shelf:
    """Active contracts that were gathered, to be found again without asking the database."""

    def __init__(self, found: Sequence[Disclosable]) -> None:
        self._by_key: dict[tuple[str, PartyId, str], list[Disclosable]] = {}
        for each in found:
            key = (each.kind, each.instrument.admin, each.party)
            self._by_key.setdefault(key, []).append(each)

    def newest(
        self, kind: str, token: InstrumentId, party: str = "", now: Timestamp | None = None
    ) -> Disclosable | None:
        """Give the newest contract of a kind, for an instrument or all of its admin's.

        With `now`, one that has not expired.
        """
        for each in reversed(self._by_key.get((kind, token.admin, party), ())):
            is_for_it = each.instrument.id in {"", token.id}
            if is_for_it and not (now and each.expires_at and each.expires_at <= now):
                return each
        return None


async def standings(
    session: ReadSession, tokens: Collection[InstrumentId]
) -> Mapping[InstrumentId, Standing]:
    """Give the instruments among ids that are active, each by its newest contract."""
    named = list(dict.fromkeys(tokens))
    rows = await session.rows(
        _INSTRUMENTS,
        admins=[str(each.admin) for each in named],
        instruments=[each.id for each in named],
    )
    found = (
        Standing(
            instrument=instrument_of(row), is_reserved=row.is_reserved, is_limited=row.is_limited
        )
        for row in rows
    )
    return {each.instrument.id: each for each in found}


async def shelf(session: ReadSession, needs: Collection[Need]) -> Shelf:
    """Give the active contracts of some kinds for some instruments and parties."""
    wanted = sorted({(kind, str(of.admin), of.id, str(party)) for kind, of, party in needs})
    if not wanted:
        return Shelf(())
    kinds, admins, instruments, parties = map(list, zip(*wanted, strict=True))
    rows = await session.rows(
        _DISCLOSABLES, kinds=kinds, admins=admins, instruments=instruments, parties=parties
    )
    return Shelf(tuple({row.contract_id: disclosable_of(row) for row in rows}.values()))
