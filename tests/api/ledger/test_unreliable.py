"""Between client and participant answers get lost, end-points are missing, time passes."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest

from cantata.ledger import (
    BreakerSettings,
    Done,
    LedgerClient,
    OutcomeUnknown,
    Refused,
    RetrySettings,
    Settings,
    StaticToken,
    Timeouts,
    Transaction,
    Unknown,
    Unreachable,
    Wanted,
)
from cantata.ledger.breaker import CircuitOpen
from cantata.ledger.breaker import State as Circuit
from tests.api.ledger.proxy import Proxy, proxied
from tests.api.ledger.target import TOKEN, USER, Story, create, party

SUBMIT = "/v2/commands/submit-and-wait"
PAGE = "/v2/state/active-contracts-page"
END = "/v2/state/ledger-end"
QUICK = RetrySettings(attempts=3, first_wait_ms=10, longest_wait_ms=20, jitter_ms=5)


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    with proxied(url) as made:
        yield made


def through(proxy: Proxy, story: Story, **others: Any) -> None:
    async def told() -> None:
        settings = dataclasses.replace(Settings(proxy.url, user_id=USER, retries=QUICK), **others)
        async with LedgerClient(settings, tokens=StaticToken(TOKEN)) as ledger:
            await asyncio.wait_for(story(ledger), 30)

    asyncio.run(told())


def test_a_lost_answer_is_found_again_and_recorded_once(proxy: Proxy) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        proxy.lost = {SUBMIT: 2}
        outcome = await ledger.commands.outcome(create(alice))
        assert isinstance(outcome, Done)
        assert outcome.earlier
        assert proxy.seen.count(SUBMIT) == 3
        update = await ledger.updates.by_id(outcome.value.update_id, Wanted((alice,)))
        assert isinstance(update, Transaction)
        active = [each async for each in ledger.state.active_contracts(Wanted((alice,)))]
        assert len(active) == 1

    through(proxy, story)


def test_answers_lost_to_the_end_are_looked_up(proxy: Proxy) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        proxy.lost = {SUBMIT: 99}
        outcome = await ledger.commands.outcome(create(alice))
        assert isinstance(outcome, Done)
        assert outcome.earlier
        proxy.lost = {SUBMIT: 99, "/v2/commands/completions": 99}
        unknown = await ledger.commands.outcome(create(alice))
        assert isinstance(unknown, Unknown)
        with pytest.raises(OutcomeUnknown):
            await ledger.commands.submit(create(alice))

    through(proxy, story, breaker=BreakerSettings(failures=100))


def test_a_participant_without_pages_gives_a_stream(proxy: Proxy) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        one = create(alice)
        many = dataclasses.replace(one, commands=one.commands * 30)
        for _ in range(8):
            await ledger.commands.submit(
                dataclasses.replace(many, command_id=create(alice).command_id)
            )
        paged = {
            each.event.contract_id async for each in ledger.state.active_contracts(Wanted((alice,)))
        }
        proxy.absent = {PAGE}
        streamed = {
            each.event.contract_id async for each in ledger.state.active_contracts(Wanted((alice,)))
        }
        assert streamed == paged
        assert len(streamed) == 240
        assert "/v2/state/active-contracts" in proxy.seen

    through(proxy, story)


def test_streams_go_on_through_the_same_door(proxy: Proxy) -> None:
    async def story(ledger: LedgerClient) -> None:
        alice = await party(ledger)
        begin = await ledger.state.ledger_end()
        receipt = await ledger.commands.submit(create(alice))
        async with aclosing(ledger.updates.follow(Wanted((alice,)), begin)) as updates:
            found = await anext(each async for each in updates if isinstance(each, Transaction))
        assert found.update_id == receipt.update_id

    through(proxy, story)


def test_nobody_there_is_refused_and_opens_the_circuit() -> None:
    async def story() -> None:
        settings = Settings(
            "http://127.0.0.1:9", user_id=USER, retries=QUICK, breaker=BreakerSettings(failures=3)
        )
        async with LedgerClient(settings) as ledger:
            with pytest.raises(Unreachable):
                await ledger.state.ledger_end()
            with pytest.raises(CircuitOpen):
                await ledger.state.ledger_end()
            outcome = await ledger.commands.outcome(create("alice::1220"))
            assert isinstance(outcome, Refused)

    asyncio.run(story())


def test_a_silent_participant_is_not_waited_for() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        settings = Settings(
            f"http://127.0.0.1:{port}",
            timeouts=Timeouts(connect=1, read=1, command=1),
            retries=dataclasses.replace(QUICK, attempts=1),
            reconnections=0,
        )
        async with server, LedgerClient(settings) as ledger:
            begun = asyncio.get_running_loop().time()
            with pytest.raises(OutcomeUnknown):
                await ledger.state.ledger_end()
            with pytest.raises(Unreachable):
                async with aclosing(ledger.updates.follow(Wanted(("a",)), 0)) as updates:
                    await asyncio.wait_for(anext(updates), 5)
            assert asyncio.get_running_loop().time() - begun < 8

    asyncio.run(story())


def test_the_circuit_closes_when_the_ledger_answers_again(proxy: Proxy) -> None:
    async def story(ledger: LedgerClient) -> None:
        proxy.lost = {END: 3}
        with pytest.raises(OutcomeUnknown):
            await ledger.state.ledger_end()
        assert await ledger.state.ledger_end() >= 0
        assert ledger._transport.breaker.state is Circuit.CLOSED

    through(proxy, story)
