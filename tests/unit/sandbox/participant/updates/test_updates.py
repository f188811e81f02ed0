"""Updates: as streams, pages and look-ups, of what each party may see."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.sandbox.participant.topology import note_authorization
from tests.unit.sandbox.participant.stage import Stage, transactions, wildcard

LIST = "/v2/updates"
PAGE = "/v2/updates/get-updates-page"


def offsets(answer: list[Any]) -> list[int]:
    return [
        element["update"]["Transaction"]["value"]["offset"]
        for element in answer
        if "Transaction" in element["update"]
    ]


def ask(stage: Stage, party: str, **more: Any) -> list[int]:
    body = {"beginExclusive": 0, "updateFormat": transactions(party), **more}
    return offsets(stage.ask(LIST, body))


def test_order_bounds_and_privacy(stage: Stage) -> None:
    made = [stage.create(owner)["offset"] for owner in ("", stage.bob, "")]
    end = stage.end()
    assert ask(stage, stage.alice, endInclusive=end) == made
    assert ask(stage, stage.bob, endInclusive=end) == made[1:2]
    assert ask(stage, stage.carol) == []
    assert ask(stage, stage.alice, beginExclusive=made[0], endInclusive=made[1]) == made[1:2]
    assert ask(stage, stage.alice, endInclusive=end, descendingOrder=True) == made[::-1]


def test_a_stream_begins_with_where_it_stands(stage: Stage) -> None:
    stage.create()
    begin = stage.end()
    stage.create()
    body = {"beginExclusive": begin, "updateFormat": transactions(stage.alice)}
    first, second = stage.ask(LIST, body)
    assert first["update"]["OffsetCheckpoint"]["value"]["offset"] == begin
    assert "Transaction" in second["update"]


def test_older_forms(stage: Stage) -> None:
    created = stage.create()
    body = {
        "beginExclusive": 0,
        "endInclusive": stage.end(),
        "filter": {"filtersByParty": {stage.alice: {}}},
        "verbose": True,
    }
    assert offsets(stage.ask("/v2/updates/flats", body)) == [created["offset"]]
    (tree,) = stage.ask("/v2/updates/trees", body)
    events = tree["update"]["TransactionTree"]["value"]["eventsById"]
    assert events["0"]["CreatedTreeEvent"]["value"]["contractId"] == created["contractId"]
    by_offset = f"/v2/updates/transaction-tree-by-offset/{created['offset']}"
    found = stage.ask(by_offset, method="GET", query={"parties": [stage.alice]})
    assert found["transaction"]["eventsById"].keys() == {"0"}


def test_the_older_path_takes_the_newer_form(stage: Stage) -> None:
    created = stage.create()
    stage.archive(created["contractId"])
    effects = transactions(stage.alice, shape="LEDGER_EFFECTS")
    wanted = {"updateFormat": effects, "endInclusive": stage.end()}
    answer = stage.ask("/v2/updates/flats", {"beginExclusive": 0, **wanted})
    assert answer == stage.ask(LIST, {"beginExclusive": 0, **wanted})
    assert "ExercisedEvent" in answer[1]["update"]["Transaction"]["value"]["events"][0]
    assert stage.refusal("/v2/updates/flats", {"beginExclusive": 0})["code"] == "INVALID_ARGUMENT"
    both = {"beginExclusive": 0, **wanted, "verbose": True}
    assert stage.refusal("/v2/updates/flats", both)["code"] == "INVALID_ARGUMENT"


def test_pages_forward_follow_the_ledger(stage: Stage) -> None:
    made = [stage.create()["offset"] for _ in range(3)]
    body = {"updateFormat": transactions(stage.alice), "maxPageSize": 2}
    first = stage.ask(PAGE, body)
    assert offsets(first["updates"]) == made[:2]
    assert first["lowestPageOffsetExclusive"] == 0
    second = stage.ask(PAGE, {**body, "pageToken": first["nextPageToken"]})
    assert offsets(second["updates"]) == made[2:]
    assert second["lowestPageOffsetExclusive"] == first["highestPageOffsetInclusive"]
    later = stage.create()["offset"]
    third = stage.ask(PAGE, {**body, "pageToken": second["nextPageToken"]})
    assert offsets(third["updates"]) == [later]


@pytest.mark.parametrize("descending", [False, True])
def test_pages_of_a_section_end(stage: Stage, *, descending: bool) -> None:
    made = [stage.create()["offset"] for _ in range(5)]
    body = {
        "endOffsetInclusive": stage.end(),
        "updateFormat": transactions(stage.alice),
        "maxPageSize": 2,
        "descendingOrder": descending,
    }
    found: list[int] = []
    token = None
    for _ in range(3):
        page = stage.ask(PAGE, {**body, "pageToken": token})
        found += offsets(page["updates"])
        token = page["nextPageToken"]
    assert (found, token) == (made[::-1] if descending else made, None)


def test_a_token_of_another_request_is_refused(stage: Stage) -> None:
    stage.create()
    token = stage.ask(PAGE, {"updateFormat": transactions(stage.alice)})["nextPageToken"]
    other = {"updateFormat": transactions(stage.bob), "pageToken": token}
    assert stage.refusal(PAGE, other)["code"] == "INVALID_UPDATES_PAGE_TOKEN"


def test_single_updates(stage: Stage) -> None:
    created = stage.create(stage.bob)
    offset = created["offset"]
    mine = transactions(stage.alice)
    body = {"offset": offset, "updateFormat": mine}
    found = stage.ask("/v2/updates/update-by-offset", body)["update"]["Transaction"]["value"]
    by_id = {"updateId": found["updateId"], "updateFormat": mine}
    assert stage.ask("/v2/updates/update-by-id", by_id)["update"]["Transaction"]["value"] == found
    older = {"updateId": found["updateId"], "requestingParties": [stage.bob]}
    seen = stage.ask("/v2/updates/transaction-by-id", older)["transaction"]
    assert (seen["commandId"], seen["paidTrafficCost"]) == ("", None)
    hidden = {"offset": offset, "updateFormat": transactions(stage.carol)}
    refused = stage.refusal("/v2/updates/update-by-offset", hidden)
    assert refused["code"] == "UPDATE_NOT_FOUND"


@pytest.mark.parametrize(
    "change,code",
    [
        ({"beginExclusive": -1}, "NEGATIVE_OFFSET"),
        ({"beginExclusive": 10_000}, "OFFSET_AFTER_LEDGER_END"),
        ({"endInclusive": 10_000}, "OFFSET_AFTER_LEDGER_END"),
        ({"beginExclusive": 3, "endInclusive": 2}, "OFFSET_OUT_OF_RANGE"),
        ({"descendingOrder": True}, "DESCENDING_ORDER_MISSING_END"),
        ({"updateFormat": None}, "INVALID_ARGUMENT"),
    ],
)
def test_what_is_wrong_with_a_request(stage: Stage, change: dict[str, Any], code: str) -> None:
    stage.create()
    body = {"beginExclusive": 0, "updateFormat": transactions(stage.alice), **change}
    assert stage.refusal(LIST, body)["code"] == code


def test_a_shape_is_needed(stage: Stage) -> None:
    shown: dict[str, Any] = {"eventFormat": wildcard(stage.alice)}
    shown["transactionShape"] = "TRANSACTION_SHAPE_UNSPECIFIED"
    body = {"beginExclusive": 0, "updateFormat": {"includeTransactions": shown}}
    assert stage.refusal(LIST, body)["code"] == "MISSING_FIELD"


def test_changes_of_the_topology(stage: Stage) -> None:
    stage.create()

    offset = note_authorization(stage.node, stage.bob)
    stage.node.store.sync().result()
    wanted = {"includeParticipantAuthorizationEvents": {"parties": [stage.bob]}}
    body = {"beginExclusive": 0, "updateFormat": {"includeTopologyEvents": wanted}}
    elements = [each["update"] for each in stage.ask(LIST, body)]
    (change,) = [each["TopologyTransaction"] for each in elements if "TopologyTransaction" in each]
    (event,) = change["value"]["events"]
    assert change["value"]["offset"] == offset
    assert event["event"]["ParticipantAuthorizationAdded"]["value"]["partyId"] == stage.bob


def test_the_log_begins_with_the_own_party(stage: Stage) -> None:
    wanted: dict[str, dict[str, list[str]]] = {
        "includeParticipantAuthorizationEvents": {"parties": []}
    }
    body = {
        "beginExclusive": 0,
        "endInclusive": stage.end(),
        "updateFormat": {"includeTopologyEvents": wanted},
    }
    (element,) = stage.ask(LIST, body)
    (event,) = element["update"]["TopologyTransaction"]["value"]["events"]
    added = event["event"]["ParticipantAuthorizationAdded"]["value"]
    assert added["partyId"] == added["participantId"] == stage.node.identity.participant_id
