"""A projection that was dropped and filled again is the one before, row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from sqlalchemy import text

from cantata.bootstrap import ingesting
from cantata.kernel.time import RelTime, SystemClock
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.tokens.loop import LATE, Loop, looping
from tests.integration.tokens.scene import allocation
from tests.integration.world import empty_database

DOCUMENT = "ab" * 32
KINDS = {
    "mint",
    "burn",
    "transfer_in",
    "transfer_out",
    "forced",
    "freeze",
    "unfreeze",
    "merge_split",
}

Rows = dict[str, list[tuple[object, ...]]]


async def rows(database: Database) -> Rows:
    """Read all rows of all projections, in one order."""
    found: Rows = {}
    async with database.read() as session:
        for table in (
            table for each in ingesting.ingester(database).projections for table in each.tables
        ):
            read = await session.all(text(f"SELECT * FROM {table} ORDER BY 1, 2"))
            found[table] = [tuple(row) for row in read]
    return found


async def everything(loop: Loop) -> Mapping[str, str]:
    """Do with a token whatever can be done with one; leave some of each kind open."""
    names = ("admin", "alice", "bob", "carol", "judge")
    admin, alice, bob, carol, judge = [await loop.party(name) for name in names]
    of = await loop.token(admin, "GOLD")
    await loop.mint(of, alice, "100")
    await loop.mint(of, bob, "50")
    await loop.do("tokens.preapprove", (carol,), receiver=carol, expires_at=None, **of)
    await loop.offer(of, alice, carol, "10")
    offers = [await loop.offer(of, alice, bob, str(amount)) for amount in (1, 2, 3, 4)]
    for offer, kind, by in zip(
        offers, ("accept", "reject", "withdraw"), (bob, bob, alice), strict=False
    ):
        await loop.do(f"tokens.{kind}", (by,), offer=offer["offer"])
    await loop.do("tokens.rearrange", (alice,), owner=alice, amounts=["1", "2"], memo="", **of)
    await loop.do("tokens.burn", (alice,), owner=alice, amount="5", memo="gone", **of)
    frozen = {"owner": alice, "amount": "7", "reason": "court", **of}
    await loop.do("tokens.freeze_amount", (admin,), **frozen)
    await loop.do("tokens.unfreeze_amount", (admin,), **{**frozen, "amount": "3"})
    terms = {"accounts_required": False, "countries": [], "approver": judge}
    await loop.do("tokens.amend_rules", (admin,), **terms, **of)
    order = {"owner": bob, "receiver": carol, "amount": "6", "approver": judge}
    why = {"reason_code": "court", "document_hash": DOCUMENT}
    await loop.do("tokens.force", (admin, judge), **order, **why, **of)
    wanted = allocation(of, alice, bob, carol)["allocation"]
    made = [await loop.do("tokens.allocate", (alice,), allocation=wanted) for _ in range(2)]
    await loop.do("tokens.withdraw_allocation", (alice,), allocation=made[0]["allocation"])
    asked = {"owner": alice, "spender": bob, "limit": "9", "expires_at": LATE, **of}
    await loop.do("tokens.allow", (alice,), **asked)
    until = str(SystemClock().now() + RelTime.of(days=1))
    account = {"holder": bob, "country": "CH", "verified_until": until, "locked_until": None}
    await loop.do("tokens.enrol", (admin,), everywhere=False, **account, **of)
    await loop.do("tokens.freeze_account", (admin,), holder=bob, reason="audit", **of)
    await loop.do("tokens.pause", (admin,), operations=["Mint"], reason="audit", **of)
    await loop.do("tokens.unpause", (admin,), operations=["Mint"], reason="done", **of)
    return {**of, "alice": alice, "carol": carol}


async def rebuilt(loop: Loop, names: tuple[str, ...]) -> None:
    work = ingesting.catch_up(loop.database, loop.ledger)
    for name in names:
        await work.rebuild(name)


async def afresh(loop: Loop, settings: DatabaseSettings, end: int) -> Rows:
    """Ingest the whole history into another database."""
    async with Database(settings) as database:
        ingester = ingesting.ingester(database)
        await ingester.begin()
        source = ingesting.source(loop.ledger)
        await ingester.apply([update async for update in source.follow(0, end)])
        return await rows(database)


def test_every_projection_is_rebuilt_as_it_was(
    database_server: str,
    template_database: str,
    database_settings: DatabaseSettings,
    sandbox: Sandbox,
) -> None:
    async def story(other: DatabaseSettings) -> None:
        async with looping(database_settings, sandbox.url) as loop:
            names = tuple(each.name for each in ingesting.ingester(loop.database).projections)
            of = await everything(loop)
            before = await rows(loop.database)
            assert {row[8] for row in before["movements"]} == KINDS
            assert all(before.values())
            await rebuilt(loop, names)
            assert await rows(loop.database) == before

            beside = asyncio.create_task(rebuilt(loop, names))
            token = {"admin": of["admin"], "instrument": of["instrument"]}
            while not beside.done():
                await loop.mint(token, of["alice"], "1")
            await beside
            end = await loop.ledger.state.ledger_end()
            await loop.ingested(end)
            after = await rows(loop.database)
            assert len(after["holdings"]) > len(before["holdings"])
            assert await afresh(loop, other, end) == after

    with empty_database(database_server, template_database) as other:
        asyncio.run(story(other))
