"""Transactions are drawn as trees."""

from __future__ import annotations

from cantata.ledger.decoding import Fields
from cantata.ledger.model.updates import transaction
from cantata.ledger.pictures import draw


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
                "witnessParties": ["alice::1220"],
            }
        }

    create = {"CreatedEvent": {"nodeId": 2, "contractId": "00cd", "templateId": "p:M:T"}}
    events = [exercise(0, 3), exercise(1, 2), create, exercise(3, 3), exercise(4, 4)]
    lines = draw(transaction(Fields({"offset": 7, "events": events}))).split("\n")[1:]
    assert [len(line) - len(line.lstrip()) for line in lines] == [2, 4, 6, 4, 2]
    assert lines[0].strip().startswith("consume M:T 00ab")
    assert lines[0].endswith("[alice]")
