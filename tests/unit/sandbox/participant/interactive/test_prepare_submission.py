"""Preparing transactions: what a wallet gets, and what is refused."""

from __future__ import annotations

import base64

import pytest

from cantata.lf.interactive.hashing import HashingScheme, prepared_hash
from cantata.lf.interactive.model import PreparedTransaction
from cantata.lf.interactive.prepared_wire import decode_prepared
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.shapes import BodyFault
from tests.unit.sandbox.participant.interactive.desk import NOW, PING, Desk, Json


@pytest.fixture
def desk() -> Desk:
    return Desk()


def _decoded(answer: Json) -> PreparedTransaction:
    return decode_prepared(base64.b64decode(answer["preparedTransaction"]))


@pytest.mark.parametrize(
    "wanted, scheme",
    [
        (None, "HASHING_SCHEME_VERSION_V2"),
        ("HASHING_SCHEME_VERSION_UNSPECIFIED", "HASHING_SCHEME_VERSION_V2"),
        ("HASHING_SCHEME_VERSION_V2", "HASHING_SCHEME_VERSION_V2"),
        ("HASHING_SCHEME_VERSION_V3", "HASHING_SCHEME_VERSION_V3"),
    ],
)
def test_the_hash_is_that_of_the_transaction(desk: Desk, wanted: str | None, scheme: str) -> None:
    answer = desk.post("prepare", desk.create(hashingSchemeVersion=wanted))
    digest = prepared_hash(_decoded(answer), HashingScheme[scheme])
    assert answer["preparedTransactionHash"] == base64.b64encode(digest).decode()
    assert answer["hashingSchemeVersion"] == scheme
    assert desk.updates() == 0


def test_the_answer_has_explicit_nulls_and_costs_nothing(desk: Desk) -> None:
    answer = desk.post("prepare", desk.create())
    assert answer["hashingDetails"] is None
    assert answer["costEstimation"] == {
        "estimationTimestamp": "2023-11-14T22:13:20Z",
        "confirmationRequestTrafficCostEstimation": 0,
        "confirmationResponseTrafficCostEstimation": 0,
        "totalTrafficCostEstimation": 0,
    }


def test_details_and_costs_follow_the_request(desk: Desk) -> None:
    hints = {"disabled": True, "expectedSignatures": ["SIGNING_ALGORITHM_SPEC_ED25519"]}
    answer = desk.post("prepare", desk.create(verboseHashing=True, estimateTrafficCost=hints))
    assert answer["hashingDetails"].startswith("Verbose hashing is disabled")
    assert answer["costEstimation"] is None


def test_the_terms_are_those_of_the_request(desk: Desk) -> None:
    body = desk.create(maxRecordTime="2027-01-01T00:00:00Z")
    metadata = _decoded(desk.post("prepare", body)).metadata
    assert metadata.submitter.act_as == (desk.party,)
    assert metadata.submitter.command_id == body["commandId"]
    assert metadata.synchronizer_id == desk.node.identity.synchronizer.physical_id
    assert metadata.max_record_time == 1_798_761_600_000_000
    assert metadata.preparation_time == NOW


@pytest.mark.parametrize(
    "time, later",
    [
        ({"MinLedgerTimeRel": {"value": {"seconds": 3, "nanos": 0}}}, 3_000_000),
        ({"MinLedgerTimeAbs": {"value": "2023-11-14T22:13:25Z"}}, 5_000_000),
        ({"MinLedgerTimeAbs": {"value": "2023-11-14T22:13:15Z"}}, 0),
        ({"Empty": {}}, 0),
    ],
)
def test_the_least_ledger_time_moves_the_preparation(desk: Desk, time: Json, later: int) -> None:
    answer = desk.post("prepare", desk.create(minLedgerTime={"time": time}))
    assert _decoded(answer).metadata.preparation_time == NOW + later


def test_a_least_ledger_time_outside_the_calendar_is_refused(desk: Desk) -> None:
    far = {"time": {"MinLedgerTimeRel": {"value": {"seconds": 2**62, "nanos": 0}}}}
    refusal = desk.refused("prepare", desk.create(minLedgerTime=far))
    assert refusal.error_code == "INVALID_FIELD"


@pytest.mark.parametrize("field", ["synchronizerId", "packageIdSelectionPreference", "actAs"])
def test_a_field_without_a_default_is_missed(desk: Desk, field: str) -> None:
    body = desk.create()
    del body[field]
    with pytest.raises(BodyFault):
        desk.post("prepare", body)


def test_several_commands_are_refused(desk: Desk) -> None:
    (command,) = desk.create()["commands"]
    refusal = desk.refused("prepare", desk.request(command, command))
    assert refusal.error_code == "FAILED_TO_PREPARE_TRANSACTION"
    assert refusal.correlation_id is None
    assert "submissionId: ," in refusal.context["commands"]
    assert "{duration: 'PT0S'}" in refusal.context["commands"]


def test_a_command_with_two_roots_is_refused(desk: Desk) -> None:
    (command,) = desk.create()["commands"]
    both = {**command["CreateCommand"], "choice": "Respond", "choiceArgument": {}}
    refusal = desk.refused("prepare", desk.request({"CreateAndExerciseCommand": both}))
    assert refusal.error_code == "FAILED_TO_PREPARE_TRANSACTION"


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"actAs": []}, "MISSING_FIELD"),
        ({"commandId": ""}, "MISSING_FIELD"),
        ({"commands": []}, "MISSING_FIELD"),
        ({"userId": ""}, "INVALID_TOKEN"),
        ({"userId": None}, "INVALID_TOKEN"),
        ({"commandId": "é"}, "INVALID_FIELD"),
        ({"actAs": ["no party!"]}, "INVALID_ARGUMENT"),
        ({"synchronizerId": "nonsense"}, "INVALID_FIELD"),
        ({"synchronizerId": "foo::1220" + "ab" * 32}, "INVALID_PRESCRIBED_SYNCHRONIZER_ID"),
        ({"actAs": ["ghost::1220" + "ab" * 32]}, "UNKNOWN_INFORMEES"),
    ],
)
def test_what_makes_no_sense_is_refused(desk: Desk, changes: Json, code: str) -> None:
    refusal = desk.refused("prepare", desk.create(**changes))
    assert refusal.error_code == code
    assert refusal.correlation_id is None


def test_unknown_informees_are_refused(desk: Desk) -> None:
    ping = {"id": "1", "initiator": desk.party, "responder": "ghost::1220" + "ab" * 32}
    command = {"CreateCommand": {"templateId": PING, "createArguments": ping}}
    refusal = desk.refused("prepare", desk.request(command))
    assert refusal.error_code == "UNKNOWN_INFORMEES"


def test_reading_is_enough_to_prepare(desk: Desk) -> None:
    reader = Claims(user_id="wallet", read_as=frozenset({desk.party}))
    assert desk.post("prepare", desk.create(), reader)["preparedTransaction"]
    executor = Claims(user_id="wallet", execute_as=frozenset({desk.party}))
    assert desk.refused("prepare", desk.create(), executor).status == 403
