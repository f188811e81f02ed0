"""Webhooks for tests: the use cases, a deliverer, and a clock that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cantata.exchange.webhooks.deliverer import Deliverer, DelivererSettings
from cantata.exchange.webhooks.destinations import Destinations, networks_of
from cantata.exchange.webhooks.model import Delivery
from cantata.exchange.webhooks.sealing import SecretBox
from cantata.exchange.webhooks.sender import Sender, SenderSettings
from cantata.exchange.webhooks.service import NewEndpoint, Webhooks
from cantata.kernel.time import RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.outbox import News, publish
from cantata.storage.settings import DatabaseSettings

LOOPBACK = networks_of("127.0.0.0/8")
BOX = SecretBox(b"a secret of tests")
PATIENT = SenderSettings(answer_ms=30_000)


class SetClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = Timestamp.parse("2026-01-01T00:00:00Z")

    def now(self) -> Timestamp:
        return self.at

    def monotonic_ns(self) -> int:
        return self.at.microseconds * 1_000

    def forward(self, span: RelTime) -> None:
        self.at += span


@dataclass(kw_only=True)
class Post:
    """The use cases, a deliverer, and a clock that a test moves."""

    database: Database
    clock: SetClock
    webhooks: Webhooks
    sender: Sender

    def deliverer(self, name: str = "one") -> Deliverer:
        settings = DelivererSettings(name=name, idle_ms=50)
        return Deliverer(self.database, self.sender, BOX, self.clock, settings, chance=lambda: 0)

    async def register(self, url: str, *topics: str) -> tuple[UUID, str]:
        wanted = NewEndpoint(url=url, topics=topics or ("exchange.*",))
        async with self.database.write() as session:
            endpoint, secret = await self.webhooks.register(session, wanted)
        return endpoint.id, secret

    async def tell(
        self, name: str, subject: str = "", topic: str = "exchange.deposit.credited"
    ) -> None:
        content = {"deposit": subject or name, "name": name}
        async with self.database.write() as session:
            await publish(
                session,
                [News(at=self.clock.now(), topic=topic, audience="us", content=content)],
            )

    async def deliver(self, rounds: int = 1) -> int:
        """Do rounds until nothing is due, at most so many; give how many requests were made."""
        deliverer, count = self.deliverer(), 0
        for _ in range(rounds):
            count += await deliverer.deliver_due()
        return count

    async def do(self, verb: str, *arguments: Any) -> Any:
        async with self.database.write() as session:
            return await getattr(self.webhooks, verb)(session, *arguments)

    async def all(self, endpoint: UUID) -> list[Delivery]:
        """Give an endpoint's deliveries, oldest first."""
        async with self.database.read() as session:
            return list(await self.webhooks.deliveries(session, endpoint, None, None, 500))[::-1]


@asynccontextmanager
async def post(settings: DatabaseSettings) -> AsyncIterator[Post]:
    destinations, clock = Destinations(LOOPBACK), SetClock()
    async with Database(settings) as database, Sender(destinations, PATIENT) as sender:
        webhooks = Webhooks(BOX, destinations, clock)
        yield Post(database=database, clock=clock, webhooks=webhooks, sender=sender)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():  # noqa: ASYNC110 - threads of the receiver have no event of ours
            await asyncio.sleep(0.01)


def seconds(post: Post) -> int:
    return post.clock.now().microseconds // 1_000_000
