"""Real Amulet on the embedded ledger: histories lead to what is active, at any time."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.exchange.history.model import Entry, EntryKind
from cantata.exchange.history.parser import parse
from cantata.exchange.history.state import State
from cantata.kernel.errors import CantataError
from cantata.lf.model import Ref
from cantata.sandbox.engine import MemoryStore
from tests.ledger.amulet.play import Play
from tests.ledger.amulet.run import Run
from tests.property.exchange.reader import Reader

EXAMPLES = 12

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


def followed(reader: Reader, state: State, after: int) -> list[Entry]:
    """Parse what came after an offset, and hold it against what is active."""
    entries: list[Entry] = []
    for transaction in reader.transactions(state.party, after):
        parsed = parse(state.party, state, transaction)
        state.apply(parsed.changes)
        there = State.of_contracts(state.party, reader.contracts(state.party, transaction.offset))
        assert state.holdings == there.holdings
        assert state.instructions == there.instructions
        entries += parsed.entries
    assert not [entry for entry in entries if entry.findings]
    assert EntryKind.UNRECOGNISED not in {entry.kind for entry in entries}
    return entries


def test_histories_lead_to_the_active_contracts_after_every_update(
    run: Run, reader: Reader
) -> None:
    found = [followed(reader, State(party), 0) for party in sorted(_parties(run))]
    assert sum(map(len, found)) > 50


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["tap", "transfer", "transfer", "transfer", "Accept", "Reject", "Withdraw"]
        ),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(1, 40),
    ),
    min_size=3,
    max_size=8,
)


def test_random_histories_lead_to_the_active_contracts(run: Run, reader: Reader) -> None:
    """Play on at random, several commands at once among them, and follow every party from there."""
    store, outcomes = run.replay.ledger.store, Counter[str]()
    dso = next(party for party in _parties(run) if party.startswith("DSO::"))
    holders = sorted(p for p in _parties(run) if p.startswith(("local-", "extra-")))[:4]

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(ACTIONS)
    def play(actions: list[tuple[str, int, int, int]]) -> None:
        assert isinstance(store, MemoryStore)
        run.replay.ledger.store = store.copy()
        begin = store.end()
        played = Play(run.replay.ledger, reader, dso)
        states = [State.of_contracts(party, reader.contracts(party)) for party in holders]
        for kind, one, other, amount in actions:
            sender, receiver = holders[one], holders[other]
            offers = played.offers()
            if kind == "tap":
                commands, actors = [played.tap(receiver, f"{amount}.0")] * 2, {receiver}
            elif kind == "transfer":
                commands = [played.transfer(sender, receiver, f"{amount}.5", f"memo {amount}")]
                actors = {sender}
            elif offers:
                commands = [played.answer(offers[amount % len(offers)], kind)]
                actors = set(holders)
            else:
                continue
            try:
                played.submit(commands, actors)
                outcomes[kind] += 1
            except CantataError as error:
                outcomes[f"{kind} {error.code}"] += 1
        for state in states:
            followed(reader, state, begin)

    try:
        play()
    finally:
        run.replay.ledger.store = store
    assert {"tap", "transfer", "Accept"} <= set(outcomes), outcomes
