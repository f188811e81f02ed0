"""Kinds that ask others before an attempt: by themselves and in companies, in any mood of those."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text

from cantata.automation import consulting
from cantata.automation.batches import repository as many
from cantata.automation.errors import NotNow, NotPossible
from cantata.automation.model import Intent, State
from cantata.automation.worker import Dispatched, Worker, WorkerSettings
from cantata.kernel.time import RelTime
from cantata.storage.database import Database
from cantata.storage.errors import DatabaseBusy
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import POISON, Asks, AsksTogether, Stage

Play = Callable[[Stage, Asks], Awaitable[None]]
BOTH = pytest.mark.parametrize("together", [False, True])
SOON = RelTime.of(micros=100_000)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let clerks have little time."""
    monkeypatch.setattr(consulting.consulted, "__defaults__", (SOON,))
    monkeypatch.setattr(consulting.consulted_all, "__defaults__", (SOON,))


def played(settings: DatabaseSettings, play: Play, *, together: bool = True) -> None:
    async def main() -> None:
        async with Database(settings) as database:
            handler = AsksTogether() if together else Asks()
            stage = Stage(database, handler)
            await stage.begin()
            await play(stage, handler)

    asyncio.run(main())


async def states(stage: Stage, asked: list[Intent]) -> list[State]:
    return [(await stage.intent(each)).state for each in asked]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - polled
            await asyncio.sleep(0.01)


async def claimed(stage: Stage) -> Dispatched:
    """Claim what is due, as a worker does."""
    now = stage.clock.now()
    async with stage.database.write() as session:
        due = await many.due(session, stage.submitter.kinds, now)
        found = await stage.submitter.dispatch(session, due, now)
        await many.lease(session, found.to_lease, "worker", now)
    return found


@BOTH
@pytest.mark.usefixtures("soon")
def test_every_mood_of_a_clerk(database_settings: DatabaseSettings, *, together: bool) -> None:
    async def play(stage: Stage, handler: Asks) -> None:
        handler.moods = {
            1: NotNow("busy"),
            2: NotPossible("closed"),
            3: OSError("a mistake"),
            4: {},
            5: asyncio.Event(),
            6: TimeoutError("of the clerk's own"),
            8: DatabaseBusy("QueryCanceled"),
        }
        asked = [await stage.ask(slot) for slot in range(9)]
        await stage.work_together()
        await stage.ingest()
        if together:
            await stage.work_together()
            await stage.ingest()
        done, failed, waits = State.COMPLETED, State.FAILED, State.REQUESTED
        wanted = [done, waits, failed, failed, failed, waits, failed, done, waits]
        assert await states(stage, asked) == wanted
        assert await stage.ends() == {
            asked[2].id: "NOT_POSSIBLE",
            **dict.fromkeys((asked[at].id for at in (3, 4, 6)), "PREPARATION_FAILED"),
        }
        assert await stage.reserved() == 0
        handler.moods = {}
        stage.advance(60)
        await stage.work_together()
        await stage.ingest()
        assert await states(stage, [asked[1], asked[5], asked[-1]]) == [done] * 3
        assert handler.asked[1] > 1

    played(database_settings, play, together=together)


def test_a_company_shares_a_submission(database_settings: DatabaseSettings) -> None:
    """Unless its parties are others; and no transaction is open while it is consulted."""

    async def play(stage: Stage, handler: Asks) -> None:
        gate = asyncio.Event()
        handler.moods = dict.fromkeys(range(40), gate)
        asked = [await stage.ask(slot) for slot in range(30)]
        asked += [await stage.ask(slot, party="bob::1220bb") for slot in range(30, 40)]
        found = await claimed(stage)
        assert sorted(len(errand.intents) for errand in found.errands) == [10, 30]
        running = asyncio.create_task(stage.carry(found))
        await until(lambda: sum(handler.asked.values()) >= 4)
        async with stage.database.read() as session:
            idle = await session.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
                )
            )
        assert idle == 0
        assert await stage.work_together() == 0, "they are leased"
        gate.set()
        await running
        assert len(stage.ledger.contents) == 2
        await stage.ingest()
        assert await states(stage, asked) == [State.COMPLETED] * 40
        assert set(handler.asked.values()) == {1}

    played(database_settings, play)


def test_who_is_moved_meanwhile_is_left_out(database_settings: DatabaseSettings) -> None:
    """Cancelled, or taken over by a worker after the lease: nobody has two effects."""

    async def play(stage: Stage, handler: Asks) -> None:
        gate = asyncio.Event()
        handler.moods = {2: gate}
        asked = [await stage.ask(slot) for slot in range(4)]
        slow = asyncio.create_task(stage.carry(await claimed(stage)))
        await until(lambda: len(handler.asked) >= 4)
        await stage.cancel(asked[0])
        stage.advance(31)
        handler.moods = {}
        await stage.work_together()
        gate.set()
        await slow
        await stage.ingest()
        assert await states(stage, asked) == [State.CANCELLED, *[State.COMPLETED] * 3]
        assert set((await stage.effects()).values()) == {1}
        assert await stage.ends() == {asked[0].id: "CANCELLED"}
        assert await stage.reserved() == 0

    played(database_settings, play)


@pytest.mark.parametrize("at", [0, 11])
def test_a_bad_one_fails_alone(database_settings: DatabaseSettings, at: int) -> None:
    async def play(stage: Stage, handler: Asks) -> None:
        asked = [await stage.ask(POISON if slot == at else slot) for slot in range(12)]
        for _ in range(10):
            await stage.work_together()
            await stage.ingest()
            stage.advance(1)
        wanted = [State.FAILED if slot == at else State.COMPLETED for slot in range(12)]
        assert await states(stage, asked) == wanted
        assert set((await stage.effects()).values()) == {1}
        assert await stage.ends() == {asked[at].id: "LEDGER_REFUSED"}
        assert len(stage.ledger.contents) <= 10

    played(database_settings, play)


def test_a_draining_worker_ends_what_it_began(database_settings: DatabaseSettings) -> None:
    """And hands back the companies that it did not begin."""

    async def play(stage: Stage, handler: Asks) -> None:
        gate = asyncio.Event()
        handler.moods = dict.fromkeys(range(6), gate)
        asked = [await stage.ask(slot, party=f"p{slot // 2}::1220") for slot in range(6)]
        settings = WorkerSettings(name="worker", errands_max=1)
        bell = Bell(stage.database.settings, "nothing")
        worker = Worker(stage.database, stage.submitter, bell, stage.clock, settings)
        running = asyncio.create_task(worker.run())
        await until(lambda: len(handler.asked) >= 2)
        worker.stop()
        gate.set()
        await running
        await stage.ingest()
        done, waits = State.COMPLETED, State.REQUESTED
        assert await states(stage, asked) == [done, done, *[waits] * 4]
        assert sorted(handler.asked) == [0, 1]
        assert await stage.work_together() == 4
        await stage.ingest()
        assert await states(stage, asked) == [done] * 6

    played(database_settings, play)


def test_who_waited_for_longer_than_the_lease_is_anybodys(
    database_settings: DatabaseSettings,
) -> None:
    async def play(stage: Stage, handler: Asks) -> None:
        gate = asyncio.Event()
        handler.moods = {0: gate}
        asked = [await stage.ask(slot, party=f"p{slot}::1220") for slot in range(2)]
        settings = WorkerSettings(name="worker", errands_max=1, idle_ms=10_000)
        bell = Bell(stage.database.settings, "nothing")
        worker = Worker(stage.database, stage.submitter, bell, stage.clock, settings)
        running = asyncio.create_task(worker.run())
        await until(lambda: handler.asked[0] > 0)
        await asyncio.sleep(0.2)
        stage.advance(31)
        handler.moods = {}
        await stage.work_together()
        await stage.ingest()
        assert await states(stage, asked) == [State.COMPLETED] * 2
        gate.set()
        await asyncio.sleep(0.2)
        worker.stop()
        await running
        assert handler.asked[1] == 1
        assert set((await stage.effects()).values()) == {1}

    played(database_settings, play)
