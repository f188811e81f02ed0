"""Finds one's place again in a ledger whose offsets are others: a new, or a restored participant.

Offsets belong to one participant; record times and ids of updates are the same everywhere. So
the place is where the last ingested update is. What projections hold of offsets is rebuilt.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing

from cantata.ingestion import repository
from cantata.ingestion.errors import ResyncImpossible
from cantata.ingestion.model import Cursor, Observed, Positions
from cantata.ingestion.projection import Keeper, Projection
from cantata.ingestion.source import UpdateSource
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.model.updates import Transaction
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.session import ReadSession

_log = events("ingestion")


async def resync(
    database: Database,
    source: UpdateSource,
    projections: Sequence[Projection],
    moment: Timestamp | None = None,
    keepers: Sequence[Keeper] = (),
) -> Cursor:
    """Move the cursor to the last ingested update, wherever the ledger has it; give the cursor.

    With a `moment`, to the last update that was recorded then or before, ingested or not: what
    follows it is ingested again, without observers, who were given it. A moment after all that
    they were given means the end of that: nothing is passed over. So does no moment where it is
    not known which update is the last, because what earlier moves emptied was not filled again.
    Every projection is emptied and filled again by whoever ingests next. Raise ResyncImpossible if
    the ledger does not have that update, and change nothing. Let nobody ingest meanwhile.
    """
    async with database.read() as session:
        there = await repository.positions(session)
        last = await repository.last_update(session)
    before = there.cursor
    ends = [each for each in (moment, _given_until(there)) if each is not None]
    if moment is None and last is not None:
        after = await _cursor_of(source, *last[1:])
    elif ends:
        after = await _cursor_at(source, min(ends))
    else:
        return before
    names = [projection.name for projection in projections]
    async with database.write() as session:
        await repository.begin(session, names)
        found = await repository.positions(session, lock=True)
        observed = await _observed(session, found)
        if observed is not None:
            await repository.save_observed(session, observed)
        for keeper in keepers:
            await keeper.moved(session, found.cursor.offset, after.offset)
        for projection in projections:
            await projection.reset(session)
        await repository.save_projections(session, names, 0)
        await repository.save_cursor(session, after)
    _log.warning("resynced", update_id=after.update_id, before=before.offset, after=after.offset)
    return after


async def _observed(session: ReadSession, found: Positions) -> Observed | None:
    """Give what observers have been given so far, here or before an earlier move."""
    cursor, earlier = found.cursor, found.observed
    until = _given_until(found)
    if until is None:
        return None
    updates = await repository.updates_at(session, until)
    updates |= {cursor.update_id} if cursor.record_time == until else set()
    if earlier is not None and earlier.until == until:
        updates |= earlier.updates
    return Observed(until=until, updates=updates)


def _given_until(found: Positions) -> Timestamp | None:
    """Give up to when observers have been given everything; None before the first time."""
    earlier = [] if found.observed is None else [found.observed.until]
    present = found.cursor.record_time
    return max([*earlier, *([] if present is None else [present])], default=None)


async def _cursor_of(source: UpdateSource, update_id: str, moment: Timestamp) -> Cursor:
    """Give the place of an update that was recorded at a time; raise ResyncImpossible."""
    found = await _place_of(source, update_id, moment)
    if found is None:
        raise ResyncImpossible(update_id, str(moment))
    return _cursor(found)


async def _cursor_at(source: UpdateSource, moment: Timestamp) -> Cursor:
    """Give the place of the last update up to a time; raise ResyncImpossible if it is pruned."""
    begin = await source.pruned()
    low = await _before(source, moment + RelTime(microseconds=1))
    found: Transaction | None = None
    async with aclosing(source.follow(max(begin, low - 1), await source.end())) as updates:
        async for update in updates:
            if isinstance(update, Transaction):
                if update.record_time is None or update.record_time > moment:
                    break
                found = update
    if found is not None:
        return _cursor(found)
    if begin > 0:
        raise ResyncImpossible("", str(moment))
    return Cursor()


def _cursor(found: Transaction) -> Cursor:
    return Cursor(
        offset=found.offset,
        update_id=found.update_id,
        record_time=found.record_time,
        synchronizer_id=found.synchronizer_id,
    )


async def _place_of(source: UpdateSource, update_id: str, moment: Timestamp) -> Transaction | None:
    """Find an update by its record time."""
    low = await _before(source, moment)
    async with aclosing(source.follow(low, await source.end())) as updates:
        async for update in updates:
            if isinstance(update, Transaction):
                if update.update_id == update_id:
                    return update
                if update.record_time is not None and update.record_time > moment:
                    return None
    return None


async def _before(source: UpdateSource, moment: Timestamp) -> int:
    """Give the offset of the last update before a time, which never falls with the offset."""
    low, high = await source.pruned(), await source.end()
    while low < high:
        middle = (low + high) // 2
        found = await _first(source, middle, high)
        if found is None or _is_late(found, moment):
            high = middle
        else:
            low = found.offset
    return low


async def _first(source: UpdateSource, begin: int, end: int) -> Transaction | None:
    async with aclosing(source.follow(begin, end)) as updates:
        async for update in updates:
            if isinstance(update, Transaction):
                return update
    return None


def _is_late(transaction: Transaction, moment: Timestamp) -> bool:
    return transaction.record_time is None or transaction.record_time >= moment
