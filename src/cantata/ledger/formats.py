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
    interfaces all, and with `everything` all besides theirs. Identifiers are
    ``#package-name:Module:Entity``. `blobs` adds what is needed to disclose a contract;
    `disclosable` are templates that it is added for in any case.
    """

    parties: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    interfaces: tuple[str, ...] = ()
    blobs: bool = False
    everything: bool = False
    disclosable: tuple[str, ...] = ()

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
        named = [
            *(_template(each, blobs=self.blobs) for each in self.templates),
            *(_template(each, blobs=True) for each in self.disclosable),
            *(_interface(each, blobs=self.blobs) for each in self.interfaces),
        ]
        if named and not self.everything:
            return named
        return [*named, {"WildcardFilter": {"value": {"includeCreatedEventBlob": self.blobs}}}]


def _template(name: str, *, blobs: bool) -> dict[str, Any]:
    return {"TemplateFilter": {"value": {"templateId": name, "includeCreatedEventBlob": blobs}}}


def _interface(name: str, *, blobs: bool) -> dict[str, Any]:
    value = {"interfaceId": name, "includeInterfaceView": True, "includeCreatedEventBlob": blobs}
    return {"InterfaceFilter": {"value": value}}
