"""Allocations as intents: funds set aside as a settlement asks, and given back."""

from __future__ import annotations

import asyncio
from typing import Any

from cantata.automation.model import State
from cantata.kernel.time import RelTime, SystemClock
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.tokens.scene import ALLOCATION, Scene, allocation, play

ACTIVE = "SELECT sum(amount) FROM holdings WHERE archived_offset IS NULL"
BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"transferLeg": None}, "SPECIFICATION_MALFORMED"),
    ({"settlement": {}}, "SPECIFICATION_MALFORMED"),
]


def test_allocate_and_give_back(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        names = ("alice", "bob", "venue")
        alice, bob, venue = [await scene.loop.party(name) for name in names]
        await scene.loop.mint(of, alice, "8")
        wanted = allocation(of, alice, bob, venue)["allocation"]
        actors = {
            "tokens.withdraw_allocation": (alice,),
            "tokens.cancel_allocation": (venue, alice, bob),
        }
        for kind, act_as in actors.items():
            made = await scene.loop.do("tokens.allocate", (alice,), allocation=wanted)
            assert made["allocation"] == await scene.active("allocation")
            kept = "SELECT content->'allocation' FROM disclosables WHERE contract_id = :cid"
            assert await scene.only(kept, cid=made["allocation"])
            assert float(await scene.only(f"{ACTIVE} AND lock_holders IS NOT NULL")) == 5
            await scene.loop.do(kind, act_as, allocation=made["allocation"])
            assert float(await scene.only(f"{ACTIVE} AND lock_holders IS NULL")) == 8
            again = await scene.loop.ask(kind, act_as, allocation=made["allocation"])
            assert again.failure is not None
            assert again.failure.code == "ALLOCATION_UNKNOWN"
        assert await scene.only("SELECT count(*) FROM reservations") == "0"

    play(database_settings, sandbox, story)


def test_an_allocation_ends_after_its_expired_lock_was_used(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    """By intent, and by whoever asks the registry; in both cases no funds are left to give."""

    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        await scene.loop.mint(of, alice, "10")
        wanted = allocation(of, alice, bob, bob)["allocation"]
        soon = str(SystemClock().now() + RelTime.of(seconds=3))
        settlement = {**wanted["settlement"], "allocateBefore": soon, "settleBefore": soon}
        wanted = {**wanted, "settlement": settlement}
        made = [
            await scene.loop.do("tokens.allocate", (alice,), allocation=wanted) for _ in range(2)
        ]
        await asyncio.sleep(3.2)
        await scene.loop.do("tokens.rearrange", (alice,), owner=alice, amounts=[], memo="", **of)
        assert float(await scene.only(f"{ACTIVE} AND lock_holders IS NULL")) == 10
        first, second = (str(each["allocation"]) for each in made)
        await scene.loop.do("tokens.withdraw_allocation", (alice,), allocation=first)
        context = (await scene.registry.ending("allocations", second, "withdraw")).json()
        assert context["choiceContextData"]["values"]["expire-lock"]["value"] is False
        await scene.act([alice], ALLOCATION, second, "Allocation_Withdraw", context)
        assert float(await scene.only(ACTIVE)) == 10
        ended = "SELECT count(*) FROM disclosables WHERE kind = 'allocation'"
        assert await scene.only(f"{ended} AND archived_offset IS NOT NULL") == "2"

    play(database_settings, sandbox, story)


def test_what_cannot_be_allocated(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        wanted = allocation(of, alice, bob, bob)["allocation"]
        leg = wanted["transferLeg"]
        cases = [
            *BROKEN,
            ({"transferLeg": {**leg, "amount": "0.001"}}, "PRECISION_EXCEEDED"),
            ({"transferLeg": {**leg, "amount": "-1"}}, "AMOUNT_NOT_POSITIVE"),
            ({}, "INSUFFICIENT_FUNDS"),
        ]
        for changes, code in cases:
            ended = await scene.loop.ask(
                "tokens.allocate", (alice,), allocation={**wanted, **changes}
            )
            assert ended.state is State.FAILED
            assert ended.failure is not None
            assert ended.failure.code == code

    play(database_settings, sandbox, story)
