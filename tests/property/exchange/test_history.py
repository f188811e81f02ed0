"""Random histories of tokens: what is parsed is what is there, and every movement is explained."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from functools import cache
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from cantata.exchange.history.model import Entry, EntryKind, Finding, Parsed, Status
from cantata.exchange.history.parser import parse, touched
from cantata.exchange.history.state import State
from cantata.kernel.errors import CantataError
from cantata.lang import Party
from cantata.ledger.model.updates import Transaction
from cantata.testing import Ledger
from tests.ledger.tokens.stage import CONTRACTS, HOUR
from tests.property.exchange.reader import Reader
from tests.property.tokens.commands import makers
from tests.property.tokens.world import Made, World

EXAMPLES, STEPS = 15, 30

BY_HAND = frozenset({"by hand"})
"""Commands that move holdings by no choice of the standard and by no choice that says what it is:
a token is created or archived as it is."""

RETURNED = (Status.REJECTED, Status.WITHDRAWN, Status.FAILED)
OWN_CHOICES = frozenset({"Token_Take", "Archive"})


@cache
def ledger() -> Ledger:
    """A ledger with the token package."""
    return Ledger(CONTRACTS, seed=b"history")


class Histories(RuleBasedStateMachine):
    """A ledger, and what each of its parties knows of it from its history alone."""

    outcomes: ClassVar[Counter[str]] = Counter()

    @initialize()
    def start(self) -> None:
        self.stack = ExitStack()
        self.stack.enter_context(ledger().anchor())
        self.world = World.on(ledger())
        self.reader = Reader.of_test(ledger())
        self.states = {party: State(str(party)) for party in self.world.parties}
        self.totals: dict[Party, Counter[tuple[str, str]]] = {
            party: Counter() for party in self.world.parties
        }
        self.at = 0
        self._follow(BY_HAND)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()

    @rule(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        """Submit one to three commands by whom they need."""
        if data.draw(st.sampled_from([*[False] * 9, True])):
            ledger().advance(HOUR)
        size = data.draw(st.sampled_from([1, 1, 1, 2, 3]))
        made: list[Made] = [data.draw(makers(self.world)) for _ in range(size)]
        actors = frozenset(party for one in made for party in one.by)
        shown = [ledger().disclose(cid) for cid in self.world.active()]
        try:
            ledger().acting(*actors, disclosed=shown).submit(*(one.command for one in made))
        except CantataError:
            return
        self.outcomes["accepted"] += 1
        self._follow(frozenset(one.kind for one in made))

    def _follow(self, kinds: frozenset[str]) -> None:
        for party, state in self.states.items():
            before = State(str(party), state.holdings.values(), state.instructions.values())
            for transaction in self.reader.transactions(str(party), self.at):
                parsed = parse(str(party), state, transaction)
                self._check_batch(before, transaction, parsed)
                state.apply(parsed.changes)
                before.apply(parsed.changes)
                for entry in parsed.entries:
                    self._check(entry, party, kinds)
            self._check_state(party, state)
        self.at = ledger().updates[-1].offset

    def _check_batch(self, whole: State, transaction: Transaction, parsed: Parsed) -> None:
        """Check that only what the batch touches has to be known."""
        needed = touched([transaction])
        part = State(
            whole.party,
            [each for cid, each in whole.holdings.items() if cid in needed],
            [each for cid, each in whole.instructions.items() if cid in needed],
        )
        assert parse(whole.party, part, transaction) == parsed

    def _check_state(self, party: Party, state: State) -> None:
        """Check that what was parsed is what is there; so a history can be resumed anywhere."""
        there = State.of_contracts(str(party), self.reader.contracts(str(party)))
        assert state.holdings == there.holdings
        assert state.instructions == there.instructions
        held: Counter[tuple[str, str]] = Counter()
        for holding in state.holdings.values():
            held[holding.instrument] += holding.amount.units
        assert +self.totals[party] == +held, "entries add up to holdings"

    def _check(self, entry: Entry, party: Party, kinds: frozenset[str]) -> None:
        self.outcomes[f"{entry.kind.value} {entry.status.value}"] += 1
        self.outcomes.update(finding.value for finding in entry.findings)
        assert entry.net is not None
        assert entry.instrument is not None
        self.totals[party][entry.instrument] += entry.net.units
        moved = [*entry.created, *entry.archived]
        assert all(holding.instrument == entry.instrument for holding in moved)
        assert len({holding.contract_id for holding in moved}) == len(moved)
        if entry.kind is EntryKind.UNRECOGNISED:
            assert _is_by_hand(entry), entry
            return
        assert not set(entry.findings) - {Finding.SENDER_DID_NOT_ACT}, entry
        if entry.kind is EntryKind.TRANSFER_IN and entry.status is Status.COMPLETED:
            assert entry.net == entry.amount
            assert entry.receiver == party
            assert entry.sender not in {None, party}


def _is_by_hand(entry: Entry) -> bool:
    return entry.source is None or entry.source.choice in OWN_CHOICES


@pytest.mark.slow
def test_every_party_can_follow_its_holdings() -> None:
    Histories.outcomes.clear()
    limits = settings(max_examples=EXAMPLES, stateful_step_count=STEPS)
    run_state_machine_as_test(Histories, settings=limits)
    outcomes = Histories.outcomes
    assert outcomes["accepted"] > 60, outcomes
    assert outcomes["TRANSFER_IN COMPLETED"], outcomes
    assert outcomes["TRANSFER_OUT PENDING"], outcomes
    assert sum(outcomes[f"TRANSFER_OUT {each.value}"] for each in RETURNED), outcomes
