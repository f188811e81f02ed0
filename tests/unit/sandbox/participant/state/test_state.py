"""The state: its end, active contracts as a list and page by page, synchronizers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.participant.stage import HOLD, Stage, wildcard

LIST = "/v2/state/active-contracts"
PAGE = "/v2/state/active-contracts-page"


def ids(answer: list[Any]) -> list[str]:
    return [
        element["contractEntry"]["JsActiveContract"]["createdEvent"]["contractId"]
        for element in answer
    ]


def at_end(stage: Stage, *parties: str, **more: Any) -> dict[str, Any]:
    return {"eventFormat": wildcard(*parties), "activeAtOffset": stage.end(), **more}


def test_a_new_ledger(stage: Stage) -> None:
    assert stage.ask("/v2/state/latest-pruned-offsets", method="GET") == {
        "participantPrunedUpToInclusive": 0,
        "allDivulgedContractsPrunedUpToInclusive": 0,
    }
    assert stage.ask(LIST, at_end(stage, stage.alice)) == []


def test_what_is_active_and_was(stage: Stage) -> None:
    first, second = stage.create(workflowId="wf"), stage.create(stage.bob)
    before = stage.end()
    stage.archive(first["contractId"])
    assert ids(stage.ask(LIST, at_end(stage, stage.alice))) == [second["contractId"]]
    assert ids(stage.ask(LIST, at_end(stage, stage.bob))) == [second["contractId"]]
    assert ids(stage.ask(LIST, at_end(stage, stage.carol))) == []
    then = stage.ask(LIST, {"eventFormat": wildcard(stage.alice), "activeAtOffset": before})
    assert ids(then) == [first["contractId"], second["contractId"]]
    assert [element["workflowId"] for element in then] == ["wf", ""]


def test_a_list_goes_on_after_a_token(stage: Stage) -> None:
    wanted = [stage.create()["contractId"] for _ in range(3)]
    first = stage.ask(LIST, at_end(stage, stage.alice))[0]
    token = first["streamContinuationToken"]
    body = at_end(stage, stage.alice, streamContinuationToken=token)
    assert ids(stage.ask(LIST, body)) == wanted[1:]
    other = at_end(stage, stage.bob, streamContinuationToken=token)
    assert stage.refusal(LIST, other)["code"] == "INVALID_CONTINUATION_TOKEN"


def test_pages_give_each_contract_once(stage: Stage) -> None:
    wanted = [stage.create()["contractId"] for _ in range(5)]
    body = {"eventFormat": wildcard(stage.alice), "maxPageSize": 2}
    found: list[str] = []
    token = None
    for _ in range(3):
        page = stage.ask(PAGE, {**body, "pageToken": token})
        stage.create()
        found += ids(page["activeContracts"])
        token = page["nextPageToken"]
    assert (found, token) == (wanted, None)


def test_a_token_of_another_request_is_refused(stage: Stage) -> None:
    for _ in range(3):
        stage.create()
    body = {"eventFormat": wildcard(stage.alice), "maxPageSize": 1}
    token = stage.ask(PAGE, body)["nextPageToken"]
    other = {"eventFormat": wildcard(stage.bob), "maxPageSize": 1, "pageToken": token}
    assert stage.refusal(PAGE, other)["code"] == "INVALID_ACS_PAGE_TOKEN"
    forged = {**body, "pageToken": "AAAA" + token[4:]}
    assert stage.refusal(PAGE, forged)["code"] == "INVALID_ACS_PAGE_TOKEN"


def test_interface_views_on_request(stage: Stage) -> None:
    stage.create()
    shown = {"interfaceId": HOLD, "includeInterfaceView": True}
    filters = {"cumulative": [{"identifierFilter": {"InterfaceFilter": {"value": shown}}}]}
    body = {
        "eventFormat": {"filtersByParty": {stage.alice: filters}},
        "activeAtOffset": stage.end(),
    }
    entry = stage.ask(LIST, body)[0]["contractEntry"]["JsActiveContract"]
    (view,) = entry["createdEvent"]["interfaceViews"]
    assert view["viewStatus"] == {"code": 0, "message": "", "details": []}
    assert view["viewValue"]["vOwner"] == stage.alice


@pytest.mark.parametrize(
    "change,code",
    [
        ({"activeAtOffset": -1}, "NEGATIVE_OFFSET"),
        ({"activeAtOffset": 10_000}, "OFFSET_AFTER_LEDGER_END"),
        ({"eventFormat": None}, "INVALID_ARGUMENT"),
        ({"eventFormat": {"filtersByParty": {}}}, "INVALID_ARGUMENT"),
        ({"eventFormat": {"filtersByParty": {"bad party!": {}}}}, "INVALID_ARGUMENT"),
        ({"filter": {"filtersByParty": {}}}, "INVALID_ARGUMENT"),
    ],
)
def test_what_is_wrong_with_a_request(stage: Stage, change: dict[str, Any], code: str) -> None:
    refused = stage.refusal(LIST, {**at_end(stage, stage.alice), **change})
    assert refused["code"] == code


@pytest.mark.parametrize(
    "template,code",
    [
        ("#nope:M:T", "PACKAGE_NAMES_NOT_FOUND"),
        ("#oracle-types:Oracle:Nope", "NO_TEMPLATES_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME"),
        (HOLD, "NO_TEMPLATES_FOR_PACKAGE_NAME_AND_QUALIFIED_NAME"),
        ("ab" * 32 + ":M:T", "INVALID_FIELD"),
    ],
)
def test_unknown_templates(stage: Stage, template: str, code: str) -> None:
    case = {"TemplateFilter": {"value": {"templateId": template}}}
    filters = {"cumulative": [{"identifierFilter": case}]}
    body = {"eventFormat": {"filtersByParty": {stage.bob: filters}}, "activeAtOffset": 0}
    refused = stage.refusal(LIST, body)
    assert refused["code"] == code
    assert ("filters" in refused["context"]) == (code != "INVALID_FIELD")


def test_synchronizers(stage: Stage) -> None:
    path = "/v2/state/connected-synchronizers"
    (one,) = stage.ask(path, method="GET")["connectedSynchronizers"]
    assert one["permission"] == "PARTICIPANT_PERMISSION_UNSPECIFIED"
    query = {"party": [stage.alice]}
    (one,) = stage.ask(path, method="GET", query=query)["connectedSynchronizers"]
    assert one["permission"] == "PARTICIPANT_PERMISSION_SUBMISSION"
    bad = {"party": ["bad party!"]}
    assert stage.refusal(path, None, method="GET", query=bad)["code"] == "INVALID_FIELD"


def test_a_party_has_no_synchronizers_where_it_is_not_hosted(stage: Stage) -> None:
    path, other = "/v2/state/connected-synchronizers", f"other::1220{'ab' * 32}"
    stage.node.knows_party = {stage.alice}.__contains__
    for query in ({"party": [other]}, {"party": [stage.alice], "participantId": [other]}):
        assert stage.ask(path, method="GET", query=query) == {"connectedSynchronizers": []}
    (one,) = stage.ask(path, method="GET", query={"participantId": [other]}).values()
    assert [each["permission"] for each in one] == ["PARTICIPANT_PERMISSION_UNSPECIFIED"]
