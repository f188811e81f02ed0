"""What belongs to the end of an intent is done once, whatever ends it, or the intent goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import IntegrityError

from cantata.automation.ending import Endings
from cantata.automation.model import IN_DOUBT, LEASE, Failure, IllegalTransition, Intent, State
from cantata.observability import metrics
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import NEVER, POISON, Crowd, Slots, Stage

Play = Callable[[Stage, Slots], Awaitable[None]]


def played(settings: DatabaseSettings, play: Play, *, together: bool = False) -> None:
    async def main() -> None:
        async with Database(settings) as database:
            handler = Crowd() if together else Slots()
            stage = Stage(database, handler)
            await stage.begin()
            await play(stage, handler)

    asyncio.run(main())


def alarms() -> float:
    return metrics.REGISTRY.get_sample_value("cantata_alarms_total", {"alarm": "end_failed"}) or 0


async def die(stage: Stage) -> None:
    """Let the ledger tell a time at which what was sent so far is dead."""
    stage.clock.advance(IN_DOUBT)
    stage.advance(1)
    stage.ledger.tick()
    await stage.ingest()


async def states(stage: Stage, asked: list[Intent]) -> list[State]:
    return [(await stage.intent(each)).state for each in asked]


@pytest.mark.parametrize("together", [False, True])
def test_every_end_is_heard_of(database_settings: DatabaseSettings, *, together: bool) -> None:
    """A rule, a refusal, a death, a wait that is too long, and a change of mind."""

    async def play(stage: Stage, handler: Slots) -> None:
        work = stage.work_together if together else stage.work
        forbidden, refused = await stage.ask(NEVER), await stage.ask(POISON)
        await work()
        await work()
        stage.ledger.script = ["lost"] * 99
        dead = await stage.ask(1)
        await work()
        unwanted = await stage.ask(2)
        await stage.cancel(unwanted)
        await die(stage)
        late = await stage.ask(3, deadline=stage.clock.now())
        await work()
        unknown, waiting = await stage.ask(4), await stage.ask(4)
        await work()
        stage.advance(3_601)
        await work()
        assert await stage.ends() == {
            forbidden.id: "NOT_POSSIBLE",
            refused.id: "LEDGER_REFUSED",
            dead.id: "NOT_RECORDED",
            unwanted.id: "CANCELLED",
            late.id: "DEADLINE_PASSED",
            waiting.id: "WAITED_TOO_LONG",
        }
        assert (await stage.intent(unknown)).state is State.UNKNOWN

    played(database_settings, play, together=together)


@pytest.mark.parametrize("together", [False, True])
def test_an_end_without_its_effect_is_none(
    database_settings: DatabaseSettings, *, together: bool
) -> None:
    """Others go on; what was refused keeps what it holds until its end succeeds."""

    async def play(stage: Stage, handler: Slots) -> None:
        handler.unmourned = {POISON}
        work = stage.work_together if together else stage.work
        before = alarms()
        asked = [await stage.ask(slot) for slot in (1, POISON, 2)]
        for _ in range(4):
            await work()
            await stage.ingest()
            stage.advance(1)
        done = State.COMPLETED
        assert await states(stage, asked) == [done, State.SUBMITTED, done]
        held = await stage.intent(asked[1])
        assert held.failure is not None
        assert (held.failure.code, await stage.reserved()) == ("LEDGER_REFUSED", 1)
        assert alarms() == before + 1
        sent = len(stage.ledger.contents)
        await die(stage)
        assert (await stage.intent(held)).state is State.SUBMITTED
        assert (await stage.ends(), alarms()) == ({}, before + 2)
        handler.unmourned = set()
        stage.clock.advance(LEASE)
        await die(stage)
        assert await work() == 0
        assert (await stage.intent(held)).state is State.FAILED
        assert await stage.ends() == {held.id: "NOT_RECORDED"}
        assert (await stage.reserved(), len(stage.ledger.contents)) == (0, sent)

    played(database_settings, play, together=together)


@pytest.mark.parametrize("together", [False, True])
def test_ingestion_goes_on(database_settings: DatabaseSettings, *, together: bool) -> None:
    """Of many that are dead, those whose end fails stay; they are not tried again all the time."""

    async def play(stage: Stage, handler: Slots) -> None:
        stage.ledger.script = ["lost"] * 5
        handler.unmourned = {1, 3}
        asked = [await stage.ask(slot) for slot in range(5)]
        await (stage.work_together() if together else stage.work())
        before = alarms()
        await die(stage)
        dead, alive = State.FAILED, State.UNKNOWN
        assert await states(stage, asked) == [dead, alive, dead, alive, dead]
        assert (len(await stage.ends()), await stage.reserved()) == (3, 2)
        assert alarms() == before + 2
        for _ in range(3):
            stage.ledger.tick()
            await stage.ingest()
        assert alarms() == before + 2
        handler.unmourned = set()
        stage.clock.advance(LEASE)
        await die(stage)
        assert await states(stage, asked) == [dead] * 5
        assert (len(await stage.ends()), await stage.reserved()) == (5, 0)

    played(database_settings, play, together=together)


def test_who_cannot_end_is_prepared_again(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage, handler: Slots) -> None:
        handler.unmourned = {NEVER}
        asked = await stage.ask(NEVER)
        before = alarms()
        for _ in range(3):
            await stage.work()
        assert (await stage.intent(asked)).state is State.REQUESTED
        assert (await stage.ends(), alarms()) == ({}, before + 1)
        handler.unmourned = set()
        stage.clock.advance(LEASE)
        stage.advance(1)
        await stage.work()
        assert await stage.ends() == {asked.id: "NOT_POSSIBLE"}

    played(database_settings, play)


def test_a_mistake_cancels_nothing(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage, handler: Slots) -> None:
        handler.unmourned = {1}
        asked = await stage.ask(1)
        with pytest.raises(IntegrityError):
            await stage.cancel(asked)
        assert (await stage.intent(asked)).state is State.REQUESTED
        await stage.work()
        with pytest.raises(IllegalTransition):
            await stage.cancel(asked)
        assert await stage.ends() == {}

    played(database_settings, play)


def test_of_two_ends_one_counts(database_settings: DatabaseSettings) -> None:
    """Two who found the same row end it at the same time; so do one who ends and one who sends."""

    async def play(stage: Stage, handler: Slots) -> None:
        endings, now = Endings([handler]), stage.clock.now()

        async def end(intent: Intent, code: str) -> None:
            async with stage.database.write() as session:
                failed = [(intent, Failure(code=code, message=""))]
                await endings.fail(session, failed, now)

        first, second = await stage.ask(1), await stage.ask(2)
        found = await asyncio.gather(
            *(end(first, str(number)) for number in range(4)),
            *(stage.cancel(first) for _ in range(2)),
            return_exceptions=True,
        )
        assert sum(each is None or isinstance(each, Intent) for each in found) == 1
        assert sum(isinstance(each, IllegalTransition) for each in found) == 5
        await stage.work()
        with pytest.raises(IllegalTransition):
            await end(second, "STALE")
        assert list(await stage.ends()) == [first.id]

    played(database_settings, play)


def test_what_is_unknown_here_does_not_end_here(database_settings: DatabaseSettings) -> None:
    """An ingestion that does not have a kind leaves its intents to one that has."""

    async def play(stage: Stage, handler: Slots) -> None:
        stage.ledger.script = ["lost"]
        asked = await stage.ask(1)
        await stage.work()
        blind = Stage(stage.database, Other())
        blind.clock, blind.ledger = stage.clock, stage.ledger
        stage.clock.advance(IN_DOUBT)
        stage.advance(1)
        stage.ledger.tick()
        await blind.ingester.begin()
        await blind.ingest()
        assert (await stage.intent(asked)).state is State.UNKNOWN
        await stage.ingester.begin()
        await die(stage)
        assert await stage.ends() == {asked.id: "NOT_RECORDED"}

    played(database_settings, play)


class Other(Slots):
    kind = "slots.other"
