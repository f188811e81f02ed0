"""What parties see of the log and of the contracts of a node."""

from __future__ import annotations

from cantata.sandbox.engine import EventFormat, Shape, Update
from cantata.sandbox.engine.projection import Seen
from cantata.sandbox.engine.projection.filters import Interfaces, Matcher
from cantata.sandbox.engine.projection.shapes import Reader, project
from cantata.sandbox.engine.views import Views
from cantata.sandbox.participant.node import Participant

PRUNED_TIME = "pruned-time"
"""The table, and its only key, of the record time of the last update that was pruned."""

LOOK_BACK = 64
"""Offsets to look at first for the update before an offset."""


class Reading:
    """Makes readers for formats; keeps nothing of what they read."""

    def __init__(self, node: Participant) -> None:
        self._store = node.store
        packages = node.packages
        self._views = Views(node.engine.runtime, packages)
        self._interfaces = Interfaces(packages.implemented, packages.package_name)

    def reader(self, wanted: EventFormat) -> Reader:
        """Give a reader; it sees packages as they are now, so it is for one request."""
        return Reader(Matcher(wanted, self._interfaces), self._views.view)

    def recorded_at(self, offset: int) -> int | None:
        """Give the record time of the last update at or before an offset, if there is one."""
        span = LOOK_BACK
        while offset > 0:
            after = max(0, offset - span)
            last = None
            for update in self._store.updates(None, after, offset):
                last = update.record_time
            if last is not None:
                return last
            if after <= self._store.pruned():
                return self._pruned_at()
            span *= span
        return None

    def _pruned_at(self) -> int | None:
        recorded: int | None = self._store.table(PRUNED_TIME).get(PRUNED_TIME)
        return recorded


def see(update: Update, reader: Reader, shape: Shape) -> Seen:
    """Give an update to who submitted it, without events if the reader sees none."""
    seen = project(update, reader, shape)
    return Seen(
        update.offset,
        update.update_id,
        () if seen is None else seen.events,
        update.effective_at,
        update.record_time,
        update.workflow_id,
        update.command_id,
    )
