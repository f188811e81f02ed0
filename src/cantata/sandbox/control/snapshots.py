"""Named snapshots of the whole ledger, and going back to them."""

from __future__ import annotations

from typing import Any, NamedTuple

from cantata.kernel.time import Timestamp
from cantata.sandbox.control.clock import ControlledClock
from cantata.sandbox.control.refusals import (
    impossible,
    invalid,
    rolled_back,
    taken,
    too_many,
    unknown,
)
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.server.open import OpenStreams

SNAPSHOTS_MAX = 1_000
NAME_LENGTH_MAX = 200


class Snapshot(NamedTuple):
    """A place to go back to: the store's mark, the ledger's end and its time there."""

    name: str
    mark: int
    offset: int
    static: Timestamp | None

    def to_json(self) -> dict[str, Any]:
        """Give the snapshot as it is shown."""
        return {"name": self.name, "offset": self.offset}


class Snapshots:
    """Takes snapshots and goes back; they last as long as the process.

    A snapshot costs nothing but its name. Going back costs reading what the store has.
    """

    def __init__(self, node: Participant, clock: ControlledClock, streams: OpenStreams) -> None:
        self._node = node
        self._clock = clock
        self._streams = streams
        self._known: dict[str, Snapshot] = {}

    def take(self, name: str) -> Snapshot:
        """Remember the ledger as it is now; everything so far is on disk then."""
        if not 0 < len(name) <= NAME_LENGTH_MAX or "/" in name:
            raise invalid("name", f"1 to {NAME_LENGTH_MAX} characters, none of them a slash")
        if name in self._known:
            raise taken("snapshot", name)
        if len(self._known) >= SNAPSHOTS_MAX:
            raise too_many("snapshots", SNAPSHOTS_MAX)
        store = self._node.store
        taken_now = Snapshot(name, store.mark(), store.end(), self._clock.static)
        self._known[name] = taken_now
        return taken_now

    def roll_back(self, name: str) -> Snapshot:
        """Make the ledger what it was: contracts, log, parties, users, packages, time.

        All open streams end with an error that says so. Later snapshots are forgotten.
        """
        snapshot, node = self._find(name), self._node
        if snapshot.offset < node.store.pruned():
            raise impossible(f"the log behind the snapshot {name!r} is pruned")
        self._streams.end_all(rolled_back(name))
        node.store.roll_back(snapshot.mark)
        node.reload()
        self._clock.static = snapshot.static
        self._known = {
            each.name: each for each in self._known.values() if each.mark <= snapshot.mark
        }
        node.commits.announce()
        return snapshot

    def discard(self, name: str) -> None:
        """Forget a snapshot."""
        del self._known[self._find(name).name]

    def to_json(self) -> list[dict[str, Any]]:
        """Give all snapshots, oldest first."""
        return [each.to_json() for each in self._known.values()]

    def _find(self, name: str) -> Snapshot:
        if name not in self._known:
            raise unknown("snapshot", name)
        return self._known[name]
