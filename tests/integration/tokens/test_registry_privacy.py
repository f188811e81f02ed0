"""The registry says of holders what the parties of a transfer need, to who shows that it is one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, SystemClock
from cantata.lang import Party, Text
from cantata.ledger.typed import create
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.model import InstrumentId
from cantata.tokens.repository import limits
from cantata.tokens.supervision import TokenLimits
from tests.api.process import Sandbox
from tests.integration.tokens.scene import OFFERS, Scene, allocation, play, transfer

COUNTRY = "CH"


async def gated(scene: Scene) -> tuple[dict[str, str], str, str, str]:
    """Give a token whose holders have accounts, two of them, and somebody who has none."""
    of = await scene.token(accounts_required=True)
    alice, bob, eve = [await scene.loop.party(name) for name in ("alice", "bob", "eve")]
    account = HolderAccount(
        admin=Party(of["admin"]),
        instrument=None,
        holder=Party(alice),
        frozen=False,
        verified_until=SystemClock().now() + RelTime.of(days=1),
        country=Text(COUNTRY),
        locked_until=None,
    )
    for holder in (alice, bob):
        opened = create(replace(account, holder=Party(holder)))
        await scene.submit([of["admin"]], opened.json)
    return of, alice, bob, eve


def test_strangers_learn_nothing_of_holders(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story(scene: Scene) -> None:
        of, alice, bob, eve = await gated(scene)
        coin = await scene.loop.mint(of, alice, "10")
        hers = await scene.loop.mint(of, eve, "10")
        small = await scene.loop.mint(of, alice, "1")
        unknown = f"{coin[:-4]}0000"
        refused = set()
        for asked in (
            transfer(of, alice, bob, "1"),
            transfer(of, alice, bob, "1", hers),
            transfer(of, alice, bob, "1", unknown),
            transfer(of, alice, bob, "1", coin, hers),
            transfer(of, alice, bob, "2", small),
            transfer(of, bob, alice, "1", coin),
            transfer(of, eve, bob, "1"),
            allocation(of, alice, bob, eve),
            allocation(of, alice, bob, eve, hers),
        ):
            ask = scene.registry.allocation if "allocation" in asked else scene.registry.transfer
            answer = await ask(asked)
            assert answer.status_code == 409, answer.text
            assert COUNTRY not in answer.text
            refused.add(answer.text)
        assert len(refused) == 1, "every refusal is the same"

    play(database_settings, sandbox, story)


def test_the_parties_of_a_transfer_get_what_it_takes(
    database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    async def story(scene: Scene) -> None:
        of, alice, bob, _ = await gated(scene)
        coin = await scene.loop.mint(of, alice, "10")
        asked = transfer(of, alice, bob, "10", coin)
        found = await scene.registry.transfer(asked)
        values = found.json()["choiceContext"]["choiceContextData"]["values"]
        assert set(values) == {"token-rules", "sender-account", "receiver-account"}
        for each in found.json()["choiceContext"]["disclosedContracts"]:
            payload = each.get("debugPayload") or {}
            assert "country" not in payload, "what is for people tells nothing of a holder"
        await scene.move(alice, asked, found.json())
        again = await scene.registry.transfer(asked)
        assert again.status_code == 409, "a coin that is spent shows nothing any more"
        offer = await scene.pending()
        accept = await scene.registry.ending(OFFERS, offer, "accept")
        values = accept.json()["choiceContextData"]["values"]
        assert {"sender-account", "receiver-account"} <= set(values)

    play(database_settings, sandbox, story)


def test_an_open_token_asks_nobody(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        found = await scene.registry.transfer(transfer(of, alice, bob, "1"))
        assert found.status_code == 200
        shown = found.json()["choiceContext"]["disclosedContracts"]
        assert alice not in str(shown)
        assert bob not in str(shown)

    play(database_settings, sandbox, story)


@pytest.mark.parametrize(
    "held, code",
    [
        (TokenLimits(balance=Decimal("5")), "BALANCE_LIMIT"),
        (TokenLimits(holders=1), "HOLDER_LIMIT"),
        (TokenLimits(volume=Decimal("5"), window=RelTime.of(days=1)), "VOLUME_LIMIT"),
    ],
)
def test_limits_are_kept_from_wallets_too(
    database_settings: DatabaseSettings, sandbox: Sandbox, held: TokenLimits, code: str
) -> None:
    async def story(scene: Scene) -> None:
        of = await scene.token()
        alice, bob = await scene.loop.party("alice"), await scene.loop.party("bob")
        await scene.loop.mint(of, alice, "10")
        await scene.loop.mint(of, alice, "10")
        made = await scene.loop.offer(of, alice, bob, "6")
        token = InstrumentId(PartyId(of["admin"]), of["instrument"])
        async with scene.loop.database.write() as session:
            await limits.put(session, token, held, SystemClock().now())
        free = await scene.only(
            "SELECT contract_id FROM holdings WHERE archived_offset IS NULL AND owner = :owner"
            " AND lock_holders IS NULL ORDER BY amount DESC LIMIT 1",
            owner=alice,
        )
        without = await scene.registry.transfer(transfer(of, alice, bob, "6"))
        assert without.status_code == 409
        assert code not in without.text
        over = await scene.registry.transfer(transfer(of, alice, bob, "6", free))
        assert over.status_code == 409
        assert code in over.text
        assert "5" not in over.json()["error"], "how much is left is nobody's business"
        accept = await scene.registry.ending(OFFERS, made["offer"], "accept")
        assert (accept.status_code, code in accept.text) == (409, True)
        withdraw = await scene.registry.ending(OFFERS, made["offer"], "withdraw")
        assert withdraw.status_code == 200
        own = await scene.registry.transfer(transfer(of, alice, alice, "6", free))
        assert own.status_code == 200
        async with scene.loop.database.write() as session:
            await session.run(text("DELETE FROM token_limits"))
        accept = await scene.registry.ending(OFFERS, made["offer"], "accept")
        assert accept.status_code == 200

    play(database_settings, sandbox, story)
