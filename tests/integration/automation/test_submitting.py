"""An intent goes its way through every outcome, and never gives back what may be used."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.errors import IdempotencyConflict
from cantata.automation.model import ATTEMPTS_MAX, IllegalTransition, State
from cantata.kernel.time import RelTime
from cantata.observability import metrics
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import BROKEN, NEVER, START, Stage

Play = Callable[[Stage], Awaitable[None]]


def played(settings: DatabaseSettings, play: Play) -> None:
    async def main() -> None:
        async with Database(settings) as database:
            stage = Stage(database)
            await stage.begin()
            await play(stage)

    asyncio.run(main())


def alarms(name: str) -> object:
    return metrics.REGISTRY.get_sample_value("cantata_alarms_total", {"alarm": name}) or 0


def test_only_ingestion_completes(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        asked = await stage.ask(1)
        await stage.work()
        sent = await stage.intent(asked)
        assert (sent.state, sent.command_id) == (State.SUBMITTED, f"cantata:{asked.id}:1")
        assert await stage.reserved() == 1
        await stage.ingest()
        done = await stage.intent(asked)
        assert (done.state, done.result, done.offset) == (State.COMPLETED, {"slot": 1}, 1)
        assert await stage.reserved() == 0
        assert await stage.phases(asked) == ["requested", "prepared", "submitted", "completed"]

    played(database_settings, play)


def test_the_same_wish_is_the_same_intent(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        first, again = await stage.ask(1, "key"), await stage.ask(1, "key")
        assert first.id == again.id
        with pytest.raises(IdempotencyConflict):
            await stage.ask(2, "key")

    played(database_settings, play)


def test_what_a_rule_forbids_fails_at_once(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        asked = await stage.ask(NEVER)
        await stage.work()
        failed = await stage.intent(asked)
        assert failed.state is State.FAILED
        assert failed.failure is not None
        assert failed.failure.code == "NOT_POSSIBLE"

    played(database_settings, play)


def test_a_handlers_mistake_stops_nobody_else(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        before = alarms("preparation_failed")
        bad, good = await stage.ask(BROKEN), await stage.ask(1)
        await stage.work()
        await stage.ingest()
        failed = await stage.intent(bad)
        assert failed.failure is not None
        assert (failed.state, failed.failure.code) == (State.FAILED, "PREPARATION_FAILED")
        assert (await stage.intent(good)).state is State.COMPLETED
        assert alarms("preparation_failed") != before

    played(database_settings, play)


def test_who_waits_is_woken_by_who_ends(database_settings: DatabaseSettings) -> None:
    """Without any time going by: the end of one makes the other due."""

    async def play(stage: Stage) -> None:
        first, second = await stage.ask(1), await stage.ask(1)
        await stage.work()
        assert (await stage.intent(second)).state is State.REQUESTED
        assert await stage.work() == 0
        await stage.ingest()
        assert await stage.work() == 1
        await stage.ingest()
        assert (await stage.intent(first)).state is State.COMPLETED
        assert (await stage.intent(second)).state is State.COMPLETED

    played(database_settings, play)


def test_who_waits_is_woken_by_a_failure(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["refused"]
        await stage.ask(1)
        second = await stage.ask(1)
        await stage.work()
        assert await stage.work() <= 1
        await stage.ingest()
        assert (await stage.intent(second)).state is State.COMPLETED

    played(database_settings, play)


def test_nobody_waits_for_ever(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["late"]
        await stage.ask(1)
        second = await stage.ask(1, deadline=START + RelTime.of(seconds=50))
        await stage.work()
        for _ in range(60):
            stage.ledger.script = ["late"] * 9
            stage.advance(1)
            await stage.work()
        failed = await stage.intent(second)
        assert failed.state is State.FAILED
        assert failed.failure is not None
        assert failed.failure.code == "DEADLINE_PASSED"

    played(database_settings, play)


def test_contention_starts_over_under_a_new_id(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["contention"]
        asked = await stage.ask(1)
        await stage.work()
        assert (await stage.intent(asked)).state is State.REQUESTED
        assert await stage.reserved() == 0
        stage.advance(1)
        await stage.work()
        assert (await stage.intent(asked)).command_id == f"cantata:{asked.id}:2"
        await stage.ingest()
        assert (await stage.intent(asked)).state is State.COMPLETED

    played(database_settings, play)


def test_contention_is_bounded(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["contention"] * 100
        asked = await stage.ask(1)
        for _ in range(30):
            await stage.work()
            stage.advance(31)
        failed = await stage.intent(asked)
        assert (failed.state, failed.attempts) == (State.FAILED, ATTEMPTS_MAX)
        assert len(stage.ledger.script) == 100 - ATTEMPTS_MAX
        assert await stage.reserved() == 0

    played(database_settings, play)


@pytest.mark.parametrize("trouble", ["dropped", "crash after"])
def test_an_effect_without_an_answer_counts(
    database_settings: DatabaseSettings, trouble: str
) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = [trouble]
        asked = await stage.ask(1)
        await stage.work()
        assert await stage.reserved() == 1
        await stage.ingest()
        assert (await stage.intent(asked)).state is State.COMPLETED
        assert len(stage.ledger.recorded) == 1

    played(database_settings, play)


@pytest.mark.parametrize("trouble", ["lost", "crash before"])
def test_what_was_lost_is_sent_again_under_the_same_id(
    database_settings: DatabaseSettings, trouble: str
) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = [trouble]
        asked = await stage.ask(1)
        await stage.work()
        assert await stage.work() == 0, "not at once"
        stage.advance(31)
        await stage.work()
        await stage.ingest()
        done = await stage.intent(asked)
        assert (done.state, done.command_id) == (State.COMPLETED, f"cantata:{asked.id}:1")
        assert await stage.phases(asked) == [
            *("requested", "prepared", "submitted", "unknown", "submitted", "completed"),
        ]

    played(database_settings, play)


def test_a_late_record_is_not_paid_twice(database_settings: DatabaseSettings) -> None:
    """A refusal of the second try says nothing of the first: the slot stays reserved."""

    async def play(stage: Stage) -> None:
        stage.ledger.script = ["late", "contention"]
        asked = await stage.ask(1)
        await stage.work()
        pending, stage.ledger.pending = stage.ledger.pending, {}
        stage.advance(31)
        await stage.work()
        doubtful = await stage.intent(asked)
        assert (doubtful.state, await stage.reserved()) == (State.UNKNOWN, 1)
        stage.ledger.pending = pending
        stage.ledger.settle()
        await stage.ingest()
        assert (await stage.intent(asked)).state is State.COMPLETED
        assert len(stage.ledger.recorded) == 1

    played(database_settings, play)


def test_record_time_decides_death(database_settings: DatabaseSettings) -> None:
    """Our own clock alone never does, and what is dead gives back what it reserved."""

    async def play(stage: Stage) -> None:
        stage.ledger.script = ["lost"] * 100
        asked = await stage.ask(1)
        waiting = await stage.ask(1)
        for _ in range(30):
            await stage.work()
            stage.advance(60)
        assert (await stage.intent(asked)).state is State.UNKNOWN
        assert await stage.reserved() == 1
        stage.ledger.tick()
        await stage.ingest()
        dead = await stage.intent(asked)
        assert dead.failure is not None
        assert (dead.state, dead.failure.code) == (State.FAILED, "NOT_RECORDED")
        stage.ledger.script = []
        await stage.work()
        await stage.ingest()
        assert (await stage.intent(waiting)).state is State.COMPLETED

    played(database_settings, play)


def test_an_effect_of_a_failed_intent_is_an_alarm(database_settings: DatabaseSettings) -> None:
    """And the intent says what is true."""

    async def play(stage: Stage) -> None:
        stage.ledger.script = ["refused"]
        asked = await stage.ask(1)
        await stage.work()
        assert (await stage.intent(asked)).state is State.FAILED
        before = alarms("effect_after_end"), alarms("two_effects")
        stage.ledger.record(f"cantata:{asked.id}:1")
        await stage.ingest()
        repaired = await stage.intent(asked)
        assert (repaired.state, repaired.failure) == (State.COMPLETED, None)
        stage.ledger.record(f"cantata:{asked.id}:2")
        await stage.ingest()
        assert (await stage.intent(asked)).update_id == repaired.update_id
        after = alarms("effect_after_end"), alarms("two_effects")
        assert all(now != then for now, then in zip(after, before, strict=True))

    played(database_settings, play)


def test_commands_of_others_are_ignored(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        asked = await stage.ask(1)
        for command in (
            "x",
            "cantata:",
            f"cantata:{asked.id}",
            f"other:{asked.id}:1",
            "cantata:x:1",
        ):
            stage.ledger.record(command)
        await stage.ingest()
        assert (await stage.intent(asked)).state is State.REQUESTED

    played(database_settings, play)


def test_two_workers_do_not_do_it_twice(database_settings: DatabaseSettings) -> None:
    """One that was away for longer than its lease finds that the intent went on."""

    async def play(stage: Stage) -> None:
        asked = await stage.ask(1)
        async with stage.database.write() as session:
            (stale,) = await many.claim(session, stage.submitter.kinds, "slow", stage.clock.now())
        assert await stage.work() == 0
        stage.advance(31)
        await stage.work()
        await stage.submitter.step(stale)
        assert len(stage.ledger.recorded) == 1
        with pytest.raises(IllegalTransition):
            async with stage.database.write() as session:
                await repository.move(session, stale, State.CANCELLED, stage.clock.now())
        await stage.ingest()
        assert (await stage.intent(asked)).state is State.COMPLETED

    played(database_settings, play)


def test_a_worker_takes_over_what_it_left(database_settings: DatabaseSettings) -> None:
    """One that is started again does not wait for the end of its own leases."""

    async def play(stage: Stage) -> None:
        left, other = await stage.ask(1), await stage.ask(2)
        for name in ("worker", "neighbour"):
            async with stage.database.write() as session:
                claimed = await many.claim(
                    session, stage.submitter.kinds, name, stage.clock.now(), 1
                )
            assert len(claimed) == 1
        assert await stage.work() == 0
        async with stage.database.write() as session:
            assert await repository.take_over(session, "worker") == 1
        assert await stage.work() == 1
        assert (await stage.intent(left)).state is State.SUBMITTED
        assert (await stage.intent(other)).state is State.REQUESTED

    played(database_settings, play)


def test_a_refusal_of_what_was_lost_is_not_asked_for_again(
    database_settings: DatabaseSettings,
) -> None:
    """It says that this time had no effect: what is in doubt is the first time, and its time."""

    async def play(stage: Stage) -> None:
        stage.ledger.script = ["lost", "contention"]
        asked = await stage.ask(1)
        await stage.work()
        first = (await stage.intent(asked)).dead_after
        stage.advance(20)
        await stage.work()
        found = await stage.intent(asked)
        assert (found.state, found.attempts, found.dead_after) == (State.UNKNOWN, 2, first)
        stage.advance(60)
        assert await stage.work() == 0
        stage.advance(60)
        stage.ledger.tick()
        await stage.ingest()
        assert (await stage.intent(asked)).state is State.FAILED
        assert await stage.reserved() == 0

    played(database_settings, play)
