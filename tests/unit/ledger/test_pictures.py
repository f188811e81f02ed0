"""Transactions are drawn as trees."""

from __future__ import annotations

import pytest

from cantata.ledger.decoding import Fields
from cantata.ledger.model.updates import transaction
from cantata.ledger.pictures import draw, rows


def test_what_an_exercise_did_stands_below_it() -> None:
    def exercise(node: int, last: int) -> object:
        return {
            "ExercisedEvent": {
                "nodeId": node,
                "lastDescendantNodeId": last,
                "contractId": "00ab",
                "templateId": "p:M:T",
                "choice": "Go",
                "consuming": True,
                "witnessParties": ["alice"],
                "actingParties": ["alice"],
            }
        }

    created = {"nodeId": 2, "contractId": "00cd", "templateId": "p:M:T", "createArgument": {}}
    create = {"CreatedEvent": created}
    events = [exercise(0, 3), exercise(1, 2), create, exercise(3, 3), exercise(4, 4)]
    shown = draw(transaction(Fields({"offset": 7, "events": events}))).split("\n")
    assert shown == [
        "offset 7 · None · update …",
        "├─ consume T 00ab Go as alice  [alice]",
        "│  ├─ consume T 00ab Go as alice  [alice]",
        "│  │  └─ create T 00cd {}  []",
        "│  └─ consume T 00ab Go as alice  [alice]",
        "└─ consume T 00ab Go as alice  [alice]",
    ]


@pytest.mark.parametrize("width", range(40, 130, 7))
def test_lines_are_as_wide_as_they_may_be(width: int) -> None:
    argument = {"owner": f"alice::1220{'ab' * 32}", "memo": "m" * 60, "amount": "10.0000000000"}
    created = {
        "contractId": f"00{'cd' * 68}",
        "templateId": "p:M:T",
        "createArgument": argument,
        "witnessParties": [f"alice::1220{'ab' * 32}"],
    }
    made = transaction(Fields({"events": [{"CreatedEvent": created}]}))
    (row,) = rows(made, width)
    assert len(str(row)) <= width
    assert str(row).startswith("└─ create T #cdcdcdcd")
    assert str(row).endswith("  [alice]")
    assert ("{owner: alice" in row.value) == (width >= 47)
