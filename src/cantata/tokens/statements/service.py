"""Makes statements of holders, and figures of one instrument over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime, Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.storage.session import ReadSession
from cantata.tokens.errors import InstrumentUnknown
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository import balances, reading
from cantata.tokens.repository.reading import Moved, Selected
from cantata.tokens.statements.errors import (
    PeriodRefused,
    StatementTooLong,
    StatementUnbalanced,
)
from cantata.tokens.statements.model import (
    LINES_MAX,
    PAGE,
    POINTS_MAX,
    Conservation,
    Line,
    Point,
    Section,
    Statement,
    Statistics,
)
from cantata.tokens.statements.moments import before, reach

_FIRST_POSITION = 1 << 30
"""A position after all those of a transaction: what comes after it is in later ones."""


async def statement(
    session: ReadSession,
    owner: PartyId,
    begin: Timestamp,
    end: Timestamp,
    instrument: InstrumentId | None = None,
) -> Statement:
    """State what a holder had at `begin`, what moved, and what there was just before `end`.

    All of it is one state of the database. Raise PeriodRefused, StatementTooLong, and
    StatementUnbalanced rather than give a statement that does not add up.
    """
    if begin >= end:
        raise PeriodRefused(begin, end, "does not end after it begins")
    reached = await reach(session)
    opened_at, closed_at = [
        min(reached.offset, await before(session, moment)) for moment in (begin, end)
    ]
    opening = await _balances(session, owner, instrument, opened_at)
    closing = await _balances(session, owner, instrument, closed_at)
    moved = await _movements(session, owner, instrument, opened_at, closed_at)
    touched = sorted(opening.keys() | closing.keys() | moved.keys())
    recorded = reached.record_time
    return Statement(
        owner=owner,
        begin=begin,
        end=end,
        opened_at=opened_at,
        closed_at=closed_at,
        is_final=recorded is not None and recorded >= end,
        sections=tuple(
            _section(each, opening.get(each, NOTHING), moved[each], closing.get(each, NOTHING))
            for each in touched
        ),
    )


async def figures(
    session: ReadSession,
    instrument: InstrumentId,
    begin: Timestamp,
    end: Timestamp,
    step: RelTime,
) -> tuple[Point, ...]:
    """Give supply, holders and turnover of one instrument, step by step from `begin` to `end`.

    The first point is at `begin` and counts what was done before it.
    """
    moments = _moments(begin, end, step)
    reached = await reach(session)
    offsets = [min(reached.offset, await before(session, moment)) for moment in moments]
    standing = await balances.standings(session, instrument, offsets)
    points, after = [], 0
    for moment, stood in zip(moments, standing, strict=True):
        done = await balances.turnover(session, instrument, after, stood.offset)
        after = stood.offset
        points.append(
            Point(
                at=moment,
                offset=stood.offset,
                supply=stood.supply,
                holders=stood.holders,
                minted=done.minted,
                burned=done.burned,
                transferred=done.transferred,
                transfers=done.transfers,
            )
        )
    return tuple(points)


async def statistics(session: ReadSession, instrument: InstrumentId, offset: int) -> Statistics:
    """Give the figures of one instrument as of an offset."""
    (standing,) = await balances.standings(session, instrument, (offset,))
    done = await balances.turnover(session, instrument, 0, offset)
    return Statistics(
        supply=standing.supply,
        locked=standing.locked,
        holders=standing.holders,
        holdings=standing.holdings,
        minted=done.minted,
        burned=done.burned,
        transferred=done.transferred,
        transfers=done.transfers,
    )


async def conservation(session: ReadSession, instrument: InstrumentId, offset: int) -> Conservation:
    """Give the supply of an instrument as of an offset by three ways.

    Raise InstrumentUnknown before its creation.
    """
    stated = await reading.supply_at(session, instrument, offset)
    if stated is None:
        raise InstrumentUnknown(instrument.admin, instrument.id)
    (standing,) = await balances.standings(session, instrument, (offset,))
    return Conservation(
        offset=offset,
        stated=stated[0],
        cap=stated[1],
        held=standing.supply,
        moved=await balances.moved(session, instrument, offset),
    )


def _moments(begin: Timestamp, end: Timestamp, step: RelTime) -> list[Timestamp]:
    if begin > end or step.microseconds <= 0:
        raise PeriodRefused(begin, end, "does not go forward")
    steps = -(-end.since(begin).microseconds // step.microseconds)
    if steps >= POINTS_MAX:
        raise PeriodRefused(begin, end, f"has more than {POINTS_MAX} steps of that length")
    moments = [begin + RelTime(number * step.microseconds) for number in range(steps)]
    return [*moments, end]


async def _balances(
    session: ReadSession, owner: PartyId, instrument: InstrumentId | None, offset: int
) -> dict[InstrumentId, Total]:
    wanted = Selected(owners=(owner,), token=instrument, offset=offset)
    found: dict[InstrumentId, Total] = {}
    after: tuple[str, str, str] | None = None
    while page := await reading.balances_page(session, wanted, after, PAGE):
        found.update({each.instrument: each.total for each in page})
        last = page[-1]
        after = (last.owner, last.instrument.admin, last.instrument.id)
    return found


async def _movements(
    session: ReadSession,
    owner: PartyId,
    instrument: InstrumentId | None,
    opened_at: int,
    closed_at: int,
) -> defaultdict[InstrumentId, list[Moved]]:
    wanted = Selected(owners=(owner,), token=instrument, offset=closed_at)
    found: defaultdict[InstrumentId, list[Moved]] = defaultdict(list)
    after, count = (opened_at, _FIRST_POSITION), 0
    while page := await reading.movements_after(session, wanted, after, PAGE):
        count += len(page)
        if count > LINES_MAX:
            raise StatementTooLong(LINES_MAX)
        for each in page:
            found[each.token].append(each)
        after = (page[-1].offset, page[-1].position)
    return found


def _section(
    instrument: InstrumentId,
    opening: Total,
    moved: Sequence[Moved],
    closing: Total,
) -> Section:
    balance, lines = opening, []
    for each in moved:
        balance = balance + each.delta
        lines.append(
            Line(
                recorded_at=each.record_time,
                offset=each.offset,
                update_id=each.update_id,
                kind=each.kind,
                counterparty=each.counterparty,
                memo=each.memo,
                delta=each.delta,
                balance=balance,
            )
        )
    if balance != closing:
        raise StatementUnbalanced(instrument, balance, closing)
    return Section(instrument=instrument, opening=opening, lines=tuple(lines), closing=closing)
