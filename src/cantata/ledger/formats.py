"""What a reader wants to see: parties, templates and interfaces, and the shape of transactions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Shape(Enum):
    """How a transaction is shown: what it changed, or all that happened in it."""

    ACS_DELTA = "TRANSACTION_SHAPE_ACS_DELTA"
    LEDGER_EFFECTS = "TRANSACTION_SHAPE_LEDGER_EFFECTS"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which contracts whose events are given.

    Without `parties` those of any party, which needs a right of its own; without templates and
    interfaces all. Identifiers are ``#package-name:Module:Entity``. `blobs` adds what is needed
    to disclose a contract.
    """

    parties: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    blobs: bool = False

    def event_format(self) -> dict[str, Any]:
        """Give the `EventFormat`."""
        filters = {"cumulative": [{"identifierFilter": each} for each in self._filters()]}
        if self.parties:
            return {"filtersByParty": dict.fromkeys(self.parties, filters), "verbose": True}
        return {"filtersByParty": {}, "filtersForAnyParty": filters, "verbose": True}

    def transaction_format(self, shape: Shape) -> dict[str, Any]:
        """Give the `TransactionFormat`."""
        return {"eventFormat": self.event_format(), "transactionShape": shape.value}

    def update_format(self, shape: Shape) -> dict[str, Any]:
        """Give the `UpdateFormat` that shows transactions."""
        return {"includeTransactions": self.transaction_format(shape)}

    def _filters(self) -> list[dict[str, Any]]:
        blob = {"includeCreatedEventBlob": self.blobs}
        templates = [
            {"TemplateFilter": {"value": {"templateId": each, **blob}}} for each in self.templates
        ]
        interfaces = [
            {
                "InterfaceFilter": {
                    "value": {"interfaceId": each, "includeInterfaceView": True, **blob}
                }
            }
            for each in self.interfaces
        ]
        return [*templates, *interfaces] or [{"WildcardFilter": {"value": blob}}]
