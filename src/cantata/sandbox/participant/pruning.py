"""Forgetting the beginning of the log, on demand or by age."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from cantata.sandbox.engine.store import Update
from cantata.sandbox.participant.commands.index import (
    PRUNED_COMMANDS,
    Accepted,
    change_id_of,
)
from cantata.sandbox.participant.commands.parse import DEDUPLICATION_MICROS
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.events.reading import PRUNED_TIME, Reading
from cantata.sandbox.participant.interactive.executed import PRUNED_HASHES
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.state.workflows import PRUNED_WORKFLOWS
from cantata.sandbox.store import StoreUnavailable

STEP_UPDATES = 2_000
"""Updates that are forgotten at a time while requests are served."""

ROUND_SECONDS = 10
"""Time between two looks at the age of the log."""


class Pruning:
    """Forgets the log up to an offset; active contracts stay, and so does what their events show.

    Commands and signed transactions stay known for as long as they could be repeated.
    """

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._store = node.store
        self._reading = Reading(node)

    def prune(self, up_to: int) -> None:
        """Forget what is at or before an offset; refuse one beyond the end.

        It has happened when the store's ticket says so.
        """
        node, store = self._node, self._store
        end = node.ledger.durable_end()
        if not 0 < up_to <= end:
            raise Refusal(
                "OFFSET_OUT_OF_RANGE",
                f"The submitted request has invalid offset: prune_up_to {up_to} is not in 1 to "
                f"{end}.",
            )
        up_to = min(up_to, store.durable_end())
        if up_to <= store.pruned():
            return
        recorded_at = self._reading.recorded_at(up_to)
        if recorded_at is not None:
            store.put(PRUNED_TIME, PRUNED_TIME, recorded_at)
        since = node.now() - DEDUPLICATION_MICROS
        self._keep_commands(up_to, since)
        self._keep_workflows(up_to)
        store.prune(up_to)

    def before(self, time: int, updates: int | None = None) -> int:
        """Give the offset up to which everything was recorded before a time; 0 for nothing new.

        `updates` bounds how many updates after the pruning offset are before it.
        """
        return self._store.recorded_before(time, updates)

    def _keep_commands(self, up_to: int, since: int) -> None:
        """Keep what happened since a time where duplicates are looked for; drop what is older."""
        store = self._store
        first = store.recorded_before(since, None)
        commands = _expired(store.table(PRUNED_COMMANDS), since)
        hashes = _expired(store.table(PRUNED_HASHES), since)
        for update in store.updates(None, first, up_to):
            commands[str(change_id_of(update))] = tuple(_accepted(update))
            if update.external_hash:
                hashes[update.external_hash] = (update.offset, update.record_time)
        store.put_all(PRUNED_COMMANDS, commands)
        store.put_all(PRUNED_HASHES, hashes)

    def _keep_workflows(self, up_to: int) -> None:
        """Keep the workflows in which the contracts were created that are still active."""
        store = self._store
        kept = store.table(PRUNED_WORKFLOWS)
        needed = {str(offset): offset for offset in self._created(up_to)}
        rows: dict[str, str | None] = {key: None for key in kept if key not in needed}
        for key, offset in needed.items():
            update = None if key in kept else store.by_offset(offset)
            if update is not None and update.workflow_id:
                rows[key] = update.workflow_id
        store.put_all(PRUNED_WORKFLOWS, rows)

    def _created(self, up_to: int) -> Iterator[int]:
        store = self._store
        for active in store.active(None, store.templates(None), up_to):
            yield active.offset


async def retain(node: Participant, micros: int) -> None:
    """Forget by and by what was recorded longer than so many microseconds ago, for ever."""
    pruning = Pruning(node)
    while not node.commits.closed:
        up_to = pruning.before(node.now() - micros, STEP_UPDATES)
        if up_to > node.store.pruned():
            try:
                pruning.prune(up_to)
                await node.durability.wait()
            except StoreUnavailable:
                await asyncio.sleep(ROUND_SECONDS)
            continue
        await asyncio.sleep(ROUND_SECONDS)


def _accepted(update: Update) -> Accepted:
    return Accepted(update.offset, update.record_time, update.submission_id)


def _expired(table: Mapping[str, Any], since: int) -> dict[str, Any]:
    """Give the rows of a table, whose second column is a time, that are to be taken out."""
    return {key: None for key, row in table.items() if row[1] < since}
