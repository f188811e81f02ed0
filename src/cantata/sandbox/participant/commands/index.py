"""What became of commands, by change id and by party: for duplicates and for completions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from heapq import merge
from typing import Any, ClassVar, NamedTuple

from cantata.sandbox.engine import Submission
from cantata.sandbox.engine.store import Update
from cantata.sandbox.participant.node import Participant

REJECTION = "completion"
"""The kind of entries that are completions of refused commands."""

PRUNED_COMMANDS = "pruned-commands"
"""The table of commands before the pruning offset: `Accepted` by the text of the change id."""


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


class Accepted(NamedTuple):
    """Where and when a command was done; the time is in microseconds."""

    offset: int
    record_time: int
    submission_id: str


class CommandIndex:
    """Finds commands that are done. The log itself has the indices, so that starting costs nothing.

    Of commands before the pruning offset those are kept that a duplicate may still be compared to.
    """

    name: ClassVar[str] = "command-index"

    def __init__(self, node: Participant) -> None:
        self._store = node.store

    def apply(self, change: object) -> None:
        """Take nothing: all that is known here follows from the log."""

    def accepted(self, change_id: ChangeId) -> Accepted | None:
        """Tell when a command was done last, None for one that was not or too long ago."""
        update = self._store.by_command(*change_id)
        if update is not None:
            return Accepted(update.offset, update.record_time, update.submission_id)
        pruned = self._store.table(PRUNED_COMMANDS)
        kept = pruned.get(str(change_id)) if pruned else None
        return None if kept is None else Accepted(*kept)

    def completions(
        self, parties: frozenset[str] | None, after: int, until: int
    ) -> Iterator[Update | Rejection]:
        """Give what completes commands of parties (None: of all), offsets in (after, until]."""
        accepted: Iterator[Update | Rejection] = self._store.submitted(parties, after, until)
        yield from merge(accepted, self._rejected(parties, after, until), key=_offset)

    def _rejected(
        self, parties: frozenset[str] | None, after: int, until: int
    ) -> Iterator[Rejection]:
        for entry in self._store.entries(REJECTION, after, until):
            rejection = Rejection(entry.offset, json.loads(entry.value))
            if parties is None or not parties.isdisjoint(rejection.value["actAs"]):
                yield rejection


def change_id_of(command: Update | Submission) -> ChangeId:
    """Give the change id of an update, or of the submission that may become one."""
    return ChangeId(command.user_id, command.command_id, command.act_as)


def _offset(found: Update | Rejection) -> int:
    return found.offset
