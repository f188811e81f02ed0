"""Registries that are ill, refuse or lie: payments wait for them, or end with the money back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, update

from cantata.bootstrap import ingesting, working
from cantata.exchange.model.withdrawals import WithdrawalState
from cantata.exchange.registries.client import RegistrySettings
from cantata.exchange.registries.directory import Registries
from cantata.exchange.repository import expired
from cantata.exchange.repository.tables import WITHDRAWALS
from cantata.exchange.tasks import expiry, handlers
from cantata.ingestion.repository import load_cursor
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.model import InstrumentId
from cantata.tokens.projection.contracts import FACTORY
from cantata.tokens.registry.api import registry_app
from cantata.tokens.repository import contracts
from tests.api.process import Sandbox
from tests.integration.exchange.bank import CLOCK, Bank, played

COMPLETED, FAILED = WithdrawalState.COMPLETED, WithdrawalState.FAILED
REQUESTED = WithdrawalState.REQUESTED
SOON = RelTime.of(minutes=20)


@pytest.fixture
def play(database_settings: DatabaseSettings, shared_sandbox: Sandbox) -> Callable[..., None]:
    """Run a story on an exchange of its own."""
    return partial(played, database_settings, shared_sandbox.url)


class Weather(httpx2.AsyncBaseTransport):
    """The way to our own registry, on which answers are changed while `change` is set."""

    def __init__(self, database: Database) -> None:
        self._inner = httpx2.ASGITransport(app=registry_app(database))
        self.change: Callable[[httpx2.Response], Awaitable[httpx2.Response]] | None = None
        self.asked = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        answer = await self._inner.handle_async_request(request)
        if self.change is None:
            return answer
        await answer.aread()
        return await self.change(answer)


@pytest.fixture
def weather(monkeypatch: pytest.MonkeyPatch) -> list[Weather]:
    """The ways to our own registry, of which all parts of the process have one."""
    ways: list[Weather] = []

    def changed(database: Database, clock: Clock) -> Any:
        ways.append(Weather(database))
        return handlers(database, Registries(ways[-1], RegistrySettings(tries=1)), clock)

    monkeypatch.setattr(working, "exchange_handlers", changed)
    monkeypatch.setattr(ingesting, "exchange_handlers", changed)
    return ways


async def _garbage(answer: httpx2.Response) -> httpx2.Response:
    return httpx2.Response(200, content=b"<html>hello</html>")


async def _down(answer: httpx2.Response) -> httpx2.Response:
    return httpx2.Response(503, json={"error": "later"})


async def _moving(answer: httpx2.Response) -> httpx2.Response:
    return httpx2.Response(409, json={"error": "the contract is being moved"})


async def _silent(answer: httpx2.Response) -> httpx2.Response:
    raise httpx2.ReadTimeout("nothing came")


async def _refusing(answer: httpx2.Response) -> httpx2.Response:
    return httpx2.Response(400, json={"error": "paused"})


async def _lying(answer: httpx2.Response) -> httpx2.Response:
    return httpx2.Response(200, json={**answer.json(), "transferKind": "self"})


async def _stale(answer: httpx2.Response) -> httpx2.Response:
    told = answer.json()
    told["choiceContext"]["choiceContextData"] = {"values": {}}
    return httpx2.Response(200, json=told)


@pytest.mark.parametrize("change", [_garbage, _down, _moving, _silent])
def test_a_registry_that_is_ill_is_waited_for(
    play: Callable[..., None], weather: list[Weather], change: Any
) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        for way in weather:
            way.change = change
        asked = await bank.request("20")
        before = sum(way.asked for way in weather)

        async def is_asked() -> bool:
            return sum(way.asked for way in weather) >= before + 2

        await bank.loop.until(is_asked)
        waits = await bank.look(asked.id)
        assert (waits.state, waits.attempts) == (REQUESTED, 0)
        assert await bank.owed() == Decimal("30")
        for way in weather:
            way.change = None
        await bank.until(asked.id, COMPLETED)

    play(story)


@pytest.mark.parametrize(
    "change, code",
    [
        (_refusing, "REGISTRY_REFUSED"),
        (_lying, "WRONG_TRANSFER_KIND"),
        (_stale, "DAML_FAILURE"),
    ],
)
def test_a_registry_that_says_no_ends_the_payment(
    play: Callable[..., None], weather: list[Weather], change: Any, code: str
) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("50")
        for way in weather:
            way.change = change
        failed = await bank.until((await bank.request("20")).id, FAILED)
        assert failed.failure is not None
        assert failed.failure.code == code
        assert await bank.owed() == Decimal("50")
        assert await bank.reserved() == 0

    play(story)


def test_another_admins_factory_is_refused_by_the_ledger(
    play: Callable[..., None], weather: list[Weather]
) -> None:
    async def story(bank: Bank) -> None:
        await bank.deposit("50", pieces=2)
        other = await bank.loop.token(await bank.loop.party("Other"), "GOLD")
        foreign = await _factory_of(bank, other["admin"])

        async def swap(answer: httpx2.Response) -> httpx2.Response:
            told = answer.json()
            context = told["choiceContext"]
            shown = [*context["disclosedContracts"], foreign]
            changed = {**context, "disclosedContracts": shown}
            return httpx2.Response(
                200,
                json={**told, "factoryId": foreign["contractId"], "choiceContext": changed},
            )

        for way in weather:
            way.change = swap
        failed = await bank.until((await bank.request("20")).id, FAILED)
        assert failed.failure is not None
        assert failed.failure.code == "DAML_FAILURE"
        assert "tokens/other-admin" in str(failed.failure.context)

    play(story)


def test_one_bad_payment_of_a_company_stops_none_of_the_others(
    play: Callable[..., None], weather: list[Weather]
) -> None:
    async def story(bank: Bank) -> None:
        await bank.consent(bank.wallet)
        await bank.deposit("10", pieces=6)
        bad = await bank.loop.party("Bad")
        asked = [await bank.stopped("5") for _ in range(5)]
        poison = await bank.stopped("5", receiver=bad)

        async def spoil(answer: httpx2.Response) -> httpx2.Response:
            told = answer.json()
            return await _stale(answer) if told["transferKind"] == "offer" else answer

        for way in weather:
            way.change = spoil
        await bank.go(*asked, poison)
        done = [await bank.until(each.id, COMPLETED) for each in asked]
        assert (await bank.until(poison.id, FAILED)).update_id == ""
        assert len({each.update_id for each in done}) < len(done)
        assert await bank.owed() == Decimal("35")

    play(story)


async def _factory_of(bank: Bank, admin: str) -> Any:
    async with bank.loop.database.read() as session:
        found = await contracts.disclosable(session, FACTORY, InstrumentId(PartyId(admin), "GOLD"))
    assert found is not None
    return found.disclosed().to_json()


def test_an_expired_offer_is_asked_back_again_soon(
    play: Callable[..., None], weather: list[Weather]
) -> None:
    """By one intent at a time, after pauses that grow to minutes and never to hours."""

    async def story(bank: Bank) -> None:
        await bank.deposit("50")
        offered = await bank.until((await bank.request("20")).id, WithdrawalState.OFFERED)
        for way in weather:
            way.change = _refusing
        await _expire(bank, offered.id)
        now = CLOCK.now()
        for tries, seconds in ((1, 30), (2, 60), (3, 120)):
            before = CLOCK.now()
            await _asked_back(bank, before)
            due = await bank.loop.until(partial(_due, bank, offered.id, tries, now + SOON))
            pause = RelTime.of(seconds=seconds)
            assert before + pause <= due <= CLOCK.now() + pause
            await _asked_back(bank, now)
            assert await _tries(bank, offered.id) == tries
            await _make_due(bank, offered.id, tries, now)
        assert (await bank.look(offered.id)).state is WithdrawalState.OFFERED
        await _make_due(bank, offered.id, 1_000, now)
        async with bank.loop.database.write() as session:
            await expiry.ended(session, offered.id, now)
        due = await _due(bank, offered.id, 1_000, now + SOON)
        assert due == now + expiry.PAUSE_MAX
        for way in weather:
            way.change = None
        await _make_due(bank, offered.id, 1_000, now)
        await _asked_back(bank, CLOCK.now())
        await bank.until(offered.id, WithdrawalState.EXPIRED)
        assert await bank.owed() == Decimal("50")

    play(story)


async def _expire(bank: Bank, withdrawal: UUID) -> None:
    """Have the time of an offer be over, which the ledger itself does not know."""
    async with bank.loop.database.write() as session:
        reached = (await load_cursor(session)).record_time
        mine = update(WITHDRAWALS).where(WITHDRAWALS.c.id == withdrawal)
        await session.run(mine.values(execute_before=reached))


async def _asked_back(bank: Bank, now: Timestamp) -> None:
    async with bank.loop.database.write() as session:
        await expiry.end_offers(session, now)


async def _make_due(bank: Bank, withdrawal: UUID, tries: int, now: Timestamp) -> None:
    """Have a pause be over that a test does not wait for."""
    async with bank.loop.database.write() as session:
        await expired.plan(session, withdrawal, tries, now)


async def _tries(bank: Bank, withdrawal: UUID) -> int:
    async with bank.loop.database.write() as session:
        return await expired.tries(session, withdrawal)


async def _due(bank: Bank, withdrawal: UUID, tries: int, until: Timestamp) -> Timestamp | None:
    """Give when an offer is asked back again; None while the last intent goes on."""
    async with bank.loop.database.read() as session:
        mine = select(WITHDRAWALS.c.end_tries, WITHDRAWALS.c.end_due)
        row = await session.first(mine.where(WITHDRAWALS.c.id == withdrawal))
    assert row is not None
    assert row.end_tries == tries
    due: Timestamp = row.end_due
    return due if due < until else None
