"""The registry says no to what the ledger would refuse for certain, and to nothing else."""

from __future__ import annotations

from typing import Any

from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.tokens.scene import (
    ALLOCATE,
    FACTORY,
    Scene,
    allocation,
    play,
    transfer,
)
from tests.integration.tokens.test_registry_input import UNKNOWN, changed

PAST = "2020-01-01T00:00:00Z"


def test_inputs_that_cannot_pay(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    """And the ledger agrees, whatever it is told in spite of the registry."""

    async def story(scene: Scene) -> None:
        loop = scene.loop
        admin, alice, bob, venue = [
            await loop.party(name) for name in ("admin", "alice", "bob", "venue")
        ]
        of, other = await loop.token(admin, "GOLD"), await loop.token(admin, "SILVER")
        gone = await loop.mint(of, alice, "10")
        offered = await loop.offer(of, alice, bob, "4")
        locked = await scene.only(
            "SELECT inputs[1] FROM transfer_offers WHERE contract_id = :cid", cid=offered["offer"]
        )
        own = await loop.mint(of, alice, "9")
        bad = {
            "archived": [gone],
            "locked": [locked],
            "another's": [await loop.mint(of, bob, "9")],
            "another instrument's": [await loop.mint(other, alice, "9")],
            "beside a good one": [own, gone],
            "named twice": [own, own],
            "too many": [own] * 101,
        }
        sound = (await scene.registry.transfer(transfer(of, alice, bob, "5", own))).json()
        for name, inputs in bad.items():
            asked = transfer(of, alice, bob, "5", *inputs)
            refused = await scene.registry.transfer(asked)
            assert refused.status_code == 400, name
            assert gone not in refused.text
            leg = allocation(of, alice, bob, venue, *inputs)
            assert (await scene.registry.allocation(leg)).status_code == 400, name
            arguments = {key: value for key, value in asked.items() if key != "extraArgs"}
            act = (FACTORY, sound["factoryId"], "TransferFactory_Transfer", sound)
            assert await _is_refused(scene, alice, *act, **arguments), name
        little = await scene.registry.transfer(transfer(of, alice, bob, "9.01", own))
        assert (little.status_code, "less" in little.text) == (400, True)

    play(database_settings, sandbox, story)


def test_amounts_and_deadlines(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob, venue = [await scene.loop.party(name) for name in ("alice", "bob", "venue")]
        own = await scene.loop.mint(of, alice, "9")
        sound = transfer(of, alice, bob, "5", own)
        for path, value in (
            (["transfer", "amount"], "1.001"),
            (["transfer", "amount"], "0"),
            (["transfer", "amount"], "-1"),
            (["transfer", "executeBefore"], PAST),
        ):
            refused = await scene.registry.transfer(changed(sound, path, value))
            assert refused.status_code == 400, (path, value)
        leg = allocation(of, alice, bob, venue, own)
        for path, value in (
            (["allocation", "settlement", "allocateBefore"], PAST),
            (["allocation", "settlement", "settleBefore"], PAST),
            (["allocation", "transferLeg", "amount"], "0.001"),
        ):
            assert (await scene.registry.allocation(changed(leg, path, value))).status_code == 400
        assert (await scene.registry.transfer(sound)).status_code == 200

    play(database_settings, sandbox, story)


def test_what_is_not_known_yet_is_left_to_the_ledger(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    """A holding that was made a moment ago may not be ingested; and what is granted succeeds."""

    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob, venue = [await scene.loop.party(name) for name in ("alice", "bob", "venue")]
        assert (
            await scene.registry.transfer(transfer(of, alice, bob, "5", UNKNOWN))
        ).status_code == 200
        assert (await scene.registry.transfer(transfer(of, alice, bob, "5"))).status_code == 200
        coin = await scene.loop.mint(of, alice, "9")
        asked = transfer(of, alice, bob, "4", coin)
        await scene.move(alice, asked, (await scene.registry.transfer(asked)).json())
        coin = await scene.loop.mint(of, alice, "8")
        leg = allocation(of, alice, bob, venue, coin)
        found = (await scene.registry.allocation(leg)).json()
        leg.pop("extraArgs")
        await scene.act(
            [alice], ALLOCATE, found["factoryId"], "AllocationFactory_Allocate", found, **leg
        )
        assert await scene.active("allocation")

    play(database_settings, sandbox, story)


async def _is_refused(scene: Scene, party: str, *act: Any, **more: Any) -> bool:
    """Tell whether the ledger refuses an exercise, for whatever reason."""
    try:
        await scene.act([party], *act, **more)
    except Exception as error:  # noqa: BLE001 - archived inputs are not found, others are refused
        return "Refusal" in {each.__name__ for each in type(error).__mro__}
    return False
