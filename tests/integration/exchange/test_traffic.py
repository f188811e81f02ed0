"""Traffic: asked of a Scan, whatever it answers; and nothing is sent while little is left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from cantata.automation.errors import NotNow
from cantata.automation.tables import INTENTS
from cantata.exchange.model.withdrawals import WithdrawalState
from cantata.exchange.traffic import repository
from cantata.exchange.traffic.errors import TrafficUnknown
from cantata.exchange.traffic.model import Level
from cantata.exchange.traffic.scan import ANSWER_BYTES_MAX, Scan
from cantata.exchange.traffic.service import STALE, TrafficWatch, require_traffic
from cantata.kernel.time import ManualClock, RelTime, SystemClock, Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import founded
from tests.integration.tokens.loop import looping

AT = Timestamp.parse("2026-01-01T00:00:00Z")
URL = "http://scan.example/api/scan/"


def answer(limit: Any = 1_000, consumed: Any = 400) -> Mapping[str, Any]:
    actual = {"total_limit": limit, "total_consumed": consumed}
    return {"traffic_status": {"actual": actual, "target": {"total_purchased": limit}}}


def scan(content: Any, status: int = 200) -> tuple[Scan, list[httpx2.Request]]:
    """A Scan that answers the same to everything, and what it was asked."""
    asked: list[httpx2.Request] = []

    async def handle(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if isinstance(content, Exception):
            raise content
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return httpx2.Response(status, content=body)

    return Scan(URL, transport=httpx2.MockTransport(handle)), asked


def test_what_is_left_is_asked_for() -> None:
    found, asked = scan(answer())
    allowance = asyncio.run(found.allowance("global::1220aa", "node::1220bb"))
    assert allowance.remaining == 600
    (request,) = asked
    path = "/api/scan/v0/domains/global%3A%3A1220aa/members/PAR%3A%3Anode%3A%3A1220bb"
    assert request.url.raw_path.decode() == f"{path}/traffic-status"
    spent, _ = scan(answer(limit=10, consumed=11))
    assert asyncio.run(spent.allowance("s", "p")).remaining == 0


@pytest.mark.parametrize(
    "content, status",
    [
        (b"", 200),
        (b"[" * 100_000, 200),
        (b"null", 200),
        ({}, 200),
        ({"traffic_status": {"actual": None}}, 200),
        (answer(limit="much"), 200),
        (answer(limit=-1), 200),
        (answer(limit=1 << 63), 200),
        (answer(consumed=True), 200),
        (answer(consumed=1.5), 200),
        (b" " * (ANSWER_BYTES_MAX + 1), 200),
        (answer(), 404),
        (answer(), 302),
        (httpx2.ConnectError("nobody"), 200),
        (httpx2.ReadTimeout("slow"), 200),
    ],
)
def test_whatever_else_it_answers_nothing_is_known(content: Any, status: int) -> None:
    found, _ = scan(content, status)
    with pytest.raises(TrafficUnknown) as refused:
        asyncio.run(found.allowance("s", "p"))
    assert len(refused.value.message) < 1_000


def test_little_traffic_pauses_until_there_is_more_or_nobody_knows(
    database_settings: DatabaseSettings,
) -> None:
    async def story() -> None:
        async with Database(database_settings) as database:

            async def passes(remaining: int, now: Timestamp) -> bool:
                level = Level(remaining=remaining, reserve=100, checked_at=AT)
                async with database.write() as session:
                    await repository.save(session, level)
                    assert await repository.level(session) == level
                    try:
                        await require_traffic(session, now)
                    except NotNow:
                        return False
                return True

            async with database.read() as session:
                await require_traffic(session, AT)
            assert not await passes(99, AT)
            assert await passes(100, AT)
            assert not await passes(0, AT + STALE + RelTime(microseconds=-1))
            assert await passes(0, AT + STALE)

    asyncio.run(story())


def test_payments_wait_for_traffic(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox
) -> None:
    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            bank = await founded(loop)
            await bank.consent(bank.wallet)
            await bank.deposit("50")

            async def watch(remaining: int) -> Level | None:
                found, _ = scan(answer(limit=remaining, consumed=0))
                participant = loop.ledger.parties.participant_id
                return await TrafficWatch(
                    loop.database, found, participant, 1_000, SystemClock()
                ).run()

            low = await watch(999)
            assert low is not None
            assert low.is_low
            payment = await bank.request("5")

            async def is_waiting() -> bool:
                async with loop.database.read() as session:
                    found = await session.scalar(
                        select(INTENTS.c.waiting).where(INTENTS.c.id == payment.id)
                    )
                return bool(found)

            await loop.until(is_waiting)
            assert (await bank.look(payment.id)).state is WithdrawalState.REQUESTED
            broken, _ = scan(b"", 500)
            participant = loop.ledger.parties.participant_id
            clock = ManualClock(AT)
            failing = TrafficWatch(loop.database, broken, participant, 1_000, clock)
            with pytest.raises(TrafficUnknown):
                await failing.run()
            async with loop.database.read() as session:
                assert await repository.level(session) == low
            await watch(1_000)
            await bank.until(payment.id, WithdrawalState.COMPLETED)

    asyncio.run(story())
