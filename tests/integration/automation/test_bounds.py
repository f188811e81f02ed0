"""When what was sent is dead: not before its own choice refuses it, and nothing is sent late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from cantata.automation.batches import repository as many
from cantata.automation.handler import Plan, Prepared
from cantata.automation.model import IN_DOUBT, SEND_MAX, Intent, State
from cantata.automation.worker import Dispatched
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from tests.integration.automation.stage import START, Crowd, Slots, Stage

SECOND = RelTime.of(seconds=1)
LATEST = START + RelTime.of(minutes=10)


class Bounded(Slots):
    """Commands whose choices refuse to be recorded after a time."""

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        plan = await super().prepare(session, intent, now)
        return replace(plan, max_record_time=LATEST)


class BoundedTogether(Crowd):
    """The same for many at a time."""

    async def prepare_all(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Prepared:
        made = await super().prepare_all(session, intents, now)
        bounded = (
            replace(each, plan=replace(each.plan, max_record_time=LATEST)) for each in made.parcels
        )
        return replace(made, parcels=list(bounded))


def played(
    settings: DatabaseSettings, handler: Slots, play: Callable[[Stage], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with Database(settings) as database:
            stage = Stage(database, handler)
            await stage.begin()
            await play(stage)

    asyncio.run(main())


async def told(stage: Stage, moment: Timestamp) -> None:
    """Have the ledger tell a time, later than the one before."""
    stage.clock.advance(moment.since(stage.clock.now()))
    stage.ledger.tick()
    await stage.ingest()


async def states(stage: Stage, asked: Sequence[Intent]) -> set[State]:
    return {(await stage.intent(each)).state for each in asked}


@pytest.mark.parametrize("together", [False, True])
def test_a_command_is_not_dead_while_it_can_be_recorded(
    database_settings: DatabaseSettings, *, together: bool
) -> None:
    async def play(stage: Stage) -> None:
        stage.ledger.script = ["lost"] * 99
        asked = [await stage.ask(slot) for slot in (1, 2)]
        work = stage.work_together if together else stage.work
        await work()
        assert {(await stage.intent(each)).dead_after for each in asked} == {LATEST}
        await told(stage, START + IN_DOUBT + IN_DOUBT)
        await work()
        assert {(await stage.intent(each)).dead_after for each in asked} == {LATEST}
        await told(stage, LATEST)
        assert State.FAILED not in await states(stage, asked)
        assert await stage.reserved() == 2
        await told(stage, LATEST + SECOND)
        assert await states(stage, asked) == {State.FAILED}
        assert await stage.reserved() == 0
        assert set((await stage.ends()).values()) == {"NOT_RECORDED"}

    played(database_settings, BoundedTogether() if together else Bounded(), play)


def test_a_bound_that_is_near_shortens_no_doubt(database_settings: DatabaseSettings) -> None:
    """It is our word that its choice refuses; the ledger's own time counts in any case."""

    async def play(stage: Stage) -> None:
        stage.advance(595)
        asked = await stage.ask(1)
        await stage.work()
        sent = await stage.intent(asked)
        assert sent.dead_after == stage.clock.now() + IN_DOUBT > LATEST

    played(database_settings, Bounded(), play)


@pytest.mark.parametrize("together", [False, True])
def test_what_waited_too_long_is_not_sent(
    database_settings: DatabaseSettings, *, together: bool
) -> None:
    """A worker that stood still sends nothing for which another may have given the money back."""

    async def play(stage: Stage) -> None:
        asked = [await stage.ask(slot) for slot in (1, 2)]
        found = await claimed(stage)
        assert [len(found.jobs), len(found.left)] == ([1, 0] if together else [0, 2])
        stage.clock.advance(SEND_MAX + SECOND)
        if together:
            await stage.carry(found)
            assert stage.ledger.contents == {}
            assert await states(stage, asked) == {State.SUBMITTED}
            first = (await stage.intent(asked[0])).dead_after
            assert await stage.work_together() == 1
            again = (await stage.intent(asked[0])).dead_after
            assert first is not None
            assert again is not None
            assert again > first
        else:
            await stage.carry(found)
        await stage.ingest()
        assert await states(stage, asked) == {State.COMPLETED}
        assert set((await stage.effects()).values()) == {1}
        assert len(stage.ledger.contents) == (1 if together else 2)

    played(database_settings, Crowd() if together else Slots(), play)


async def claimed(stage: Stage) -> Dispatched:
    """Take what is due as far as a worker's transaction goes."""
    async with stage.database.write() as session:
        now = stage.clock.now()
        due = await many.due(session, stage.submitter.kinds, now)
        found = await stage.submitter.dispatch(session, due, now)
        await many.lease(session, found.to_lease, "worker", now)
    return found


def test_what_is_sent_in_time_is_sent(database_settings: DatabaseSettings) -> None:
    async def play(stage: Stage) -> None:
        asked = await stage.ask(1)
        found = await claimed(stage)
        stage.clock.advance(SEND_MAX)
        await stage.carry(found)
        await stage.ingest()
        assert await states(stage, [asked]) == {State.COMPLETED}

    played(database_settings, Crowd(), play)
