"""The use cases of webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from cantata.exchange.webhooks import policy
from cantata.exchange.webhooks.destinations import Destinations
from cantata.exchange.webhooks.errors import (
    DeliveryUnknown,
    EndpointUnknown,
    TooManyEndpoints,
)
from cantata.exchange.webhooks.model import (
    ENDPOINTS_MAX,
    OVERLAP,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
    SealedSecret,
)
from cantata.exchange.webhooks.repository import deliveries, endpoints
from cantata.exchange.webhooks.sealing import SecretBox
from cantata.exchange.webhooks.signing import new_secret
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.storage import outbox
from cantata.storage.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """Where news is to go, and which."""

    url: str
    topics: tuple[str, ...]
    description: str = ""


class Webhooks:
    """Endpoints, their secrets, and what was delivered to them."""

    def __init__(self, box: SecretBox, destinations: Destinations, clock: Clock) -> None:
        self._box = box
        self._destinations = destinations
        self._clock = clock

    async def register(self, session: WriteSession, wanted: NewEndpoint) -> tuple[Endpoint, str]:
        """Register an endpoint for what happens from now on; give it with its secret.

        Raise DestinationRefused, TopicRefused or TooManyEndpoints.
        """
        self._destinations.target(wanted.url)
        now, identity, text = self._clock.now(), uuid4(), new_secret()
        await outbox.arrange(session)
        endpoint = Endpoint(
            id=identity,
            url=wanted.url,
            topics=tuple(dict.fromkeys(map(policy.checked_topic, wanted.topics))),
            description=wanted.description,
            state=EndpointState.ACTIVE,
            reason="",
            place=await outbox.last_place(session),
            secrets=(self._sealed(identity, text, now),),
            created_at=now,
            updated_at=now,
        )
        if not await endpoints.add(session, endpoint):
            raise TooManyEndpoints(ENDPOINTS_MAX)
        return endpoint, text

    async def every(self, session: ReadSession) -> tuple[Endpoint, ...]:
        """Give all endpoints, oldest first."""
        return await endpoints.every(session)

    async def endpoint(self, session: ReadSession, identity: UUID) -> Endpoint:
        """Give an endpoint; raise EndpointUnknown."""
        found = await endpoints.find(session, identity)
        if found is None:
            raise EndpointUnknown(str(identity))
        return found

    async def rotate(
        self, session: WriteSession, identity: UUID, overlap: RelTime = OVERLAP
    ) -> tuple[Endpoint, str]:
        """Give an endpoint a new secret; the present one signs beside it for a while.

        Two secrets sign at most: one that was replaced earlier ends now.
        """
        found, now, text = await self._locked(session, identity), self._clock.now(), new_secret()
        present = replace(found.secrets[0], expires_at=now + overlap)
        secrets = (self._sealed(identity, text, now), present)
        changed = replace(found, secrets=secrets, updated_at=now)
        await endpoints.save(session, changed)
        return changed, text

    async def pause(self, session: WriteSession, identity: UUID) -> Endpoint:
        """Send nothing to an endpoint until it is resumed; nothing is lost."""
        return await self._become(session, identity, EndpointState.PAUSED)

    async def resume(self, session: WriteSession, identity: UUID) -> Endpoint:
        """Go on where an endpoint was paused."""
        changed = await self._become(session, identity, EndpointState.ACTIVE)
        await session.notify(outbox.CHANNEL)
        return changed

    async def remove(self, session: WriteSession, identity: UUID) -> Endpoint:
        """Remove an endpoint for good, with what was to be delivered to it."""
        return await self._become(session, identity, EndpointState.REMOVED)

    async def delivery(self, session: ReadSession, endpoint: UUID, identity: UUID) -> Delivery:
        """Give a delivery; raise EndpointUnknown or DeliveryUnknown."""
        await self.endpoint(session, endpoint)
        found = await deliveries.find(session, endpoint, identity)
        if found is None:
            raise DeliveryUnknown(str(identity))
        return found

    async def deliveries(
        self,
        session: ReadSession,
        endpoint: UUID,
        state: DeliveryState | None,
        before: int | None,
        limit: int,
    ) -> Sequence[Delivery]:
        """Give deliveries of an endpoint, newest first; raise EndpointUnknown."""
        await self.endpoint(session, endpoint)
        return await deliveries.page(session, endpoint, state, before, limit)

    async def replay(
        self, session: WriteSession, endpoint: UUID, delivery: UUID | None = None
    ) -> int:
        """Send a delivery that ended once more, or all that are dead; give how many.

        One that is pending is on its way already, and not counted. Raise EndpointUnknown or
        DeliveryUnknown.
        """
        await self._locked(session, endpoint)
        if delivery is not None:
            await self.delivery(session, endpoint, delivery)
        count = await deliveries.replay(session, endpoint, self._clock.now(), delivery)
        await session.notify(outbox.CHANNEL)
        return count

    async def _become(
        self, session: WriteSession, identity: UUID, state: EndpointState
    ) -> Endpoint:
        found = await self._locked(session, identity)
        changed = replace(found, state=state, reason="", updated_at=self._clock.now())
        await endpoints.save(session, changed)
        return changed

    async def _locked(self, session: WriteSession, identity: UUID) -> Endpoint:
        found = await endpoints.find(session, identity, lock=True)
        if found is None:
            raise EndpointUnknown(str(identity))
        return found

    def _sealed(self, identity: UUID, text: str, now: Timestamp) -> SealedSecret:
        sealed = self._box.seal(text, str(identity))
        return SealedSecret(sealed=sealed, created_at=now, expires_at=None)
