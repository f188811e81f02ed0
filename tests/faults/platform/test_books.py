"""The books of the faults find what they look for: each kind of damage, done on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from cantata.automation.model import Failure, Intent, State
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.faults.platform import books
from tests.faults.platform.customers import Heard
from tests.integration.tokens.loop import Loop, looping

Intents = tuple[Intent, ...]
LOST = Failure(code="TIMED_OUT", message="nothing was heard", hint="", context={})

HOLDING_GONE = "DELETE FROM holdings WHERE archived_offset IS NULL AND amount = 30"
HOLDING_LARGER = "UPDATE holdings SET amount = amount + 0.01 WHERE archived_offset IS NULL"
HOLDING_ALIVE = "UPDATE holdings SET archived_offset = NULL WHERE archived_offset IS NOT NULL"


def with_last(intents: Intents, **changes: object) -> Intents:
    return (*intents[:-1], replace(intents[-1], **changes))  # type: ignore[arg-type]


DAMAGE_TO_EFFECTS: dict[str, Callable[[Intents], Intents]] = {
    "the ledger did what is called failed": lambda found: with_last(found, state=State.FAILED),
    "the ledger never did what is called done": lambda found: with_last(found, update_id="1220ab"),
    "the ledger did what nobody asked for": lambda found: found[:-1],
}
DAMAGE_TO_AMOUNTS: dict[str, Callable[[Intents], Intents]] = {
    "it was done twice": lambda found: (*found, replace(found[-1], id=uuid4())),
    "it was another amount": lambda found: with_last(
        found,
        wish=replace(found[-1].wish, request={**found[-1].wish.request, "amount": "5.01"}),
    ),
}


def heard_of(intents: Intents) -> Heard:
    return Heard(operations={each.wish.key: str(each.id) for each in intents}, repeats=1)


async def _story(loop: Loop) -> None:
    admin, alice, bob = [await loop.party(name) for name in ("admin", "alice", "bob")]
    of = await loop.token(admin, "GOLD")
    await loop.mint(of, alice, "100")
    offered = await loop.offer(of, alice, bob, "30")
    await loop.do("tokens.accept", (bob,), offer=offered["offer"])
    await loop.do("tokens.burn", (alice,), owner=alice, amount="5", memo="gone", **of)


def test_books_find_every_damage(database_settings: DatabaseSettings, sandbox: Sandbox) -> None:
    async def play() -> None:
        async with looping(database_settings, sandbox.url) as loop:
            await _story(loop)
            found = await books.intents_of(loop.database)
            books.check_keys(heard_of(found), found)
            books.check_ends(found)
            await books.check_effects(loop.ledger, found)
            await books.check_ledger(loop.ledger, found)
            await books.check_reconciled(loop.database, loop.ledger)
            for damage in DAMAGE_TO_EFFECTS.values():
                with pytest.raises(AssertionError):
                    await books.check_effects(loop.ledger, damage(found))
            for damage in DAMAGE_TO_AMOUNTS.values():
                with pytest.raises(AssertionError):
                    await books.check_ledger(loop.ledger, damage(found))
            await _check_projections(loop)
            _check_answers(found)

    asyncio.run(play())


async def _check_projections(loop: Loop) -> None:
    await _change(loop, "CREATE TABLE sound AS TABLE holdings")
    for damage in (HOLDING_LARGER, HOLDING_ALIVE, HOLDING_GONE):
        await _change(loop, damage)
        with pytest.raises(AssertionError):
            await books.check_reconciled(loop.database, loop.ledger)
        await _change(loop, "DELETE FROM holdings", "INSERT INTO holdings TABLE sound")
        await books.check_reconciled(loop.database, loop.ledger)


async def _change(loop: Loop, *statements: str) -> None:
    async with loop.database.write() as session:
        for statement in statements:
            await session.run(text(statement))


def _check_answers(found: Intents) -> None:
    heard = heard_of(found)
    key = found[-1].wish.key
    two = (*found, replace(found[-1], id=uuid4()))
    refused = Heard(operations=heard.operations, refused={key: "OFFER_UNKNOWN"}, repeats=1)
    unheard = Heard(operations=dict([*heard.operations.items()][:-1]), repeats=1)
    for told, intents in ((heard, two), (heard, found[:-1]), (refused, found), (unheard, found)):
        with pytest.raises(AssertionError):
            books.check_keys(told, intents)
    with pytest.raises(AssertionError):
        books.check_ends(with_last(found, state=State.FAILED, failure=LOST))
