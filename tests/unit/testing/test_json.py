"""Commands as JSON on a ledger under test: no contract classes are needed."""

from __future__ import annotations

import pytest

from cantata.kernel.errors import CantataError
from cantata.lf.codec.errors import ValueRefused
from cantata.sandbox.engine.errors import LedgerError
from cantata.testing import Ledger
from tests.unit.testing import counter

TEMPLATE = "#testing-counter:Testing.Counter:Counter"


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(counter)


def _create(owner: str, count: object) -> dict[str, object]:
    arguments = {"owner": owner, "count": count}
    return {"CreateCommand": {"templateId": TEMPLATE, "createArguments": arguments}}


def test_commands_make_one_update_with_ids_and_results(ledger: Ledger) -> None:
    ann = ledger.party("Ann")
    made = ledger.acting(ann).submit_json(_create(ann, "1"), _create(ann, "2"))
    first, second = made["events"]
    assert [event["createArguments"]["count"] for event in (first, second)] == ["1", "2"]
    exercise = {
        "templateId": TEMPLATE,
        "contractId": second["contractId"],
        "choice": "AddAll",
        "choiceArgument": {"numbers": ["3", "4"]},
    }
    done = ledger.acting(ann).submit_json({"ExerciseCommand": exercise})
    (event,) = done["events"]
    assert event["exerciseResult"] == "7"


def test_parties_are_plain_texts_on_the_ledger(ledger: Ledger) -> None:
    ann = ledger.party("Ann")
    (event,) = ledger.acting(ann).submit_json(_create(ann, "1"))["events"]
    assert type(event["createArguments"]["owner"]) is str


def test_a_refusal_has_notes(ledger: Ledger) -> None:
    ann = ledger.party("Ann")
    with pytest.raises(CantataError) as refused:
        ledger.acting(ledger.party("Bob")).submit_json(_create(ann, "1"))
    assert refused.value.__notes__[-1].endswith("requires authorizers Ann, but only Bob were given")


def test_wrong_values_are_refused_before_anything_happens(ledger: Ledger) -> None:
    ann = ledger.party("Ann")
    with pytest.raises((ValueRefused, LedgerError)):
        ledger.acting(ann).submit_json(_create(ann, "one"))
    assert ledger.updates == []
