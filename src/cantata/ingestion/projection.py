"""What a projection is: rows that follow from the ledger's history and from nothing else."""

from __future__ import annotations

from typing import Protocol

from cantata.ingestion.model import Batch
from cantata.storage.session import WriteSession


class Projection(Protocol):
    """Turns transactions into rows.

    `apply` is given every transaction once and in order, inside the database transaction that
    moves the cursor. It must be a function of the ledger alone: `reset` and the whole history
    again give the same rows.
    """

    @property
    def name(self) -> str:
        """The name by which it is rebuilt."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it fills; nothing else writes them, and `apply` names no schema."""

    async def apply(self, session: WriteSession, batch: Batch) -> None:
        """Add a batch."""

    async def reset(self, session: WriteSession) -> None:
        """Empty the projection's tables."""


class Observer(Protocol):
    """Acts on what was ingested, in the same database transaction, checkpoints included.

    It is given every transaction once and is never rebuilt: it changes state of our own (an intent
    is completed, or dead) in the light of the ledger's. What is ingested again after the cursor was
    set back is left out of its batches.
    """

    async def observe(self, session: WriteSession, batch: Batch) -> None:
        """Take note of a batch, which may be empty but for its time."""


class Keeper(Protocol):
    """Keeps offsets of its own outside of projections, which must follow when others hold."""

    async def moved(self, session: WriteSession, before: int, after: int) -> None:
        """Take note that the cursor goes from one offset to another, of the same moment or earlier.

        What was kept until now must not be taken for what comes after the new one.
        """
