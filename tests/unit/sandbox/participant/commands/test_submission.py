"""Submitting: what is done, what is refused, what is a duplicate."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest

from cantata.sandbox.participant.claims import Claims
from tests.unit.sandbox.participant.stage import Stage, wildcard

WAIT = "/v2/commands/submit-and-wait"
SHOW = "/v2/commands/submit-and-wait-for-transaction"


def test_a_transaction_is_shown_with_all_its_keys(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset(stage.bob)], workflowId="wf")
    shown = stage.ask(SHOW, {"commands": body})["transaction"]
    assert (shown["commandId"], shown["workflowId"]) == (body["commandId"], "wf")
    assert shown["externalTransactionHash"] is None
    assert shown["traceContext"]["traceparent"].startswith("00-0123456789abcdef")
    created = shown["events"][0]["CreatedEvent"]
    assert created["signatories"] == [stage.alice]
    assert created["observers"] == [stage.bob]
    assert created["createArgument"]["amount"] == "10.0000000000"
    assert (created["contractKey"], created["createdEventBlob"]) == (None, "")


def test_offsets_leave_gaps_and_the_end_covers_them(stage: Stage) -> None:
    first, second = stage.create()["offset"], stage.create()["offset"]
    assert second - first > 1
    assert second <= stage.end() < stage.create()["offset"]


def test_a_duplicate_is_refused_with_what_is_known_of_the_first(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset()], submissionId="s-1")
    done = stage.ask(WAIT, body)
    refused = stage.refusal(WAIT, {**body, "submissionId": "s-2"})
    assert (refused["code"], refused["errorCategory"]) == ("DUPLICATE_COMMAND", 10)
    context = refused["context"]
    assert context["completion_offset"] == str(done["completionOffset"])
    assert context["existingSubmissionId"] == "Some(s-1)"
    assert context["definite_answer"] == "true"


@pytest.mark.parametrize("other", [{"userId": "else"}, {"commandId": "else"}])
def test_another_change_id_is_another_command(stage: Stage, other: dict[str, Any]) -> None:
    body = stage.command(stage.alice, of=[stage.asset()])
    assert stage.ask(WAIT, body) != stage.ask(WAIT, {**body, **other})


def test_a_command_that_failed_may_come_again(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset(amount="-1")])
    assert stage.refusal(WAIT, body)["code"] == "TEMPLATE_PRECONDITION_VIOLATED"
    assert stage.ask(WAIT, {**body, "commands": [stage.asset()]})["updateId"]


def test_duplicates_are_looked_for_after_an_offset(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset()])
    offset = stage.ask(WAIT, body)["completionOffset"]
    within = {"DeduplicationOffset": {"value": offset - 1}}
    refused = stage.refusal(WAIT, {**body, "deduplicationPeriod": within})
    assert refused["code"] == "DUPLICATE_COMMAND"
    after = {"DeduplicationOffset": {"value": offset}}
    assert stage.ask(WAIT, {**body, "deduplicationPeriod": after})["completionOffset"] > offset


@pytest.mark.parametrize(
    "change,code,participant",
    [
        ({"actAs": []}, "MISSING_FIELD", "sandbox"),
        ({"actAs": ["not a party!"]}, "INVALID_ARGUMENT", "sandbox"),
        ({"commands": []}, "MISSING_FIELD", "'sandbox'"),
        ({"commandId": ""}, "MISSING_FIELD", "'sandbox'"),
        ({"workflowId": "bad wf!{"}, "INVALID_ARGUMENT", "'sandbox'"),
        ({"submissionId": "bad sub{"}, "INVALID_FIELD", "'sandbox'"),
        ({"userId": ""}, "INVALID_TOKEN", "sandbox"),
        ({"synchronizerId": "foo"}, "INVALID_FIELD", "sandbox"),
        ({"packageIdSelectionPreference": ["zz"]}, "JSON_API_PACKAGE_SELECTION_FAILED", "sandbox"),
    ],
)
def test_what_is_wrong_with_a_submission(
    stage: Stage, change: dict[str, Any], code: str, participant: str
) -> None:
    before = stage.end()
    body = {**stage.command(stage.alice, of=[stage.asset()]), **change}
    refused = stage.refusal(WAIT, body)
    assert (refused["code"], refused["context"]["participant"]) == (code, participant)
    assert (refused["correlationId"] is None) == (participant == "sandbox")
    assert stage.end() == before


def test_an_unknown_party_is_refused(stage: Stage) -> None:
    ghost = "ghost::1220" + "ab" * 32
    refused = stage.refusal(WAIT, stage.command(stage.alice, of=[stage.asset(ghost)]))
    assert refused["code"] == "UNKNOWN_INFORMEES"


def test_a_package_name_that_is_not_in_use(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset()])
    for package_id in list(stage.node.packages.vetted):
        stage.node.packages.unvet(package_id)
    refused = stage.refusal(WAIT, body)
    assert (refused["code"], refused["context"]["participant"]) == (
        "JSON_API_PACKAGE_SELECTION_FAILED",
        "sandbox",
    )


def test_a_contract_is_found_by_who_may_see_it_only(stage: Stage) -> None:
    held = stage.create()["contractId"]
    body = stage.command(stage.bob, of=[stage.exercise(held, "Archive")])
    refused = stage.refusal(WAIT, body)
    assert (refused["code"], refused["resources"]) == (
        "CONTRACT_NOT_FOUND",
        [["ErrorResource(CONTRACT_ID)", held]],
    )
    assert f"actAs: ['{stage.bob}']" in refused["context"]["commands"]


def test_a_shown_blob_makes_a_contract_visible(stage: Stage) -> None:
    shown: dict[str, Any] = {"eventFormat": wildcard(stage.alice, blob=True)}
    shown["transactionShape"] = "TRANSACTION_SHAPE_ACS_DELTA"
    body = {
        "commands": stage.command(stage.alice, of=[stage.asset()]),
        "transactionFormat": shown,
    }
    created = stage.ask(SHOW, body)["transaction"]["events"][0]["CreatedEvent"]
    archive = stage.exercise(created["contractId"], "Archive")
    disclosed = {"createdEventBlob": created["createdEventBlob"]}
    with_blob = stage.command(stage.bob, of=[archive], disclosedContracts=[disclosed] * 2)
    assert stage.refusal(WAIT, with_blob)["code"] == "DAML_AUTHORIZATION_ERROR"
    other = {**disclosed, "contractId": stage.create()["contractId"]}
    mismatched = stage.command(stage.bob, of=[archive], disclosedContracts=[other])
    assert stage.refusal(WAIT, mismatched)["code"] == "INVALID_ARGUMENT"


def test_a_blob_with_another_salt_is_forged(stage: Stage) -> None:
    shown: dict[str, Any] = {"eventFormat": wildcard(stage.alice, blob=True)}
    shown["transactionShape"] = "TRANSACTION_SHAPE_ACS_DELTA"
    body = {
        "commands": stage.command(stage.alice, of=[stage.asset()]),
        "transactionFormat": shown,
    }
    created = stage.ask(SHOW, body)["transaction"]["events"][0]["CreatedEvent"]
    blob = bytearray(b64decode(created["createdEventBlob"]))
    blob[-6] ^= 1
    archive = stage.exercise(created["contractId"], "Archive")
    disclosed = {"createdEventBlob": b64encode(blob).decode()}
    body = stage.command(stage.alice, of=[archive], disclosedContracts=[disclosed])
    refused = stage.refusal(WAIT, body)
    assert refused["code"] == "INTERPRETATION_UPGRADE_ERROR_AUTHENTICATION_FAILED"
    assert [kind for kind, _ in refused["resources"]] == [
        "ErrorResource(CONTRACT_ID)",
        "ErrorResource(TEMPLATE_ID)",
        "ErrorResource(TEMPLATE_ID)",
        "ErrorResource(CONTRACT_ARG)",
    ]


def test_rights_are_asked_for(stage: Stage) -> None:
    body = stage.command(stage.alice, of=[stage.asset()])
    reader = Claims(user_id=USER_OF_TOKEN, read_as=frozenset({stage.alice}))
    body["userId"] = USER_OF_TOKEN
    assert stage.refusal(WAIT, body, claims=reader)["grpcCodeValue"] == 7
    actor = Claims(user_id=USER_OF_TOKEN, act_as=frozenset({stage.alice}))
    assert stage.ask(WAIT, body, claims=actor)["updateId"]


USER_OF_TOKEN = "someone"
