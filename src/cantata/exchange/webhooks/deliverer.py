"""Delivers news: a process that runs beside any number of its kind, and may be killed anywhere.

Each round gives committed news its places, makes deliveries of it for the endpoints that want it,
and sends what is due. A delivery is leased while it is sent; that of a process that died is sent
again when the lease ends, so that an endpoint gets everything once or more often. Of one subject
nothing is sent before what came earlier was taken, or given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from random import SystemRandom

from cantata.exchange.webhooks import policy
from cantata.exchange.webhooks.errors import SecretUnreadable
from cantata.exchange.webhooks.model import (
    PENDING_MAX,
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
)
from cantata.exchange.webhooks.repository import deliveries, endpoints
from cantata.exchange.webhooks.sealing import SecretBox
from cantata.exchange.webhooks.sender import Sender
from cantata.exchange.webhooks.signing import signed_headers
from cantata.kernel.time import Clock, Timestamp
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage import outbox
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.listening import Bell
from cantata.storage.outbox import Placed
from cantata.storage.session import WriteSession

NOTING_MAX = 2
"""Connections to the database that one process needs for what came of requests."""

_SECOND = 1_000_000
_log = events("webhooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class DelivererSettings:
    """How a deliverer works: its name, unique among those that run, and when it looks again.

    After news it waits `gather_ms`, so that what comes meanwhile is placed together.
    """

    name: str
    idle_ms: int = 1_000
    gather_ms: int = 100


class Deliverer:
    """Works for ever, beside others."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        box: SecretBox,
        clock: Clock,
        settings: DelivererSettings,
        chance: Callable[[], int] | None = None,
    ) -> None:
        self._database = database
        self._sender = sender
        self._box = box
        self._clock = clock
        self._settings = settings
        self._chance = chance or _chance
        self._noting = asyncio.Semaphore(NOTING_MAX)
        self._stopping = asyncio.Event()
        self._jobs: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Begin nothing more; `run` ends when what is being sent was sent."""
        self._stopping.set()

    async def run(self, bell: Bell) -> None:
        """Deliver until told to stop, whenever the outbox's bell rings or something is due."""
        try:
            while not self._stopping.is_set():
                try:
                    begun = await self._round(bell)
                except StorageError as error:
                    metrics.FAILURES.labels("webhooks", error.code).inc()
                    begun = 0
                if not begun:
                    await self._rest(bell)
        finally:
            await asyncio.gather(*self._jobs, return_exceptions=True)

    async def deliver_due(self) -> int:
        """Do one round and wait for its end; give how many requests were made."""
        count = await self._round(None)
        await asyncio.gather(*self._jobs)
        return count

    async def _rest(self, bell: Bell) -> None:
        """Wait for news, for something that ended, or for the next look."""
        ringing = asyncio.ensure_future(bell.wait(self._settings.idle_ms))
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait((ringing, stopping), return_when=asyncio.FIRST_COMPLETED)
        for each in (ringing, stopping):
            each.cancel()
        await asyncio.gather(ringing, stopping, return_exceptions=True)
        if not self._stopping.is_set():
            await asyncio.sleep(self._settings.gather_ms / 1_000)

    async def _round(self, bell: Bell | None) -> int:
        now = self._clock.now()
        async with self._database.write() as session:
            await outbox.arrange(session)
        async with self._database.write() as session:
            await fan_out(session, now)
        async with self._database.write() as session:
            found = await deliveries.claim(session, self._settings.name, now)
            known = {each.id: each for each in await endpoints.every(session)}
        for delivery in found:
            if delivery.endpoint in known:
                self._begin(self._deliver(known[delivery.endpoint], delivery), bell)
        return len(found)

    def _begin(self, work: Coroutine[None, None, None], bell: Bell | None) -> None:
        """Do something beside the rounds; look again at its end, for the next of its subject."""
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        if bell is not None:
            job.add_done_callback(lambda _: bell.ring())

    async def _deliver(self, endpoint: Endpoint, delivery: Delivery) -> None:
        """Send a delivery and note what came of it; what fails here is left to the lease's end."""
        try:
            attempt = await self._attempt(endpoint, delivery)
            async with self._noting, self._database.write() as session:
                await self._note(session, delivery, attempt)
        except StorageError as error:
            metrics.FAILURES.labels("webhooks", error.code).inc()
        except Exception:  # noqa: BLE001 - one delivery's trouble is not that of the others
            metrics.ALARMS.labels("webhook_failed").inc()
            _log.exception("delivery.failed", delivery=str(delivery.id))

    async def _attempt(self, endpoint: Endpoint, delivery: Delivery) -> Attempt:
        now = self._clock.now()
        try:
            texts = [
                self._box.open(secret.sealed, str(endpoint.id))
                for secret in endpoint.secrets_at(now)
            ]
        except SecretUnreadable as error:
            return Attempt(None, error.message)
        body = delivery.body.encode()
        signed = signed_headers(texts, str(delivery.id), body, now.microseconds // _SECOND)
        return await self._sender.send(endpoint.url, signed, body)

    async def _note(self, session: WriteSession, delivery: Delivery, attempt: Attempt) -> None:
        now, name = self._clock.now(), self._settings.name
        wait = policy.wait_before(delivery.attempts + 1, self._chance())
        outcome = "delivered" if attempt.is_accepted else "failed"
        if attempt.is_accepted:
            state = DeliveryState.DELIVERED
            await deliveries.ended(session, delivery, name, attempt, state, now)
        elif attempt.is_gone or wait is not None:
            due_at = now if wait is None else now + wait
            await deliveries.again(session, delivery, name, attempt, due_at)
        elif await deliveries.ended(session, delivery, name, attempt, DeliveryState.DEAD, now):
            outcome = "dead"
            _given_up(delivery, attempt)
        if attempt.is_gone:
            await endpoints.pause(session, [delivery.endpoint], "it answered 410, gone", now)
        metrics.WEBHOOKS.labels(outcome).inc()


async def fan_out(session: WriteSession, now: Timestamp) -> int:
    """Make deliveries of news for the endpoints that want it; give how many.

    Of an endpoint for which too much waits already, the rest stays where it is.
    """
    count = 0
    for endpoint in await endpoints.behind(session, await outbox.last_place(session)):
        room = PENDING_MAX - await deliveries.pending(session, endpoint.id)
        if room <= 0:
            continue
        found = await outbox.after(session, endpoint.place, room)
        wanted = [each for each in found if policy.concerns(endpoint.topics, each.news.topic)]
        await deliveries.add(session, [_delivery(endpoint, each, now) for each in wanted])
        await endpoints.move(session, endpoint.id, found[-1].place)
        count += len(wanted)
    return count


def _delivery(endpoint: Endpoint, found: Placed, now: Timestamp) -> Delivery:
    identity = policy.delivery_id(endpoint.id, found.place)
    return Delivery(
        id=identity,
        endpoint=endpoint.id,
        place=found.place,
        topic=found.news.topic,
        subject=policy.subject_of(found.news),
        body=policy.body_of(identity, found),
        state=DeliveryState.PENDING,
        attempts=0,
        due_at=now,
        status=None,
        failure="",
        created_at=now,
        ended_at=None,
    )


def _chance() -> int:
    return SystemRandom().randrange(policy.CHANCES)


def _given_up(delivery: Delivery, attempt: Attempt) -> None:
    metrics.ALARMS.labels("webhook_dead").inc()
    _log.error(
        "delivery.dead",
        delivery=str(delivery.id),
        endpoint=str(delivery.endpoint),
        topic=delivery.topic,
        status=attempt.status,
        failure=attempt.failure,
    )
