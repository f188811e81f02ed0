"""Wrong use of a ledger under test is told in its own words."""

from __future__ import annotations

from typing import Any, cast

import pytest

from cantata.lang import ContractId, Party, WrongType
from cantata.testing import Ledger, exercise
from cantata.testing.names import NotAContract
from tests.unit.testing import counter
from tests.unit.testing.counter import Counter


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(counter)


@pytest.fixture
def ann(ledger: Ledger) -> Party:
    return ledger.party("Ann")


@pytest.fixture
def cid(ledger: Ledger, ann: Party) -> ContractId[Counter]:
    return ledger.acting(ann).create(Counter(owner=ann, count=1))


def test_only_parties_act(ledger: Ledger) -> None:
    with pytest.raises(WrongType, match=r"acting takes parties, as ledger\.party\(name\) gives"):
        ledger.acting(cast("Party", "Ann"))


def test_a_payload_is_no_command(ledger: Ledger, ann: Party) -> None:
    with pytest.raises(WrongType, match=r"as create\(…\) and exercise\(…\) make them"):
        ledger.acting(ann).submit(cast("Any", Counter(owner=ann, count=1)))


def test_a_choice_is_named_by_its_class(
    ledger: Ledger, ann: Party, cid: ContractId[Counter]
) -> None:
    with pytest.raises(NotAContract, match=r"or its choice: Token\.burn"):
        ledger.acting(ann).exercise(cid, cast("Any", "AddAll"))


@pytest.mark.parametrize(
    "arguments, told",
    [
        ({}, "Make takes owner, count; missing: owner, count"),
        ({"owner": "x", "size": 1}, "missing: count; unknown: size"),
    ],
)
def test_missing_and_unknown_arguments_are_told_apart(
    ledger: Ledger,
    ann: Party,
    cid: ContractId[Counter],
    arguments: dict[str, object],
    told: str,
) -> None:
    with pytest.raises(TypeError, match=told):
        ledger.acting(ann).exercise(cid, cast("Any", Counter.make), **arguments)


def test_a_dry_run_records_nothing(ledger: Ledger, ann: Party, cid: ContractId[Counter]) -> None:
    transaction = ledger.acting(ann).prepare(exercise(cid, Counter.make, owner=ann, count=2))
    assert len(transaction.created) == 1
    assert len(ledger.updates) == 1
