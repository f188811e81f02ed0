"""Which prepared transactions were executed: a signature is good for one of them, once."""

from __future__ import annotations

from typing import ClassVar

from cantata.sandbox.participant.node import Participant


class Executed:
    """Finds executed transactions by their hash; made again from the log when needed.

    Deduplication by change id ends with its period, and another user may submit what was signed
    for one: this does not depend on either.
    """

    name: ClassVar[str] = "executed"

    def __init__(self, node: Participant) -> None:
        self._store = node.store
        self._offsets: dict[bytes, int] = {}
        self._seen = 0

    def apply(self, change: object) -> None:
        """Take nothing: all that is known here follows from the log."""

    def offset(self, digest: bytes) -> int | None:
        """Give the offset at which the transaction of a hash was recorded."""
        self._catch_up()
        found = self._offsets.get(digest)
        if found is None:
            return None
        update = self._store.by_offset(found)
        return found if update is not None and update.external_hash == digest.hex() else None

    def _catch_up(self) -> None:
        end = self._store.end()
        if self._seen > end:
            self._offsets.clear()
            self._seen = 0
        if self._seen == end:
            return
        for update in self._store.updates(None, max(self._seen, self._store.pruned()), end):
            if update.external_hash:
                self._offsets[bytes.fromhex(update.external_hash)] = update.offset
        self._seen = end
