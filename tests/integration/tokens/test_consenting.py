"""A consent that ends has ended, however many there were and whatever was under way."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import text

from cantata.automation.repository import CHANNEL
from cantata.kernel.time import RelTime, SystemClock
from cantata.storage.settings import DatabaseSettings
from cantata.tokens import schedules
from tests.api.process import Sandbox
from tests.integration.tokens.scene import Scene, play

DAY = 86_400
ACTIVE = "SELECT count(*) FROM disclosables WHERE kind = 'preapproval' AND archived_offset IS NULL"
_WAITING = "kind = 'tokens.preapprove' AND state = 'requested'"


async def consent_by_wallet(scene: Scene, of: dict[str, str], receiver: str) -> None:
    """Consent as a wallet does, without asking the platform."""
    command = {
        "ExerciseCommand": {
            "templateId": "#cantata-tokens:Cantata.Tokens.Factory:TokenFactory",
            "contractId": await scene.active("factory"),
            "choice": "TokenFactory_Preapprove",
            "choiceArgument": {"receiver": receiver, "expiresAt": None},
        }
    }
    await scene.submit([of["admin"], receiver], command)


def test_all_consents_end_together(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of, bob = await scene.token(), await scene.loop.party("bob")
        for _ in range(2):
            await consent_by_wallet(scene, of, bob)
        assert await scene.only(ACTIVE) == "2"
        await scene.loop.do("tokens.cancel_preapproval", (bob,), actor=bob, receiver=bob, **of)
        assert await scene.only(ACTIVE) == "0"

    play(database_settings, sandbox, story)


def test_a_new_consent_takes_the_place_of_all(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story(scene: Scene) -> None:
        of, bob = await scene.token(), await scene.loop.party("bob")
        for _ in range(2):
            await consent_by_wallet(scene, of, bob)
        wish: dict[str, Any] = {"receiver": bob, "expires_at": None, **of}
        await scene.loop.do("tokens.preapprove", (bob,), **wish)
        assert await scene.only(ACTIVE) == "1"

    play(database_settings, sandbox, story)


def test_who_consents_twice_at_once_has_one_consent(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story(scene: Scene) -> None:
        of, bob = await scene.token(), await scene.loop.party("bob")
        wish: dict[str, Any] = {"receiver": bob, "expires_at": None, **of}
        asked = [scene.loop.do("tokens.preapprove", (bob,), **wish) for _ in range(5)]
        await asyncio.gather(*asked)
        assert await scene.only(ACTIVE) == "1"
        assert await scene.only("SELECT count(*) FROM reservations") == "0"

    play(database_settings, sandbox, story)


def test_a_renewal_under_way_revives_no_consent(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story(scene: Scene) -> None:
        of, bob = await scene.token(), await scene.loop.party("bob")
        until = str(SystemClock().now() + RelTime.of(seconds=DAY))
        wish = {"receiver": bob, "expires_at": until, **of}
        await scene.loop.do("tokens.preapprove", (bob,), renew_seconds=DAY, **wish)
        late = SystemClock().now() + RelTime.of(seconds=DAY - 60)
        async with scene.loop.database.write() as session:
            await schedules.renew_consents(session, late)
            held = f"UPDATE intents SET due_at = now() + interval '1 hour' WHERE {_WAITING}"
            await session.run(text(held))
        await scene.loop.do("tokens.cancel_preapproval", (bob,), actor=bob, receiver=bob, **of)
        assert await scene.only(ACTIVE) == "0"
        async with scene.loop.database.write() as session:
            await session.run(text(f"UPDATE intents SET due_at = now() WHERE {_WAITING}"))
            await session.notify(CHANNEL)
        state = "SELECT state FROM intents WHERE requester LIKE 'schedule:%'"

        async def is_over() -> bool:
            return await scene.only(state) in ("completed", "failed")

        await scene.loop.until(is_over)
        assert await scene.only(state) == "failed"
        assert await scene.only(ACTIVE) == "0"
        assert await scene.only("SELECT count(*) FROM preapproval_renewals") == "0"

    play(database_settings, sandbox, story)
