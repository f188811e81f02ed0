"""Reconciliation by the clock: it tells, repairs if that was chosen, and waits while it must."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from cantata.bootstrap import working
from cantata.config import Settings
from cantata.observability import metrics
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.reconciliation import repository
from tests.api.process import Sandbox
from tests.integration.tokens.loop import Loop, looping


async def differing(loop: Loop, *, is_repaired: bool) -> list[int]:
    """Run what is due, jobs included; give the differences of all comparisons, newest first."""
    settings = Settings(reconcile_minutes=1, reconcile_repair=is_repaired)
    runner = working.scheduler(settings, loop.database, loop.ledger)
    async with loop.database.write() as session:
        await session.run(text("DELETE FROM schedules"))
    while await runner.run_due():
        await runner.finish()
    async with loop.database.read() as seen:
        return [row.differing for row in await repository.latest(seen, 10)]


async def count(loop: Loop, query: str) -> int:
    async with loop.database.read() as session:
        return int(await session.scalar(text(query)) or 0)


def test_differences_are_told_and_repaired_if_that_was_chosen(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, sandbox.url) as loop:
            admin, alice = await loop.party("admin"), await loop.party("alice")
            await loop.mint(await loop.token(admin, "GOLD"), alice, "10")
            assert await differing(loop, is_repaired=True) == [0]
            async with loop.database.write() as session:
                await session.run(text("UPDATE holdings SET amount = 11"))
            alarms = metrics.ALARMS.labels("reconciliation")._value.get()
            first, *_ = await differing(loop, is_repaired=False)
            assert first > 0
            assert metrics.ALARMS.labels("reconciliation")._value.get() == alarms + 1
            assert await count(loop, "SELECT sum(amount) FROM holdings") == 11
            last, again, *_ = await differing(loop, is_repaired=True)
            assert (last, again) == (0, first)
            assert await count(loop, "SELECT sum(amount) FROM holdings") == 10

    asyncio.run(story())


def test_nothing_is_compared_while_a_projection_is_filled(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, sandbox.url) as loop:
            admin = await loop.party("admin")
            await loop.token(admin, "GOLD")
            loop.jobs[0].cancel()
            await asyncio.gather(loop.jobs[0], return_exceptions=True)
            async with loop.database.write() as session:
                place = "UPDATE ingestion_projections SET ledger_offset = 0"
                await session.run(text(f"{place} WHERE name = 'holdings'"))
            assert await differing(loop, is_repaired=True) == []
            failed = "SELECT count(*) FROM schedules WHERE failure <> ''"
            assert await count(loop, failed) == 0

    asyncio.run(story())


def test_none_is_made_if_that_was_chosen() -> None:
    settings = Settings(reconcile_minutes=0)
    jobs = working.scheduler(settings, None, None)._jobs  # type: ignore[arg-type]
    assert not {name for name in jobs if name.endswith(".reconcile")}
