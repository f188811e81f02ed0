"""What workers claim: first what would soon be too late, and yet each comes to its turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.model import CLAIM_MAX, LEASE, PRESSING_MAX, Intent, State, Wish
from cantata.automation.policy import FIRST_WAIT_MS, LONGEST_WAIT_MS, look_again_at
from cantata.automation.worker import Worker, WorkerSettings
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.listening import Bell
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
KIND = "slots.take"
MANY = 10_000
SHARE = CLAIM_MAX - PRESSING_MAX


def played(settings: DatabaseSettings, play: Callable[[Database], Awaitable[None]]) -> None:
    async def main() -> None:
        async with Database(settings) as database:
            await play(database)

    asyncio.run(main())


def at(seconds: float) -> Timestamp:
    return NOW + RelTime(microseconds=int(seconds * 1_000_000))


async def ask(
    session: WriteSession, created: Timestamp, needed_by: Timestamp | None = None, kind: str = KIND
) -> UUID:
    wish = Wish(
        kind=kind,
        requester="alice",
        key=str(uuid4()),
        subject="slots",
        act_as=("alice",),
        request={},
        needed_by=needed_by,
    )
    intent, _ = await repository.record(session, wish, uuid4(), created, "")
    assert intent.wish.needed_by == needed_by
    return intent.id


async def claimed(database: Database, now: Timestamp, worker: str = "w") -> list[UUID]:
    async with database.write() as session:
        return [each.id for each in await many.claim(session, [KIND], worker, now)]


async def done(database: Database, ended: Sequence[UUID]) -> None:
    async with database.write() as session:
        await session.run(
            text("UPDATE intents SET due_at = NULL WHERE id = ANY(:ids)"), {"ids": list(ended)}
        )


def test_what_is_soon_too_late_goes_first(database_settings: DatabaseSettings) -> None:
    async def play(database: Database) -> None:
        async with database.write() as session:
            old = [await ask(session, at(-100 + n / 10)) for n in range(200)]
            late = await ask(session, at(-1), at(60))
            soon = await ask(session, at(-1), at(30))
            await ask(session, at(5), at(6))
        assert await claimed(database, NOW) == [soon, late, *old[: CLAIM_MAX - 2]]
        assert await claimed(database, NOW) == old[CLAIM_MAX - 2 : 2 * CLAIM_MAX - 2]
        again = NOW + LEASE + RelTime.of(seconds=1)
        assert (await claimed(database, again))[1:3] == [soon, late], "their lease has ended"

    played(database_settings, play)


def test_who_has_time_is_not_forgotten(database_settings: DatabaseSettings) -> None:
    """More that presses comes than can be done, for ever; the others keep their share."""

    async def play(database: Database) -> None:
        async with database.write() as session:
            patient = [await ask(session, at(n / 1_000)) for n in range(2 * SHARE)]
        seen: list[UUID] = []
        for turn in range(1, 3):
            now = at(turn)
            async with database.write() as session:
                for n in range(CLAIM_MAX):
                    await ask(session, now, now + RelTime.of(seconds=n))
            taken = await claimed(database, now)
            assert len(taken) == CLAIM_MAX
            assert taken[PRESSING_MAX:] == patient[len(seen) : len(seen) + SHARE]
            seen += taken[PRESSING_MAX:]
            await done(database, taken)
        assert seen == patient

    played(database_settings, play)


def test_what_presses_without_end_comes_to_its_turn(database_settings: DatabaseSettings) -> None:
    """One with a far bound, behind ever new ones with near ones, is claimed by its age."""

    async def play(database: Database) -> None:
        async with database.write() as session:
            far = await ask(session, at(0), at(80_000))
            for n in range(2 * CLAIM_MAX):
                await ask(session, at(1), at(10 + n))
        assert (await claimed(database, at(2)))[PRESSING_MAX] == far

    played(database_settings, play)


def test_two_workers_never_claim_the_same(database_settings: DatabaseSettings) -> None:
    async def play(database: Database) -> None:
        async with database.write() as session:
            for n in range(100):
                await ask(session, NOW, at(n) if n % 2 else None)
        both = await asyncio.gather(claimed(database, NOW, "a"), claimed(database, NOW, "b"))
        everything = [identity for taken in both for identity in taken]
        assert len(everything) == len(set(everything))
        rest = await claimed(database, NOW)
        assert len({*everything, *rest}) == len(everything) + len(rest) == 100

    played(database_settings, play)


class Slow:
    """Takes a step of everything, a little later."""

    kinds = (KIND, "slots.press")

    def __init__(self, database: Database) -> None:
        self.steps: list[str] = []
        self._database = database

    async def step(self, intent: Intent) -> None:
        await asyncio.sleep(0)
        self.steps.append(intent.wish.kind)
        await done(self._database, [intent.id])


def test_a_crowd_is_overtaken_by_what_presses(database_settings: DatabaseSettings) -> None:
    """Payments with a bound, asked for after hundreds of acceptances, do not wait for all."""

    async def play(database: Database) -> None:
        bell, stepper = Bell(database_settings, repository.CHANNEL), Slow(database)
        settings = WorkerSettings(name="w", gather_ms=0)
        worker = Worker(database, stepper, bell, ManualClock(NOW), settings)
        async with database.write() as session:
            for n in range(400):
                await ask(session, at(n / 1_000 - 100))
            for n in range(8):
                await ask(session, at(-1), at(60 + n), "slots.press")
        job = asyncio.create_task(worker.run())
        while len(stepper.steps) < 408:
            assert not job.done(), job.exception()
            await asyncio.sleep(0.01)
        worker.stop()
        await job
        last = max(place for place, kind in enumerate(stepper.steps) if kind == "slots.press")
        assert last < CLAIM_MAX

    played(database_settings, play)


@pytest.mark.parametrize("state", ["all wait for later", "all are due"])
def test_few_rows_of_many_are_read(database_settings: DatabaseSettings, state: str) -> None:
    """Both orders are those of indexes, whatever else there is."""

    async def play(database: Database) -> None:
        async with database.write() as session:
            pattern = await ask(session, at(-1), at(1))
            due = "now" if state == "all are due" else "later"
            await session.run(
                text(
                    "INSERT INTO intents (id, kind, requester, key, fingerprint, subject, act_as,"
                    " request, state, phases, attempts, command_id, update_id, trace, due_at,"
                    " needed_by, waiting, leased_by, together_max, created_at, updated_at)"
                    " SELECT gen_random_uuid(), kind, requester, key || n, fingerprint, subject,"
                    " act_as, request, state, phases, attempts, command_id, update_id, trace,"
                    " CAST(:due AS timestamptz) - n * interval '1 millisecond',"
                    " CASE WHEN n % 2 = 0 THEN needed_by + n * interval '1 second' END,"
                    " waiting, leased_by, together_max, created_at, updated_at"
                    " FROM intents, generate_series(1, :many) AS n WHERE id = :id"
                ),
                {
                    "id": pattern,
                    "many": MANY,
                    "due": (NOW if due == "now" else at(3_600)).to_stdlib(),
                },
            )
            await session.run(text("ANALYZE intents"))
        async with database.write() as session:
            before = await _fetched(session)
            found = await many.due(session, [KIND], NOW)
            assert len(found) == (CLAIM_MAX if due == "now" else 1)
            assert await _fetched(session) - before <= 3 * CLAIM_MAX

    played(database_settings, play)


async def _fetched(session: WriteSession) -> int:
    """Count the rows of the table that this transaction has read."""
    counted = await session.scalar(
        text(
            "SELECT pg_stat_get_xact_tuples_returned(c.oid)"
            " + pg_stat_get_xact_tuples_fetched(c.oid) FROM pg_class AS c"
            " WHERE c.relname = 'intents'"
        )
    )
    return int(counted)


def test_what_presses_is_looked_at_more_often() -> None:
    wish = Wish(kind=KIND, requester="a", key="1", subject="s", act_as=("a",), request={})
    intent = Intent(
        id=uuid4(),
        wish=wish,
        state=State.REQUESTED,
        attempts=0,
        plan=None,
        command_id="",
        dead_after=None,
        update_id="",
        offset=None,
        result=None,
        failure=None,
        trace="",
        created_at=at(-100),
        updated_at=at(-100),
    )
    assert look_again_at(intent, NOW) == at(LONGEST_WAIT_MS / 1_000)
    for left, wait in ((1_000, LONGEST_WAIT_MS), (20, 5_000), (0.5, FIRST_WAIT_MS)):
        pressing = replace(intent, wish=replace(wish, needed_by=at(left)))
        assert look_again_at(pressing, NOW) == at(wait / 1_000)
    over = replace(intent, wish=replace(wish, needed_by=at(-50)))
    assert look_again_at(over, NOW) == at(FIRST_WAIT_MS / 1_000)
