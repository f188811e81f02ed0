"""The forms in which answers of a ledger were kept, and those that are none."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.exchange.history.errors import MalformedHistory
from cantata.exchange.history.recorded import contracts_in, made_in, updates_in
from cantata.ledger.model.updates import Checkpoint, OtherUpdate, Transaction

TRANSACTION = {
    "updateId": "1220ab",
    "offset": 3,
    "events": [],
    "synchronizerId": "here::1220",
    "recordTime": "2026-06-01T12:00:00Z",
}
UPDATE = {"update": {"Transaction": {"value": TRANSACTION}}}
CHECKPOINT = {"update": {"OffsetCheckpoint": {"value": {"offset": 9, "synchronizerTimes": []}}}}
TOPOLOGY = {"update": {"TopologyTransaction": {"value": {"offset": 8}}}}
CREATED = {"contractId": "00ab", "nodeId": 0, "offset": 3, "templateId": "p:M:T"}
ANSWER = {"created": {"createdEvent": CREATED, "synchronizerId": "here::1220"}, "archived": None}
ACTIVE = {"contractEntry": {"JsActiveContract": {"createdEvent": CREATED}}}


@pytest.mark.parametrize(
    "content",
    [
        [UPDATE],
        [TRANSACTION],
        UPDATE,
        TRANSACTION,
        {"updates": [UPDATE]},
        {"updates": [TRANSACTION], "party": "me", "ledgerEnd": 5, "requests": []},
        {"updates": [UPDATE], "nextPageToken": "more"},
        {"transaction": TRANSACTION},
        [{"transaction": TRANSACTION}],
    ],
)
def test_forms_of_updates(content: Any) -> None:
    (found,) = updates_in(content, "file")
    assert isinstance(found, Transaction)
    assert (found.update_id, found.offset) == ("1220ab", 3)


def test_updates_that_are_no_transactions() -> None:
    assert updates_in([], "file") == ()
    assert updates_in([CHECKPOINT, TOPOLOGY], "file") == (
        Checkpoint(9),
        OtherUpdate("TopologyTransaction", 8),
    )


@pytest.mark.parametrize("content", [ANSWER, [ANSWER]])
def test_forms_of_looked_up_events(content: Any) -> None:
    (found,) = made_in(content, "file")
    assert found.contract_id == "00ab"


def test_an_answer_may_have_forgotten_the_creation() -> None:
    assert made_in([{"created": None, "archived": {"archivedEvent": {}}}], "file") == ()


@pytest.mark.parametrize("content", [[ACTIVE], {"party": "me", "activeContracts": [ACTIVE]}])
def test_forms_of_active_contracts(content: Any) -> None:
    (found,) = contracts_in(content, "file")
    assert found.contract_id == "00ab"


def test_a_contract_between_synchronizers_is_left_out() -> None:
    assert contracts_in([{"contractEntry": {"JsEmpty": {}}}], "file") == ()


@pytest.mark.parametrize(
    "content, place, reason",
    [
        (5, "the object", "should be an object"),
        ("text", "the object", "should be an object"),
        (None, "the object", "should be an object"),
        ([UPDATE, 7], "[1]", "should be an object"),
        ([{}], "[0]", "neither an update nor a transaction"),
        ({"updates": [UPDATE, {"update": {}}]}, "updates[1]", "one member"),
        ([{**TRANSACTION, "offset": "3"}], "[0]", "should be an integer"),
        ([{**TRANSACTION, "events": [{"CreatedEvent": 5}]}], "[0]", "events[0].CreatedEvent"),
        ([{**TRANSACTION, "events": [{"NewEvent": {}}]}], "[0]", "unknown kind"),
        ([{**TRANSACTION, "recordTime": "soon"}], "[0]", "a point in time"),
    ],
)
def test_what_is_no_history_is_refused_with_its_place(
    content: Any, place: str, reason: str
) -> None:
    with pytest.raises(MalformedHistory) as caught:
        updates_in(content, "file.json")
    assert caught.value.source == "file.json"
    assert caught.value.place == place
    assert reason in str(caught.value)


@pytest.mark.parametrize("content", [[{}], {"created": 5}, 5])
def test_what_is_no_answer_is_refused(content: Any) -> None:
    with pytest.raises(MalformedHistory):
        made_in(content, "file.json")


def test_what_is_no_contract_is_refused() -> None:
    with pytest.raises(MalformedHistory):
        contracts_in([{}], "file.json")
