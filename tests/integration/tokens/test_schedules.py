"""What the clock does: expired offers end, consents are renewed or taken off the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy import text

from cantata.automation.repository import CHANNEL
from cantata.kernel.time import RelTime, SystemClock, Timestamp
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from cantata.tokens import schedules
from tests.api.process import Sandbox
from tests.integration.tokens.scene import Scene, play

DAY = 86_400
UNFINISHED = "SELECT count(*) FROM intents WHERE state NOT IN ('completed', 'failed', 'cancelled')"


def later(seconds: int) -> Timestamp:
    """Give a time to come."""
    return SystemClock().now() + RelTime.of(seconds=seconds)


async def run(
    scene: Scene, work: Callable[[WriteSession, Timestamp], Awaitable[None]], now: Timestamp
) -> int:
    """Run a schedule at a time, wait for what it asked for, and give how much that was."""
    count = "SELECT count(*) FROM intents"
    before = int(await scene.only(count))
    async with scene.loop.database.write() as session:
        await work(session, now)
        await session.run(text("UPDATE intents SET due_at = now() WHERE due_at > now()"))
        await session.notify(CHANNEL)
    asked = int(await scene.only(count)) - before

    async def all_ended() -> bool:
        return await scene.only(UNFINISHED) == "0"

    await scene.loop.until(all_ended)
    return asked


def test_expired_offers_end(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        await scene.loop.mint(of, alice, "10")
        soon = str(later(3))
        first = await scene.loop.offer(of, alice, bob, "4", until=soon)
        second = await scene.loop.offer(of, alice, bob, "1", until=soon)
        await scene.loop.offer(of, alice, bob, "2")
        assert await run(scene, schedules.end_offers, SystemClock().now()) == 0
        await asyncio.sleep(3)
        await scene.loop.do("tokens.rearrange", (alice,), owner=alice, amounts=[], **of)
        assert await run(scene, schedules.end_offers, later(20)) == 2
        assert await run(scene, schedules.end_offers, later(20)) == 0
        states = "SELECT state FROM transfer_offers WHERE contract_id = :cid"
        for made in (first, second):
            assert await scene.only(states, cid=made["offer"]) == "expired"
        held = "SELECT sum(amount) FROM holdings WHERE archived_offset IS NULL"
        assert float(await scene.only(held)) == 10

    play(database_settings, sandbox, story)


def test_consents_are_renewed(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        bob = await scene.loop.party("bob")
        wish = {"receiver": bob, "expires_at": str(later(4 * DAY)), **of}
        made = await scene.loop.do("tokens.preapprove", (bob,), renew_seconds=4 * DAY, **wish)
        assert await run(scene, schedules.renew_consents, later(2 * DAY)) == 0
        assert await run(scene, schedules.renew_consents, later(3 * DAY + 60)) == 1
        renewed = await scene.active("preapproval")
        assert renewed != made["preapproval"]
        until = await scene.only(
            "SELECT expires_at FROM disclosables WHERE contract_id = :cid", cid=renewed
        )
        assert until > str(later(6 * DAY)).replace("T", " ")
        assert await run(scene, schedules.renew_consents, later(3 * DAY + 60)) == 0
        await scene.loop.do("tokens.cancel_preapproval", (bob,), actor=bob, receiver=bob, **of)
        assert await scene.only("SELECT count(*) FROM preapproval_renewals") == "0"
        assert await run(scene, schedules.renew_consents, later(9 * DAY)) == 0

    play(database_settings, sandbox, story)


def test_expired_consents_end(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        bob, carol = await scene.loop.party("bob"), await scene.loop.party("carol")
        wish = {"expires_at": str(later(60)), **of}
        await scene.loop.do("tokens.preapprove", (bob,), receiver=bob, **wish)
        await scene.loop.do("tokens.preapprove", (carol,), receiver=carol, **wish)
        await scene.loop.do("tokens.preapprove", (carol,), receiver=carol, expires_at=None, **of)
        async with scene.loop.database.read() as session:
            active = await session.all(
                text(
                    "SELECT party FROM disclosables WHERE kind = 'preapproval'"
                    " AND archived_offset IS NULL"
                )
            )
        assert sorted(row.party for row in active) == sorted([bob, carol])
        assert await run(scene, schedules.end_consents, later(30)) == 0
        assert await run(scene, schedules.end_consents, later(90)) == 1
        left = await scene.only(
            "SELECT party FROM disclosables WHERE kind = 'preapproval' AND archived_offset IS NULL"
        )
        assert left == carol

    play(database_settings, sandbox, story)


def test_schedules_are_named_once() -> None:
    names = [schedule.name for schedule in schedules.schedules()]
    assert len(names) == len(set(names)) == 3
