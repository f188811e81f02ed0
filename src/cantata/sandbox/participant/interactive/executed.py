"""Which prepared transactions were executed: a signature is good for one of them, once."""

from __future__ import annotations

from typing import ClassVar

from cantata.sandbox.participant.node import Participant

PRUNED_HASHES = "pruned-hashes"
"""The table of transactions before the pruning offset: offset and record time by the hash."""


class Executed:
    """Finds executed transactions by their hash; the log itself has the index.

    Deduplication by change id ends with its period, and another user may submit what was signed
    for one: this does not depend on either.
    """

    name: ClassVar[str] = "executed"

    def __init__(self, node: Participant) -> None:
        self._store = node.store

    def apply(self, change: object) -> None:
        """Take nothing: all that is known here follows from the log."""

    def offset(self, digest: bytes) -> int | None:
        """Give the offset at which the transaction of a hash was recorded.

        Of those before the pruning offset it knows the ones that could be executed again.
        """
        update = self._store.by_hash(digest.hex())
        if update is not None:
            return update.offset
        kept = self._store.table(PRUNED_HASHES).get(digest.hex())
        return None if kept is None else int(kept[0])
