"""An index over the log by those who submitted: for duplicates and for completions."""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import merge
from typing import Any, ClassVar, NamedTuple

from cantata.sandbox.engine import Submission
from cantata.sandbox.engine.store import Update
from cantata.sandbox.participant.node import Participant

REJECTION = "completion"
"""The kind of entries that are completions of refused commands."""


class ChangeId(NamedTuple):
    """What makes a command the same command: its user, its id, its parties."""

    user_id: str
    command_id: str
    act_as: frozenset[str]

    def __str__(self) -> str:
        """Print as contexts of refusals do."""
        parties = ", ".join(sorted(self.act_as))
        return f"ChangeId({self.user_id},{self.command_id},Set({parties}))"


class Rejection(NamedTuple):
    """The completion of a refused command, as it was noted."""

    offset: int
    value: dict[str, Any]


class CommandIndex:
    """Finds accepted commands by change id and by party; made again from the log when needed.

    It holds offsets only and looks at the log when asked, so that it is never wrong about what
    the log has lost.
    """

    name: ClassVar[str] = "command-index"

    def __init__(self, node: Participant) -> None:
        self._store = node.store
        self._last: dict[int, int] = {}
        self._by_party: dict[str, array[int]] = {}
        self._seen = 0
        self._newest = (0, "")

    def apply(self, change: object) -> None:
        """Take nothing: all that is known here follows from the log."""

    def accepted(self, change_id: ChangeId) -> Update | None:
        """Give the last update that a command became."""
        self._catch_up()
        offset = self._last.get(hash(change_id))
        update = None if offset is None else self._store.by_offset(offset)
        return update if update is not None and change_id_of(update) == change_id else None

    def completions(
        self, parties: frozenset[str] | None, after: int, until: int
    ) -> Iterator[Update | Rejection]:
        """Give what completes commands of parties (None: of all), offsets in (after, until]."""
        self._catch_up()
        accepted = self._accepted(parties, after, until)
        yield from merge(accepted, self._rejected(parties, after, until), key=_offset)

    def _accepted(
        self, parties: frozenset[str] | None, after: int, until: int
    ) -> Iterable[Update | Rejection]:
        if parties is None:
            yield from self._store.updates(None, after, until)
            return
        for offset in self._offsets(parties, after):
            if offset > until:
                return
            update = self._store.by_offset(offset)
            if update is not None:
                yield update

    def _offsets(self, parties: frozenset[str], after: int) -> Iterable[int]:
        lists = [self._by_party[party] for party in parties if party in self._by_party]
        if len(lists) == 1:
            offsets = lists[0]
            return iter(offsets[bisect_right(offsets, after) :])
        return sorted({offset for each in lists for offset in each[bisect_right(each, after) :]})

    def _rejected(
        self, parties: frozenset[str] | None, after: int, until: int
    ) -> Iterable[Update | Rejection]:
        for entry in self._store.entries(REJECTION, after, until):
            rejection = Rejection(entry.offset, json.loads(entry.value))
            if parties is None or not parties.isdisjoint(rejection.value["actAs"]):
                yield rejection

    def _catch_up(self) -> None:
        end = self._store.end()
        if end == self._seen:
            return
        if self._seen > end or not self._is_continued():
            self._reset()
        for update in self._store.updates(None, max(self._seen, self._store.pruned()), end):
            self._last[hash(change_id_of(update))] = update.offset
            for party in update.act_as:
                offsets = self._by_party.get(party)
                if offsets is None:
                    offsets = self._by_party[party] = array("Q")
                offsets.append(update.offset)
            self._newest = update.offset, update.update_id
        self._seen = end

    def _is_continued(self) -> bool:
        """Tell whether the log still holds the last update that was seen."""
        offset, update_id = self._newest
        if offset <= self._store.pruned():
            return True
        update = self._store.by_offset(offset)
        return update is not None and update.update_id == update_id

    def _reset(self) -> None:
        self._last.clear()
        self._by_party.clear()
        self._seen = 0
        self._newest = (0, "")


def change_id_of(command: Update | Submission) -> ChangeId:
    """Give the change id of an update, or of the submission that may become one."""
    return ChangeId(command.user_id, command.command_id, command.act_as)


def _offset(found: Update | Rejection) -> int:
    return found.offset
