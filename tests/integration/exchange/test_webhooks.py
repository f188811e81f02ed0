"""Webhooks: everything arrives, in the order of its subject, signed, and nowhere else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
from sqlalchemy import text

from cantata.exchange.webhooks import deliverer as delivering
from cantata.exchange.webhooks.deliverer import Deliverer, DelivererSettings
from cantata.exchange.webhooks.errors import DeliveryUnknown, EndpointUnknown, TooManyEndpoints
from cantata.exchange.webhooks.model import (
    ATTEMPTS_MAX,
    ENDPOINTS_MAX,
    IN_FLIGHT_MAX,
    KEPT,
    OVERLAP,
    WAIT_MAX,
    DeliveryState,
    EndpointState,
)
from cantata.exchange.webhooks.schedules import forget
from cantata.exchange.webhooks.sealing import SecretBox
from cantata.exchange.webhooks.signing import WebhookNotAuthentic, verify
from cantata.kernel.time import RelTime
from cantata.storage.listening import Bell
from cantata.storage.outbox import CHANNEL
from cantata.storage.settings import DatabaseSettings
from tests.integration.exchange.post import post, seconds, until
from tests.integration.exchange.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_news_arrives_signed_and_once(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            await here.tell("before it was registered")
            endpoint, secret = await here.register(f"{receiver.url}/hook", "exchange.deposit.*")
            await here.tell("a")
            await here.tell("other", topic="exchange.withdrawal.completed")
            await here.tell("b")
            assert await here.deliver(3) == 2
            # Of different subjects, they are sent at the same time.
            assert sorted(receiver.names) == ["a", "b"]
            for headers, body in receiver.got:
                assert verify([secret], headers, body, seconds(here)) in receiver.ids
                with pytest.raises(WebhookNotAuthentic):
                    verify([secret], headers, body + b" ", seconds(here))
                assert headers["Content-Type"] == "application/json"
                assert headers["Host"] == f"127.0.0.1:{receiver.port}"
            found = await here.all(endpoint)
            assert [d.state for d in found] == [DeliveryState.DELIVERED] * 2
            assert [(d.status, d.attempts) for d in found] == [(200, 1), (200, 1)]
            assert sorted(str(d.id) for d in found) == sorted(receiver.ids)

    asyncio.run(story())


def test_a_subject_waits_for_its_turn_and_others_do_not(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, secret = await here.register(receiver.url)
            receiver.answers["/"] = [500]
            await here.tell("x1", "x")
            await here.deliver()
            for name in ("x2", "x3"):
                await here.tell(name, "x")
            await here.tell("y1", "y")
            await here.deliver(3)
            assert receiver.names == ["x1", "y1"]
            here.clock.forward(RelTime.of(seconds=4))
            assert await here.deliver() == 0
            here.clock.forward(RelTime.of(seconds=1))
            assert await here.deliver(4) == 3
            assert receiver.names == ["x1", "y1", "x1", "x2", "x3"]
            assert receiver.ids[0] == receiver.ids[2]
            (first, body), (again, same) = receiver.got[0], receiver.got[2]
            assert body == same
            assert first["webhook-timestamp"] != again["webhook-timestamp"]
            assert verify([secret], again, same, seconds(here))
            assert {d.state for d in await here.all(endpoint)} == {DeliveryState.DELIVERED}

    asyncio.run(story())


def test_what_is_never_taken_dies_and_can_be_sent_again(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, _ = await here.register(receiver.url)
            receiver.answers["/"] = [503] * (2 * ATTEMPTS_MAX)
            await here.tell("x1", "x")
            await here.tell("x2", "x")
            for _ in range(ATTEMPTS_MAX):
                assert await here.deliver() == 1
                here.clock.forward(WAIT_MAX)
            dead, waiting = await here.all(endpoint)
            assert (dead.state, dead.status, dead.attempts) == (DeliveryState.DEAD, 503, 12)
            assert waiting.attempts == 0
            for _ in range(ATTEMPTS_MAX):
                await here.deliver()
                here.clock.forward(WAIT_MAX)
            assert await here.deliver() == 0
            assert {d.state for d in await here.all(endpoint)} == {DeliveryState.DEAD}
            assert await here.do("replay", endpoint, dead.id) == 1
            assert await here.do("replay", endpoint, dead.id) == 0, "it is on its way"
            assert await here.do("replay", endpoint) == 1
            assert await here.deliver(3) == 2
            assert receiver.names[-2:] == ["x1", "x2"]
            assert await here.do("replay", endpoint) == 0
            assert await here.do("replay", endpoint, dead.id) == 1, "also what was delivered"
            await here.deliver()
            assert receiver.ids[-1] == str(dead.id)
            with pytest.raises(DeliveryUnknown):
                await here.do("replay", endpoint, uuid4())

    asyncio.run(story())


def test_paused_loses_nothing_removed_gets_nothing(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, _ = await here.register(receiver.url)
            await here.tell("a")
            await here.do("pause", endpoint)
            await here.tell("b")
            assert await here.deliver(2) == 0
            assert await here.all(endpoint) == [], "what waits stays in the outbox"
            await here.do("resume", endpoint)
            assert await here.deliver() == 2
            assert sorted(receiver.names) == ["a", "b"]
            await here.tell("c")
            await here.do("remove", endpoint)
            assert await here.deliver() == 0
            with pytest.raises(EndpointUnknown):
                await here.do("resume", endpoint)
            async with here.database.write() as session:
                await forget(session, here.clock.now())
                left = await session.scalar(text("SELECT count(*) FROM webhook_deliveries"))
            assert left == 0

    asyncio.run(story())


def test_who_is_gone_is_paused(database_settings: DatabaseSettings, receiver: Receiver) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, _ = await here.register(receiver.url)
            receiver.answers["/"] = [410]
            await here.tell("a")
            await here.deliver()
            async with here.database.read() as session:
                found = await here.webhooks.endpoint(session, endpoint)
            assert (found.state, found.reason) == (EndpointState.PAUSED, "it answered 410, gone")
            here.clock.forward(WAIT_MAX)
            assert await here.deliver() == 0
            resumed = await here.do("resume", endpoint)
            assert resumed.reason == ""
            assert await here.deliver() == 1

    asyncio.run(story())


def test_a_secret_is_replaced_without_a_gap(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, old = await here.register(receiver.url)
            _, new = await here.do("rotate", endpoint)
            await here.tell("a")
            await here.deliver()
            (headers, body), now = receiver.got[-1], seconds(here)
            assert verify([old], headers, body, now) == verify([new], headers, body, now)
            here.clock.forward(OVERLAP)
            await here.tell("b")
            await here.deliver()
            (headers, body), now = receiver.got[-1], seconds(here)
            assert verify([new], headers, body, now)
            with pytest.raises(WebhookNotAuthentic):
                verify([old], headers, body, now)
            await here.do("rotate", endpoint)
            third, _ = await here.do("rotate", endpoint)
            assert len(third.secrets) == 2
            async with here.database.read() as session:
                stored = str(await session.scalar(text("SELECT secrets FROM webhook_endpoints")))
            for secret in (old, new):
                assert secret.removeprefix("whsec_") not in stored

    asyncio.run(story())


def test_a_secret_of_another_service_sends_nothing(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, _ = await here.register(receiver.url)
            await here.tell("a")
            settings = DelivererSettings(name="other")
            box = SecretBox(b"another one")
            other = Deliverer(here.database, here.sender, box, here.clock, settings)
            await other.deliver_due()
            assert receiver.got == []
            (found,) = await here.all(endpoint)
            assert "CANTATA_AUTH_SECRET" in found.failure

    asyncio.run(story())


def test_two_deliverers_at_once_send_each_once(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            await here.register(receiver.url)
            for number in range(40):
                await here.tell(f"{number}", f"subject-{number % 8}")
            deliverers = [here.deliverer(f"worker-{number}") for number in range(2)]
            bells = [Bell(database_settings, CHANNEL) for _ in deliverers]
            listening = [asyncio.create_task(bell.listen()) for bell in bells]
            running = [
                asyncio.create_task(each.run(bell))
                for each, bell in zip(deliverers, bells, strict=True)
            ]
            await until(lambda: len(receiver.got) == 40)
            for each in deliverers:
                each.stop()
            await asyncio.gather(*running)
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
            assert len(receiver.ids) == len(set(receiver.ids)) == 40
            for subject in range(8):
                own = [int(name) for name in receiver.names if int(name) % 8 == subject]
                assert own == sorted(own)

    asyncio.run(story())


def test_an_endpoint_gets_few_requests_at_a_time_and_others_are_not_held_up(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            with receiving() as slow:
                gate = threading.Event()
                slow.before = lambda _: (gate.wait(30), None)[1]
                await here.register(slow.url)
                await here.register(receiver.url)
                for number in range(10):
                    await here.tell(f"{number}")
                first = asyncio.create_task(here.deliverer("one").deliver_due())
                await until(lambda: len(receiver.got) == len(slow.got) == IN_FLIGHT_MAX)
                while len(receiver.got) < 2 * IN_FLIGHT_MAX:
                    # The first four may still be written down, which is why it is asked again.
                    assert await here.deliverer("two").deliver_due() <= IN_FLIGHT_MAX
                assert len(slow.got) == IN_FLIGHT_MAX
                gate.set()
                await first

    asyncio.run(story())


def test_what_waits_is_bounded_and_the_rest_is_not_lost(
    database_settings: DatabaseSettings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "PENDING_MAX", 5)

    async def story() -> None:
        async with post(database_settings) as here:
            endpoint, _ = await here.register(receiver.url)
            receiver.answers["/"] = [500] * 5
            for number in range(12):
                await here.tell(f"{number}")
            await here.deliver(3)
            assert len(await here.all(endpoint)) == 5
            here.clock.forward(WAIT_MAX)
            await here.deliver(12)
            assert {d.state for d in await here.all(endpoint)} == {DeliveryState.DELIVERED}
            assert set(receiver.names) == {f"{number}" for number in range(12)}

    asyncio.run(story())


def test_endpoints_are_few_and_what_ended_is_forgotten(
    database_settings: DatabaseSettings, receiver: Receiver
) -> None:
    async def story() -> None:
        async with post(database_settings) as here:
            found = [await here.register(receiver.url) for _ in range(ENDPOINTS_MAX)]
            with pytest.raises(TooManyEndpoints):
                await here.register(receiver.url)
            for endpoint, _ in found[1:]:
                await here.do("remove", endpoint)
            await here.register(receiver.url)
            await here.tell("a")
            await here.deliver()
            here.clock.forward(KEPT)
            await here.tell("b")
            paused, _ = found[0]
            await here.do("pause", paused)
            async with here.database.write() as session:
                await forget(session, here.clock.now() + RelTime(1))
            await here.do("resume", paused)
            await here.deliver(2)
            assert [d.place for d in await here.all(paused)] == [2]
            assert receiver.names[-1] == "b"

    asyncio.run(story())
