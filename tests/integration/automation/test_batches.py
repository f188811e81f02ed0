"""Intents that share a submission: one effect each, whatever happens to the submission."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cantata.automation.batches import repository as many
from cantata.automation.model import IN_DOUBT, TOGETHER_MAX, Intent, State
from cantata.automation.worker import Worker, WorkerSettings
from cantata.storage.database import Database
from cantata.storage.listening import Bell
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import NEVER, POISON, Crowd, Slots, Stage

Play = Callable[[Stage], Awaitable[None]]


def played(settings: DatabaseSettings, play: Play) -> None:
    async def main() -> None:
        async with Database(settings) as database:
            stage = Stage(database, Crowd())
            await stage.begin()
            await play(stage)

    asyncio.run(main())


async def states(stage: Stage, asked: list[Intent]) -> list[State]:
    return [(await stage.intent(each)).state for each in asked]


async def finished(stage: Stage, rounds: int = 40) -> int:
    """Work and ingest until nothing is left; give how many submissions that took."""
    for _ in range(rounds):
        await stage.work_together()
        await stage.ingest()
        stage.advance(1)
    return len(stage.ledger.contents)


def test_one_submission_carries_out_many(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        asked = [await stage.ask(slot) for slot in (3, 1, 2)]
        await stage.work_together()
        sent = [await stage.intent(each) for each in asked]
        assert len({each.command_id for each in sent}) == 1
        assert len({each.batch for each in sent}) == 1
        assert await states(stage, asked) == [State.SUBMITTED] * 3
        await stage.ingest()
        done = [await stage.intent(each) for each in asked]
        assert [each.result for each in done] == [
            {"slot": slot, "part": part} for part, slot in enumerate((3, 1, 2))
        ]
        assert [phase for phase, _ in done[1].phases] == [
            "requested",
            "prepared",
            "submitted",
            "completed",
        ]
        assert await stage.reserved() == 0

    played(database_settings, play)


@pytest.mark.parametrize("at", [0, 5, 11])
def test_a_bad_one_fails_alone(database_settings: DatabaseSettings, at: int) -> None:
    async def play(stage: Stage) -> None:
        asked = [await stage.ask(POISON if slot == at else slot) for slot in range(12)]
        submissions = await finished(stage)
        wanted = [State.FAILED if slot == at else State.COMPLETED for slot in range(12)]
        assert await states(stage, asked) == wanted
        assert set((await stage.effects()).values()) == {1}
        assert submissions <= 10
        assert (await stage.intent(asked[at])).attempts == 1
        assert await stage.reserved() == 0

    played(database_settings, play)


@pytest.mark.parametrize("trouble", ["dropped", "crash after"])
def test_an_effect_without_an_answer_counts_for_all(
    database_settings: DatabaseSettings, trouble: str
) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = [trouble]
        asked = [await stage.ask(slot) for slot in range(4)]
        await stage.work_together()
        await stage.ingest()
        assert await states(stage, asked) == [State.COMPLETED] * 4

    played(database_settings, play)


def test_what_was_never_sent_is_sent_as_it_was(database_settings: DatabaseSettings) -> None:
    """The first of the company is claimed again, and stands for all of them."""

    async def play(stage: Stage) -> None:
        stage.ledger.script = ["crash before"]
        asked = [await stage.ask(slot) for slot in range(4)]
        await stage.work_together()
        before = {(await stage.intent(each)).command_id for each in asked}
        assert await states(stage, asked) == [State.SUBMITTED] * 4
        stage.advance(11)
        assert await stage.work_together() == 1
        await stage.ingest()
        assert set(stage.ledger.recorded) == before
        assert await states(stage, asked) == [State.COMPLETED] * 4
        assert set((await stage.effects()).values()) == {1}

    played(database_settings, play)


def test_the_refusal_of_a_second_try_settles_nothing(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["late", "refused"]
        asked = [await stage.ask(slot) for slot in range(3)]
        await stage.work_together()
        assert await states(stage, asked) == [State.UNKNOWN] * 3
        stage.advance(31)
        stage.ledger.pending, pending = {}, stage.ledger.pending
        await stage.work_together()
        assert await states(stage, asked) == [State.UNKNOWN] * 3
        assert await stage.reserved() == 3
        stage.ledger.pending = pending
        stage.ledger.settle()
        await stage.ingest()
        assert await states(stage, asked) == [State.COMPLETED] * 3

    played(database_settings, play)


def test_all_are_dead_together(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["lost"]
        asked = [await stage.ask(slot) for slot in range(3)]
        await stage.work_together()
        stage.clock.advance(IN_DOUBT)
        stage.advance(1)
        stage.ledger.tick()
        await stage.ingest()
        assert await states(stage, asked) == [State.FAILED] * 3
        assert await stage.reserved() == 0

    played(database_settings, play)


def test_a_busy_ledger_does_not_separate(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["busy"]
        asked = [await stage.ask(slot) for slot in range(6)]
        submissions = await finished(stage, 4)
        assert submissions == 2
        assert await states(stage, asked) == [State.COMPLETED] * 6

    played(database_settings, play)


def test_refusals_in_company_are_no_attempts(database_settings: DatabaseSettings) -> None:
    """However often its company is refused for another's sake, a good one gets its own try."""

    async def play(stage: Stage) -> None:
        stage.ledger.script = ["contention"] * 7
        asked = [await stage.ask(slot) for slot in range(TOGETHER_MAX)]
        await finished(stage, 60)
        assert await states(stage, asked) == [State.COMPLETED] * TOGETHER_MAX
        assert set((await stage.effects()).values()) == {1}

    played(database_settings, play)


def test_two_workers_share_the_work(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        asked = [await stage.ask(slot) for slot in range(20)]
        await asyncio.gather(*(stage.work_together(4) for _ in range(5)))
        await stage.ingest()
        assert await states(stage, asked) == [State.COMPLETED] * 20
        assert set((await stage.effects()).values()) == {1}

    played(database_settings, play)


def test_what_a_rule_forbids_keeps_nobody(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        asked = [await stage.ask(slot) for slot in (NEVER, 1, 1, 2)]
        await stage.work_together()
        waiting = State.REQUESTED
        assert await states(stage, asked) == [
            State.FAILED,
            *[State.SUBMITTED, waiting],
            State.SUBMITTED,
        ]
        await stage.ingest()
        await stage.work_together()
        await stage.ingest()
        assert (await stage.intent(asked[2])).state is State.COMPLETED

    played(database_settings, play)


def test_a_draining_worker_hands_back_what_it_did_not_begin(
    database_settings: DatabaseSettings,
) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            stage = Stage(database, Slots())
            await stage.begin()
            for slot in range(6):
                await stage.ask(slot)
            held = asyncio.Event()
            begun = asyncio.Event()

            class Slow:
                kinds = stage.submitter.kinds

                async def step(self, intent: Intent) -> None:
                    begun.set()
                    await held.wait()

            settings = WorkerSettings(name="worker", steps_max=1)
            bell = Bell(database_settings, "nothing")
            worker = Worker(database, Slow(), bell, stage.clock, settings)
            running = asyncio.create_task(worker.run())
            await begun.wait()
            worker.stop()
            held.set()
            await running
            async with database.write() as session:
                free = await many.due(session, stage.submitter.kinds, stage.clock.now())
            assert len(free) == 5

    asyncio.run(main())
