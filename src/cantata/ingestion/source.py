"""Where updates come from: the participant's stream, as ingestion wants it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.updates import Update


class UpdateSource(Protocol):
    """A ledger's history, followed from an offset."""

    def follow(self, begin: int, end: int | None = None) -> AsyncGenerator[Update, None]:
        """Give all updates after `begin` in order, up to `end` or for ever."""


class LedgerSource:
    """The update stream of a participant, with every event that the parties may see.

    Without `parties`, those of all parties: the user needs the right CanReadAsAnyParty.
    """

    def __init__(self, ledger: LedgerClient, wanted: Wanted) -> None:
        self._ledger = ledger
        self._wanted = wanted

    def follow(self, begin: int, end: int | None = None) -> AsyncGenerator[Update, None]:
        """Give all updates after `begin` in order, up to `end` or for ever."""
        return self._ledger.updates.follow(self._wanted, begin, end=end, shape=Shape.LEDGER_EFFECTS)
