"""Reconciliation finds every kind of difference, says so everywhere, and repairs it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from cantata.bootstrap import ingesting
from cantata.ingestion.catchup import CatchUp
from cantata.kernel.time import SystemClock
from cantata.observability import metrics
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.reconciliation import repository
from cantata.tokens.reconciliation.model import (
    FieldDiffers,
    MovementsDiffer,
    NotOnLedger,
    NotProjected,
    SupplyDiffers,
)
from cantata.tokens.reconciliation.service import Reconciler
from tests.api.process import Sandbox
from tests.integration.tokens.loop import Loop, looping

FAULTS = {
    "a holding is missing": (
        "DELETE FROM holdings WHERE amount = 70",
        {NotProjected, MovementsDiffer, SupplyDiffers},
    ),
    "a holding is invented": (
        """INSERT INTO holdings SELECT '00' || repeat('ff', 32), admin, instrument, owner, 1,
        null, null, '', '', created_offset, created_at, null FROM holdings LIMIT 1""",
        {NotOnLedger, MovementsDiffer, SupplyDiffers},
    ),
    "an amount is wrong": (
        "UPDATE holdings SET amount = 71 WHERE amount = 70",
        {FieldDiffers, MovementsDiffer, SupplyDiffers},
    ),
    "an owner is wrong": (
        "UPDATE holdings SET owner = admin WHERE amount = 70",
        {FieldDiffers, MovementsDiffer},
    ),
    "a holding is used up too early": (
        "UPDATE holdings SET archived_offset = created_offset WHERE amount = 70",
        {NotProjected, MovementsDiffer, SupplyDiffers},
    ),
    "a movement is missing": (
        "DELETE FROM movements WHERE kind = 'mint'",
        {MovementsDiffer},
    ),
    "a supply is wrong": (
        "UPDATE instruments SET supply = 1 WHERE archived_offset IS NULL",
        {SupplyDiffers, FieldDiffers},
    ),
    "a pause is invented": (
        """UPDATE disclosables SET content = jsonb_set(content, '{paused}', '["Transfer"]')
        WHERE kind = 'rules'""",
        {FieldDiffers},
    ),
    "an offer is of another amount": ("UPDATE transfer_offers SET amount = 31", {FieldDiffers}),
    "an offer is missing": ("DELETE FROM transfer_offers", {NotProjected}),
    "an offer is still pending": (
        """INSERT INTO transfer_offers SELECT '00' || repeat('ee', 32), original, admin, instrument,
        sender, receiver, amount, requested_at, execute_before, memo, inputs, template_id,
        synchronizer_id, blob,
        package_name, 'pending', created_offset, null, '' FROM transfer_offers LIMIT 1""",
        {NotOnLedger},
    ),
}


async def played(loop: Loop) -> None:
    """Leave a holding, a locked holding and a pending offer."""
    admin, alice, bob = [await loop.party(name) for name in ("admin", "alice", "bob")]
    of = await loop.token(admin, "GOLD")
    await loop.mint(of, alice, "100")
    await loop.offer(of, alice, bob, "30")


def reconciling(
    settings: DatabaseSettings,
    sandbox: Sandbox,
    work: Callable[[Loop, Reconciler], Awaitable[Any]],
) -> Any:
    async def play() -> Any:
        async with looping(settings, sandbox.url) as loop:
            await played(loop)
            clock = SystemClock()
            reconciler = Reconciler(loop.database, loop.ledger, ingesting.wanted(), clock)
            return await work(loop, reconciler)

    return asyncio.run(play())


def test_what_agrees_is_clean(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def work(loop: Loop, reconciler: Reconciler) -> None:
        report = await reconciler.run()
        assert report.is_clean, report.differences
        assert report.compared >= 4
        async with loop.database.read() as session:
            (row,) = await repository.latest(session, 10)
        assert (row.ledger_offset, row.differing) == (report.offset, 0)

    reconciling(database_settings, sandbox, work)


def test_an_empty_ledger_is_clean(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def work() -> bool:
        async with looping(database_settings, sandbox.url) as loop:
            clock = SystemClock()
            reconciler = Reconciler(loop.database, loop.ledger, ingesting.wanted(), clock)
            return (await reconciler.run()).is_clean

    assert asyncio.run(work())


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_told_and_repaired(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox, fault: str
) -> None:
    statement, kinds = FAULTS[fault]

    async def work(loop: Loop, reconciler: Reconciler) -> None:
        async with loop.database.write() as session:
            assert await session.run(text(statement)) >= 1
        alarms = metrics.ALARMS.labels("reconciliation")._value.get()
        report = await reconciler.run()
        assert {type(each) for each in report.differences} == kinds
        assert metrics.ALARMS.labels("reconciliation")._value.get() == alarms + 1
        async with loop.database.read() as session:
            row = (await repository.latest(session, 1))[0]
        assert row.differing == report.count > 0
        assert row.differences[0]["kind"] in {kind.__name__ for kind in kinds}
        source = ingesting.source(loop.ledger)
        catch_up = CatchUp(loop.database, source, ingesting.projections())
        assert (await reconciler.repair(catch_up)).is_clean

    reconciling(database_settings, shared_sandbox, work)
