"""Reads an embedded ledger as a client of its JSON API would: what one party sees, typed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any, cast

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.ledger.decoding import Fields
from cantata.ledger.model.events import CreatedEvent, created
from cantata.ledger.model.updates import Transaction, transaction
from cantata.lf.codec import JsonCodec, jsontext
from cantata.lf.model import Ref
from cantata.sandbox.engine import EventFormat, Filters, Ledger, Shape
from cantata.sandbox.engine.projection import InterfaceFilter
from cantata.sandbox.participant.events.render import Renderer
from cantata.sandbox.participant.node import Participant
from cantata.testing import Ledger as TestLedger


class Reader:
    """The events of a ledger as parties see them, and their active contracts.

    `interfaces` are those of holdings and of transfer instructions.
    """

    def __init__(self, ledger: Ledger, interfaces: Iterable[Ref]) -> None:
        self._ledger = ledger
        self._interfaces = tuple(map(InterfaceFilter, interfaces))
        engine = ledger.engine
        self.codec = JsonCodec(engine.packages.packages)
        node = SimpleNamespace(
            engine=engine,
            codec=self.codec,
            packages=engine.packages,
            blobs=None,
            identity=SimpleNamespace(synchronizer=SimpleNamespace(id="here::1220")),
        )
        self._renderer = Renderer(cast("Participant", node))

    @classmethod
    def of_test(cls, ledger: TestLedger) -> Reader:
        """Read a ledger under test with the token packages."""
        asked = (holding.Holding, standard.TransferInstruction)
        return cls(ledger.engine, [ledger.catalog.ref(each) for each in asked])

    def transactions(self, party: str, after: int) -> Iterator[Transaction]:
        """Give the transactions after an offset."""
        store = self._ledger.store
        updates = store.updates(None, after, store.end())
        by_offset = {update.offset: update for update in updates}
        for seen in self._ledger.updates(self._wanted(party), Shape.LEDGER_EFFECTS, after=after):
            shown = self._renderer.transaction(seen, by_offset[seen.offset])
            yield transaction(_fields(shown))

    def contracts(self, party: str, at: int | None = None) -> list[CreatedEvent]:
        """Give the active contracts, now or at an offset."""
        found = self._ledger.active_contracts(self._wanted(party), at)
        return [created(_fields(self._renderer.created(event))) for event in found]

    def _wanted(self, party: str) -> EventFormat:
        return EventFormat({party: Filters(wildcard=True, interfaces=self._interfaces)})


def _fields(shown: Any) -> Fields:
    return Fields(json.loads(jsontext.dumps(shown)))
