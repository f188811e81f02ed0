"""Real Amulet on the embedded ledger: histories lead to what is active, at any time."""

from __future__ import annotations

import pytest

from cantata.exchange.history.model import EntryKind
from cantata.exchange.history.parser import parse
from cantata.exchange.history.state import State
from cantata.lf.model import Ref
from tests.ledger.amulet.run import Run
from tests.property.exchange.reader import Reader

API = "Splice.Api.Token."
INTERFACES = (
    (f"{API}HoldingV1", "Holding"),
    (f"{API}TransferInstructionV1", "TransferInstruction"),
)


@pytest.fixture(scope="module")
def reader(run: Run) -> Reader:
    packages = run.replay.engine.packages.packages
    found = [
        Ref(package, module, name)
        for module, name in INTERFACES
        for package in packages
        if module in packages[package].modules
    ]
    return Reader(run.replay.ledger, found)


def _parties(run: Run) -> set[str]:
    """Give the parties of our run, which are named as in the recording."""
    store = run.replay.ledger.store
    updates = store.updates(None, 0, store.end())
    return {str(party) for update in updates for party in update.act_as}


def test_histories_lead_to_the_active_contracts_after_every_update(
    run: Run, reader: Reader
) -> None:
    moved = 0
    for party in sorted(_parties(run)):
        state = State(party)
        for transaction in reader.transactions(party, 0):
            parsed = parse(party, state, transaction)
            state.apply(parsed.changes)
            there = State.of_contracts(party, reader.contracts(party, transaction.offset))
            assert state.holdings == there.holdings
            assert state.instructions == there.instructions
            assert not [entry for entry in parsed.entries if entry.findings]
            assert EntryKind.UNRECOGNISED not in {entry.kind for entry in parsed.entries}
            moved += len(parsed.entries)
    assert moved > 50
