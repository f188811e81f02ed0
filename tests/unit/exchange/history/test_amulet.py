"""Real Amulet's recorded histories: each party's history leads to its active contracts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cantata.exchange.history.model import EntryKind, Status
from cantata.exchange.history.recorded import contracts_in, updates_in
from cantata.exchange.history.state import History, State
from cantata.kernel.money import Decimal

PARTIES = (
    "DSO",
    "boot",
    "extra-carol",
    "extra-dave",
    "extra-erin",
    "local-a",
    "local-b",
    "local-exec",
    "validator",
)


def load(path: Path) -> Any:
    return json.loads(path.read_bytes())


@pytest.fixture
def state_folder(shared_data: Path) -> Path:
    return shared_data / "amulet" / "state"


def parsed(folder: Path, name: str) -> History:
    content = load(folder / f"updates-{name}-LEDGER_EFFECTS.json")
    found = History(State(content["party"]))
    for update in updates_in(content, name):
        found.add(update)
    return found


def active(folder: Path, name: str) -> State:
    content = load(folder / f"acs-{name}.json")
    return State.of_contracts(content["party"], contracts_in(content, name))


@pytest.mark.parametrize("name", PARTIES)
def test_a_history_leads_to_the_active_contracts(state_folder: Path, name: str) -> None:
    found, there = parsed(state_folder, name).state, active(state_folder, name)
    assert found.holdings == there.holdings
    assert found.instructions == there.instructions


@pytest.mark.parametrize("name", PARTIES)
def test_every_movement_is_recognised(state_folder: Path, name: str) -> None:
    found = parsed(state_folder, name)
    assert not [entry for entry in found.entries if entry.findings]
    assert EntryKind.UNRECOGNISED not in {entry.kind for entry in found.entries}
    held = Counter[str]()
    for holding in found.state.holdings.values():
        held[holding.instrument.id] += holding.amount.units
    gained = Counter[str]()
    for entry in found.entries:
        assert entry.instrument is not None
        assert entry.net is not None
        gained[entry.instrument.id] += entry.net.units
    assert held == gained


@pytest.mark.parametrize("name", PARTIES)
def test_a_history_can_be_resumed_from_the_contracts_at_any_point(
    state_folder: Path, name: str
) -> None:
    content = load(state_folder / f"updates-{name}-LEDGER_EFFECTS.json")
    whole = parsed(state_folder, name)
    updates = updates_in(content, name)
    for cut in range(len(updates) + 1):
        first = History(State(content["party"]))
        for update in updates[:cut]:
            first.add(update)
        resumed = State(
            content["party"], first.state.holdings.values(), first.state.instructions.values()
        )
        second = History(resumed)
        for update in updates[cut:]:
            second.add(update)
        assert [*first.entries, *second.entries] == whole.entries
        assert second.state.holdings == whole.state.holdings


def told(found: History) -> list[tuple[str, str, str, str, str | None]]:
    return [
        (e.kind.value, e.status.value, _name(e.sender), _name(e.receiver), _text(e.amount))
        for e in found.entries
    ]


def _name(party: str | None) -> str:
    return (party or "-").partition("-mwq0")[0]


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def test_dave_was_paid_and_offered(state_folder: Path) -> None:
    paid = ("TRANSFER_IN", "COMPLETED", "extra-carol", "extra-dave")
    offered = ("TRANSFER_IN", "PENDING", "extra-carol", "extra-dave")
    taken_back = ("TRANSFER_IN", "WITHDRAWN", "extra-carol", "extra-dave")
    assert told(parsed(state_folder, "extra-dave")) == [
        ("MINT", "COMPLETED", "-", "extra-dave", "200.0"),
        (*paid, "33.5"),
        (*paid, "1.25"),
        (*offered, "6.0"),
        (*taken_back, "6.0"),
        (*offered, "8.0"),
        (*taken_back, "8.0"),
        (*paid, "9.0"),
        (*offered, "1.5"),
        (*offered, "2.0"),
    ]


def test_both_legs_of_a_settlement_are_entries_of_their_own(state_folder: Path) -> None:
    legs = {
        name: [e for e in parsed(state_folder, name).entries if e.offset == 198]
        for name in ("local-a", "local-b")
    }
    for name, other in (("local-a", "local-b"), ("local-b", "local-a")):
        kinds = {entry.kind: entry for entry in legs[name]}
        assert set(kinds) == {EntryKind.TRANSFER_IN, EntryKind.TRANSFER_OUT}
        assert _name(kinds[EntryKind.TRANSFER_IN].sender) == other
        assert _name(kinds[EntryKind.TRANSFER_OUT].receiver) == other
    assert {str(entry.amount) for entry in legs["local-a"]} == {"7.0", "2.0"}


def test_the_provider_of_a_consent_burns(state_folder: Path) -> None:
    mint, *burns = parsed(state_folder, "validator").entries
    assert mint.kind is EntryKind.MINT
    assert [(entry.kind, entry.memo) for entry in burns] == [
        (EntryKind.BURN, "create TransferPreapproval"),
        (EntryKind.BURN, "renew TransferPreapproval"),
    ]
    assert all(entry.amount == entry.burned for entry in burns)


def test_carol_sees_each_step_of_her_offers(state_folder: Path) -> None:
    found = parsed(state_folder, "extra-carol")
    offers: dict[str | None, list[Status]] = {}
    for entry in found.entries:
        if entry.instruction_id is not None:
            offers.setdefault(entry.instruction_id, []).append(entry.status)
    ended = [steps for steps in offers.values() if len(steps) > 1]
    assert ended == [[Status.PENDING, Status.WITHDRAWN]] * 2
    waiting = {cid for cid, steps in offers.items() if steps == [Status.PENDING]}
    assert set(found.state.instructions) == waiting
