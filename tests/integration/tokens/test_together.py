"""Mints and transfers that go together on a real ledger: each has its own effect and memo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from cantata.automation import repository
from cantata.automation.model import Intent, State, Wish
from cantata.kernel.time import SystemClock
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.tokens.loop import LATE, Loop, looping

Asked = tuple[str, tuple[str, ...], dict[str, Any]]
STATED = """
SELECT (SELECT supply FROM instruments WHERE archived_offset IS NULL AND admin = :admin),
       (SELECT sum(amount) FROM holdings WHERE archived_offset IS NULL AND admin = :admin),
       (SELECT sum(delta) FROM movements WHERE admin = :admin), (SELECT count(*) FROM reservations)
"""


def play(settings: DatabaseSettings, url: str, story: Callable[[Loop], Awaitable[None]]) -> None:
    async def run() -> None:
        async with looping(settings, url) as loop:
            await story(loop)

    asyncio.run(run())


async def all_ended(loop: Loop, asked: Sequence[Asked]) -> list[Intent]:
    """Record intents in one transaction, so that a worker finds all of them at once."""
    found: list[Intent] = []
    async with loop.database.write() as session:
        for kind, act_as, request in asked:
            wish = Wish(
                kind=kind,
                requester="test",
                key=str(uuid4()),
                subject="GOLD",
                act_as=act_as,
                request=request,
            )
            now = SystemClock().now()
            found.append((await repository.record(session, wish, uuid4(), now, ""))[0])
    return [await loop.ended(each) for each in found]


async def prepared(loop: Loop) -> tuple[dict[str, str], list[str]]:
    """Create a token with three holders who agreed to receive it."""
    admin = await loop.party("admin")
    of = {"admin": admin, "instrument": "GOLD"}
    terms = {"name": "Gold", "symbol": "GOLD", "decimals": 2, "cap": "5000", "meta": {}}
    await loop.do("tokens.create", (admin,), **of, **terms)
    holders = [await loop.party(name) for name in ("alice", "bob", "carol")]
    for each in holders:
        await loop.do("tokens.preapprove", (each,), **of, receiver=each, expires_at=None)
    return of, holders


async def require_sound(loop: Loop, of: dict[str, str]) -> None:
    """Refuse supply, holdings and movements that differ, and what stayed reserved."""
    async with loop.database.read() as session:
        given = {"admin": of["admin"]}
        row: Any = await session.first(text(STATED), given)
    assert row[0] == row[1] == row[2]
    assert row[3] == 0


def test_mints_of_one_token_are_one_change_of_its_supply(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story(loop: Loop) -> None:
        of, holders = await prepared(loop)
        stranger = await loop.party("stranger")

        def mint(receiver: str, amount: str, memo: str, *also: str) -> Asked:
            request = {**of, "receiver": receiver, "amount": amount, "memo": memo}
            return "tokens.mint", (of["admin"], *also), request

        asked = [mint(holders[n % 3], f"{n + 1}.5", f"memo {n}") for n in range(12)]
        bad = [
            mint(stranger, "1", "no consent"),
            mint(holders[0], "1.001", "too fine"),
            mint(holders[0], "9000", "beyond the cap"),
        ]
        own = mint(stranger, "7", "he acts himself", stranger)
        ended = await all_ended(loop, [*asked, *bad, own])
        assert [each.state for each in ended] == [
            *[State.COMPLETED] * 12,
            *[State.FAILED] * 3,
            State.COMPLETED,
        ]
        codes = [each.failure.code for each in ended[12:15] if each.failure is not None]
        assert codes == ["NO_PREAPPROVAL", "PRECISION_EXCEEDED", "CAP_EXCEEDED"]
        assert len({each.update_id for each in ended[:12]}) < 12
        assert ended[15].update_id not in {each.update_id for each in ended[:12]}
        made = [(each.result or {})["holdings"] for each in (*ended[:12], ended[15])]
        assert len({cid for cids in made for cid in cids}) == 13
        async with loop.database.read() as session:
            rows = await session.all(
                text("SELECT contract_id, amount, owner FROM holdings WHERE contract_id = ANY(:c)"),
                {"c": [cids[0] for cids in made]},
            )
            told = await session.all(text("SELECT owner, memo FROM movements"))
        held = {row.contract_id: (row.owner, str(row.amount)) for row in rows}
        assert [held[cids[0]] for cids in made[:12]] == [
            (holders[n % 3], f"{n + 1}.5000000000") for n in range(12)
        ]
        assert {(holders[n % 3], f"memo {n}") for n in range(12)} <= {
            (row.owner, row.memo) for row in told
        }
        await require_sound(loop, of)

    play(database_settings, shared_sandbox.url, story)


def test_transfers_of_one_sender_share_a_submission(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story(loop: Loop) -> None:
        of, (alice, bob, carol) = await prepared(loop)
        dora = await loop.party("dora")
        for _ in range(8):
            request = {**of, "receiver": alice, "amount": "100", "memo": ""}
            await loop.do("tokens.mint", (of["admin"],), **request)

        def transfer(receiver: str, amount: str, sender: str = alice) -> Asked:
            request = {
                **of,
                "sender": sender,
                "receiver": receiver,
                "amount": amount,
                "memo": f"to {receiver}",
                "execute_before": LATE,
            }
            return "tokens.transfer", (sender,), request

        asked = [transfer(bob, "10"), transfer(carol, "20"), transfer(dora, "30")]
        many = [transfer(bob, "250"), transfer(bob, "9000"), transfer(alice, "1", bob)]
        ended = await all_ended(loop, [*asked, *many])
        done = State.COMPLETED
        assert [each.state for each in ended] == [done] * 4 + [State.FAILED] * 2
        assert len({each.update_id for each in ended[:3]}) == 1
        results = [each.result or {} for each in ended[:4]]
        assert [bool(each["offer"]) for each in results] == [False, False, True, False]
        assert len({cid for each in results for cid in each["holdings"]}) == sum(
            len(each["holdings"]) for each in results
        )
        await require_sound(loop, of)

    play(database_settings, shared_sandbox.url, story)
