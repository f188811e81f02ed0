"""Reads an embedded ledger as a client of its JSON API would: what one party sees, typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.lang import Party
from cantata.ledger.decoding import Fields
from cantata.ledger.model.events import CreatedEvent, created
from cantata.ledger.model.updates import Transaction, transaction
from cantata.lf.codec import JsonCodec, jsontext
from cantata.sandbox.engine import EventFormat, Filters, Shape
from cantata.sandbox.engine.projection import InterfaceFilter
from cantata.sandbox.participant.events.render import Renderer
from cantata.sandbox.participant.node import Participant
from cantata.testing import Ledger


class Reader:
    """The events of a ledger as parties see them, and their active contracts."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        node = SimpleNamespace(
            engine=SimpleNamespace(runtime=ledger._runtime),
            codec=JsonCodec(ledger.packages.packages),
            packages=ledger.packages,
            blobs=None,
            identity=SimpleNamespace(synchronizer=SimpleNamespace(id="here::1220")),
        )
        self._renderer = Renderer(cast("Participant", node))
        asked = (holding.Holding, standard.TransferInstruction)
        self._interfaces = tuple(InterfaceFilter(ledger.catalog.ref(each)) for each in asked)

    def transactions(self, party: Party, after: int) -> Iterator[Transaction]:
        """Give the transactions after an offset."""
        wanted, engine = self._wanted(party), self._ledger.engine
        by_offset = {update.offset: update for update in self._ledger.updates}
        for seen in engine.updates(wanted, Shape.LEDGER_EFFECTS, after=after):
            shown = self._renderer.transaction(seen, by_offset[seen.offset])
            yield transaction(_fields(shown))

    def contracts(self, party: Party) -> list[CreatedEvent]:
        """Give the active contracts."""
        found = self._ledger.engine.active_contracts(self._wanted(party))
        return [created(_fields(self._renderer.created(event))) for event in found]

    def _wanted(self, party: Party) -> EventFormat:
        return EventFormat({str(party): Filters(wildcard=True, interfaces=self._interfaces)})


def _fields(shown: Any) -> Fields:
    return Fields(json.loads(jsontext.dumps(shown)))
