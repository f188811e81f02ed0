"""Where updates come from: the participant's stream, as ingestion wants it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from cantata.ingestion.frames import read_transaction
from cantata.ingestion.model import BATCH_EVENTS_MAX, BATCH_MAX
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import NotFound
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.events import ActiveContract
from cantata.ledger.model.updates import Transaction, Update


class UpdateSource(Protocol):
    """A ledger's history, followed from an offset."""

    def follow(self, begin: int, end: int | None = None) -> AsyncGenerator[Update, None]:
        """Give all updates after `begin` in order, up to `end` or for ever."""

    def snapshot(self, at: int) -> AsyncGenerator[ActiveContract, None]:
        """Give the contracts that are active at an offset."""

    async def end(self) -> int:
        """Give the offset of the last update."""

    async def pruned(self) -> int:
        """Give the offset up to which the history is forgotten; 0 if it is whole."""

    async def update_id_at(self, offset: int) -> str | None:
        """Give the id of the transaction at an offset; None if there is none to be seen."""


class LedgerSource:
    """The update stream of a participant, with every event that the parties may see.

    Without `parties`, those of all parties: the user needs the right CanReadAsAnyParty. A
    participant refuses to show anything by an interface that none of its packages has, so those
    of `optional` are asked for only as far as it has them when a reading begins.
    """

    def __init__(
        self, ledger: LedgerClient, wanted: Wanted, optional: tuple[str, ...] = ()
    ) -> None:
        self._ledger = ledger
        self._wanted = wanted
        self._optional = optional

    async def follow(self, begin: int, end: int | None = None) -> AsyncGenerator[Update, None]:
        """Give all updates after `begin` in order, up to `end` or for ever."""
        wanted = await self.known()
        following = self._ledger.updates.follow(
            wanted, begin, end=end, shape=Shape.LEDGER_EFFECTS, quick=read_transaction
        )
        async with aclosing(following) as updates:
            async for update in updates:
                yield update

    async def snapshot(self, at: int) -> AsyncGenerator[ActiveContract, None]:
        """Give the contracts that are active at an offset."""
        wanted = await self.known()
        async with aclosing(self._ledger.state.active_contracts(wanted, at=at)) as contracts:
            async for contract in contracts:
                yield contract

    async def known(self) -> Wanted:
        """Give what is wanted, as far as the participant knows it now."""
        if not self._optional:
            return self._wanted
        end = await self.end()
        known = [each for each in self._optional if await self._is_known(each, end)]
        return replace(self._wanted, interfaces=(*self._wanted.interfaces, *known))

    async def _is_known(self, interface: str, end: int) -> bool:
        """Ask for nothing by an interface, which a participant without it refuses."""
        asked = replace(self._wanted, interfaces=(interface,), templates=(), disclosable=())
        nothing = self._ledger.updates.follow(asked, end, end=end, shape=Shape.ACS_DELTA)
        try:
            async with aclosing(nothing) as updates:
                async for _ in updates:
                    pass
        except NotFound:
            return False
        return True

    async def end(self) -> int:
        """Give the offset of the last update."""
        return await self._ledger.state.ledger_end()

    async def pruned(self) -> int:
        """Give the offset up to which the history is forgotten; 0 if it is whole."""
        return await self._ledger.state.pruned()

    async def update_id_at(self, offset: int) -> str | None:
        """Give the id of the transaction at an offset; None if there is none to be seen."""
        try:
            found = await self._ledger.updates.at(offset, self._wanted)
        except NotFound:
            return None
        return found.update_id if isinstance(found, Transaction) else None


async def chunked(source: UpdateSource, begin: int, end: int) -> AsyncIterator[list[Update]]:
    """Give updates in (begin, end] in lists of a bounded size."""
    chunk: list[Update] = []
    size = 0
    async with aclosing(source.follow(begin, end)) as updates:
        async for update in updates:
            chunk.append(update)
            size += len(update.events) if isinstance(update, Transaction) else 1
            if len(chunk) >= BATCH_MAX or size >= BATCH_EVENTS_MAX:
                yield chunk
                chunk, size = [], 0
    if chunk:
        yield chunk
