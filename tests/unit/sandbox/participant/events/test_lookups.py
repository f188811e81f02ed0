"""Look-ups of single contracts, and how times are written."""

from __future__ import annotations

import pytest

from cantata.sandbox.participant.events.render import instant
from tests.unit.sandbox.participant.stage import Stage, transactions, wildcard

EVENTS = "/v2/events/events-by-contract-id"
CONTRACT = "/v2/contracts/contract-by-id"
NOBODY = "00" + "ab" * 68


def test_the_life_of_a_contract(stage: Stage) -> None:
    contract_id = stage.create(stage.bob)["contractId"]
    body = {"contractId": contract_id, "eventFormat": wildcard(stage.bob)}
    young = stage.ask(EVENTS, body)
    assert young["created"]["createdEvent"]["witnessParties"] == [stage.bob]
    assert young["archived"] is None
    stage.archive(contract_id)
    old = stage.ask(EVENTS, body)
    assert old["created"] == young["created"]
    assert old["archived"]["archivedEvent"]["contractId"] == contract_id


def test_who_has_no_stake_sees_nothing(stage: Stage) -> None:
    contract_id = stage.create()["contractId"]
    body = {"contractId": contract_id, "eventFormat": wildcard(stage.bob)}
    assert stage.refusal(EVENTS, body)["code"] == "CONTRACT_EVENTS_NOT_FOUND"
    asked = {"contractId": contract_id, "queryingParties": [stage.bob]}
    assert stage.refusal(CONTRACT, asked)["code"] == "CONTRACT_PAYLOAD_NOT_FOUND"


def test_a_contract_that_did_not_outlive_its_transaction(stage: Stage) -> None:
    asset = stage.asset(stage.bob)["CreateCommand"]
    shortlived = {**asset, "choice": "Archive", "choiceArgument": {}}
    command = stage.command(stage.alice, of=[{"CreateAndExerciseCommand": shortlived}])
    end = stage.end()
    stage.ask("/v2/commands/submit-and-wait", command)
    shown = transactions(stage.alice, shape="LEDGER_EFFECTS")
    body = {"beginExclusive": end, "endInclusive": stage.end(), "updateFormat": shown}
    (update,) = stage.ask("/v2/updates", body)
    (created, exercised) = update["update"]["Transaction"]["value"]["events"]
    contract_id = created["CreatedEvent"]["contractId"]
    for party in (stage.alice, stage.bob):
        asked = {"contractId": contract_id, "eventFormat": wildcard(party)}
        found = stage.ask(EVENTS, asked)
        assert found["created"]["createdEvent"]["acsDelta"] is False
        assert found["created"]["createdEvent"]["witnessParties"] == [party]
        archived = found["archived"]["archivedEvent"]
        assert archived["nodeId"] == exercised["ExercisedEvent"]["nodeId"]
    asked = {"contractId": contract_id, "eventFormat": wildcard(stage.carol)}
    assert stage.refusal(EVENTS, asked)["code"] == "CONTRACT_EVENTS_NOT_FOUND"


def test_the_payload_of_a_contract(stage: Stage) -> None:
    created = stage.create(stage.bob)
    stage.archive(created["contractId"])
    event = stage.ask(CONTRACT, {"contractId": created["contractId"]})["createdEvent"]
    assert event["createArgument"] == created["createArgument"]
    assert event["witnessParties"] == sorted([stage.alice, stage.bob])
    assert event["createdEventBlob"]


@pytest.mark.parametrize("path,code", [(EVENTS, "EVENTS"), (CONTRACT, "PAYLOAD")])
def test_unknown_and_malformed_ids(stage: Stage, path: str, code: str) -> None:
    body = {"contractId": NOBODY, "eventFormat": wildcard(stage.alice)}
    assert stage.refusal(path, body)["code"] == f"CONTRACT_{code}_NOT_FOUND"
    assert stage.refusal(path, {**body, "contractId": "zz"})["code"] == "INVALID_FIELD"
    assert stage.refusal(path, {**body, "contractId": ""})["code"] == "MISSING_FIELD"


@pytest.mark.parametrize(
    "micros,text",
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_500_000, "1970-01-01T00:00:01.500Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_000_010, "1970-01-01T00:00:01.000010Z"),
    ],
)
def test_times(micros: int, text: str) -> None:
    assert instant(micros) == text
