"""Observers are given each transaction once, wherever and however often it is ingested."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from cantata.ingestion import repository
from cantata.ingestion.model import Batch, Observed
from cantata.ingestion.resync import resync
from cantata.ingestion.service import Ingester
from cantata.kernel.time import RelTime, Timestamp
from cantata.ledger.model.updates import Transaction
from cantata.storage.database import Database
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from tests.integration.ingestion.history import START, History, Seen, transaction
from tests.integration.ingestion.test_ingestion import prepared


class Witness:
    """An observer, and a keeper of offsets, that remembers what it was told."""

    def __init__(self) -> None:
        self.updates: list[str] = []
        self.moves: list[tuple[int, int]] = []

    async def observe(self, session: WriteSession, batch: Batch) -> None:
        self.updates += [each.update_id for each in batch.transactions]

    async def moved(self, session: WriteSession, before: int, after: int) -> None:
        self.moves.append((before, after))


async def ingest(database: Database, history: History, witness: Witness, size: int) -> Ingester:
    """Ingest what is left of a history, in batches of a size."""
    ingester = Ingester(database, [Seen()], [witness])
    found = await ingester.begin()
    left = [each for each in history.updates if each.offset > found.cursor.offset]
    for start in range(0, len(left), size):
        await ingester.apply(left[start : start + size])
    return ingester


def ids(history: History) -> list[str]:
    return [each.update_id for each in history.updates if isinstance(each, Transaction)]


def time_at(history: History, place: int) -> Timestamp:
    transactions = [each for each in history.updates if isinstance(each, Transaction)]
    moment = transactions[place].record_time
    assert moment is not None
    return moment


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_nothing_is_observed_twice_or_left_out(
    database_settings: DatabaseSettings, size: int
) -> None:
    async def main() -> None:
        here, there = History(), History(base=1_000)
        here.grow(60, seed=3)
        there.grow(60, seed=3)
        witness = Witness()
        async with prepared(database_settings) as database:
            first = await ingest(database, here, witness, size)
            projections = first.projections
            for place in (30, 10, 59):
                await resync(database, here, projections, time_at(here, place), [witness])
            await resync(database, here, projections, time_at(here, 20), [witness])
            await resync(database, there, projections, time_at(there, 40), [witness])
            there.grow(5, seed=4)
            await ingest(database, there, witness, size)
            await resync(database, there, projections, START, [witness])
            there.grow(5, seed=5)
            await ingest(database, there, witness, size)
            assert witness.updates == ids(there)
            assert len(witness.moves) == 6
            assert all(before[1] == after[0] for before, after in pairwise(witness.moves[:5]))
            assert witness.moves[-1][1] == 0

    asyncio.run(main())


def test_a_time_that_several_share_is_told_apart_by_their_ids(
    database_settings: DatabaseSettings,
) -> None:
    """Times are shared where contracts were imported or repaired."""

    async def main() -> None:
        history, witness = History(), Witness()
        for offset in (1, 2):
            history.add(transaction(offset))
        twin = transaction(3, base=1)
        history.add(replace(twin, update_id="1220twin"))
        async with prepared(database_settings) as database:
            ingester = Ingester(database, [Seen()], [witness])
            await ingester.begin()
            await ingester.apply(history.updates[:2])
            await resync(database, history, ingester.projections, START, [witness])
            async with database.read() as session:
                observed = (await repository.positions(session)).observed
            until = START + RelTime(microseconds=2)
            assert observed == Observed(until=until, updates=frozenset({ids(history)[1]}))
            await ingest(database, history, witness, 10)
            assert witness.updates == ids(history)

    asyncio.run(main())


def test_a_time_after_what_was_observed_leaves_nothing_out(
    database_settings: DatabaseSettings,
) -> None:
    """Of what nobody observed, an intent would be taken for dead and be asked for again."""

    async def main() -> None:
        history, witness = History(), Witness()
        history.grow(60, seed=3)
        async with prepared(database_settings) as database:
            ingester = Ingester(database, [Seen()], [witness])
            await ingester.begin()
            await ingester.apply(history.updates[:20])
            for moment in (time_at(history, 50), time_at(history, 50) + RelTime.of(days=1)):
                after = await resync(database, history, ingester.projections, moment, [witness])
                assert after.offset <= ingester.cursor.offset
            await ingest(database, history, witness, 10)
            assert witness.updates == ids(history)

    asyncio.run(main())
