"""Waiting for the end of intents: one listener and one look for all who wait."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from uuid import UUID

from cantata.automation import repository
from cantata.automation.model import Intent
from cantata.automation.signing import awaits
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.listening import Bell

LOOK_AGAIN_MS = 2_000
"""Without a ring, how long until the next look: a lost connection may have cost a ring."""

WAIT_MAX_SECONDS = 30


class Watch:
    """Tells who waits that an intent ended; `run` must be running."""

    def __init__(self, database: Database, bell: Bell) -> None:
        self._database = database
        self._bell = bell
        self._waiting: defaultdict[UUID, set[asyncio.Future[Intent]]] = defaultdict(set)

    async def ended(self, intent: Intent, seconds: int) -> Intent:
        """Give an intent at its end, when it has to be signed, or as it is when time is over."""
        if _is_settled(intent) or seconds <= 0:
            return intent
        future: asyncio.Future[Intent] = asyncio.get_running_loop().create_future()
        self._waiting[intent.id].add(future)
        self._bell.ring()
        try:
            return await asyncio.wait_for(future, min(seconds, WAIT_MAX_SECONDS))
        except TimeoutError:
            async with self._database.read() as session:
                return await repository.load(session, intent.id) or intent
        finally:
            waiting = self._waiting[intent.id]
            waiting.discard(future)
            if not waiting:
                del self._waiting[intent.id]

    async def run(self) -> None:
        """Look for ever, when the bell rings."""
        listening = asyncio.create_task(self._bell.listen())
        try:
            while True:
                await self._bell.wait(LOOK_AGAIN_MS)
                if self._waiting:
                    await self._look()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _look(self) -> None:
        try:
            async with self._database.read() as session:
                found = await repository.loaded(session, tuple(self._waiting))
        except StorageError:
            return
        for intent in found:
            if _is_settled(intent):
                for future in self._waiting.get(intent.id, ()):
                    if not future.done():
                        future.set_result(intent)


def _is_settled(intent: Intent) -> bool:
    """Tell whether nothing more happens to an intent unless somebody does something."""
    return intent.is_final or awaits(intent)
