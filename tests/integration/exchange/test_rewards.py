"""Rewards: off, by markers beside what the treasury does, or counted by the network itself."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cantata.automation.handler import Plan
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.journal import Book
from cantata.exchange.model.rewards import RewardMode, Rewards
from cantata.exchange.objections import RewardsRefused, TreasuryUnknown
from cantata.exchange.service.rewards import RIGHT, RewardSwitch, marked
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.ledger.formats import Wanted
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.house import BY, CLOCK, housing
from tests.integration.exchange.test_listings import trail
from tests.integration.exchange.test_preapprovals import created, unhurried, uploaded
from tests.integration.tokens.loop import Loop, looping

AMULET = "splice-amulet-0.1.14.dar"
TREASURY = PartyId("treasury::1220" + "ab" * 32)
PROVIDER = PartyId("provider::1220" + "cd" * 32)
PLAN = Plan(commands=[{"ExerciseCommand": {}}], act_as=(TREASURY,))
MARKING = Rewards(
    treasury=TREASURY,
    mode=RewardMode.MARKERS,
    provider=PROVIDER,
    right_id="00" + "ab" * 68,
    changed_at=Timestamp.parse("2026-01-01T00:00:00Z"),
)


def test_a_marker_is_made_beside_what_is_done() -> None:
    plan = marked(PLAN, MARKING)
    assert plan.act_as == (TREASURY, PROVIDER)
    first, marker = plan.commands
    assert first == PLAN.commands[0]
    assert marker == {
        "ExerciseCommand": {
            "templateId": RIGHT,
            "contractId": MARKING.right_id,
            "choice": "FeaturedAppRight_CreateActivityMarker",
            "choiceArgument": {
                "beneficiaries": [{"beneficiary": PROVIDER, "weight": "1.0000000000"}]
            },
        }
    }


@pytest.mark.parametrize(
    "plan, rewards",
    [
        (PLAN, None),
        (PLAN, replace(MARKING, mode=RewardMode.OFF)),
        (PLAN, replace(MARKING, mode=RewardMode.TRAFFIC)),
        (PLAN, replace(MARKING, right_id=None)),
        (replace(PLAN, external=True, signer="hsm"), MARKING),
    ],
)
def test_nothing_is_added_where_nothing_can_be(plan: Plan, rewards: Rewards | None) -> None:
    assert marked(plan, rewards) is plan


def test_the_mode_is_switched_for_each_treasury(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    """A provider without a right marks nothing, and deposits are accepted all the same."""

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop, housing(loop) as house:
            switch = RewardSwitch(loop.database, loop.ledger, CLOCK)
            with pytest.raises(RewardsRefused):
                await switch.set(house.treasury, RewardMode.MARKERS, BY)
            with pytest.raises(TreasuryUnknown):
                await switch.set(PartyId(house.payer), RewardMode.OFF, BY)
            provider = PartyId(await loop.party("Exchange"))
            modes = (RewardMode.MARKERS, RewardMode.TRAFFIC, RewardMode.OFF)
            for mode in modes:
                chosen = await switch.set(house.treasury, mode, BY, provider)
                assert (chosen.mode, chosen.right_id) == (mode, None)
                await switch.watch()
                offer = str((await house.pay("2", house.account.memo))["offer"])
                await house.becomes(offer, DepositState.CREDITED)
            said = [
                (each["details"]["before"], each["details"]["after"])
                for each in await trail(loop.database)
                if each["action"] == "exchange.rewards.switched"
            ]
            assert said == [("off", "markers"), ("markers", "traffic"), ("traffic", "off")]
            assert await house.owed(Book.customer(house.account.id)) == Decimal("6")
            await house.check()

    asyncio.run(story())


def test_a_featured_provider_marks_each_acceptance(
    database_settings: DatabaseSettings, tmp_path: Path, token_dar: Path
) -> None:
    """With the real package of the coin; the history of the treasury reads the same."""
    path = Path(os.environ.get("CANTATA_DARS", "")) / AMULET
    if not path.is_file():
        pytest.skip(f"{AMULET} is not below CANTATA_DARS")
    dar = path.read_bytes()

    async def story(sandbox: Sandbox) -> None:
        async with looping(database_settings, sandbox.url) as loop, housing(loop) as house:
            await uploaded(sandbox.url, dar)
            dso, provider = await loop.party("DSO"), PartyId(await loop.party("Exchange"))
            right = {"dso": dso, "provider": provider}
            await created(loop, (dso,), "#splice-amulet:Splice.Amulet:FeaturedAppRight", right)
            switch = RewardSwitch(loop.database, loop.ledger, CLOCK)
            chosen = await switch.set(house.treasury, RewardMode.MARKERS, BY, provider)
            assert chosen.right_id is not None
            offer = str((await house.pay("2", house.account.memo))["offer"])
            deposit = await house.becomes(offer, DepositState.CREDITED)
            (marker,) = await markers(loop, provider)
            assert marker["beneficiary"] == marker["provider"] == provider
            assert deposit.amount == Decimal("2")
            await house.check()

    with unhurried(tmp_path, token_dar) as sandbox:
        asyncio.run(story(sandbox))


async def markers(loop: Loop, provider: str) -> list[Any]:
    """Give the markers that a provider made."""
    template = "#splice-amulet:Splice.Amulet:FeaturedAppActivityMarker"
    wanted = Wanted(parties=(provider,), templates=(template,))
    return [each.event.argument async for each in loop.ledger.state.active_contracts(wanted)]
