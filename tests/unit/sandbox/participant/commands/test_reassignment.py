"""Moving contracts between synchronizers, of which there is one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.sandbox.participant.stage import Stage

WAIT = "/v2/commands/submit-and-wait-for-reassignment"
ELSEWHERE = f"other::1220{'ab' * 32}"


def refused(stage: Stage, command: dict[str, Any]) -> tuple[str, str]:
    commands = {"userId": "u", "submitter": stage.alice, "commands": [{"command": command}]}
    answer = stage.refusal(WAIT, {"reassignmentCommands": commands})
    return answer["code"], answer["cause"]


@pytest.mark.parametrize("away", ["source", "target"])
def test_another_synchronizer_is_unknown(stage: Stage, away: str) -> None:
    here = stage.node.identity.synchronizer.id
    value = {"contractId": "00", "source": here, "target": here, away: ELSEWHERE}
    code, cause = refused(stage, {"UnassignCommand": {"value": value}})
    assert code == "INVALID_ARGUMENT"
    assert "Unable to resolve other::1220abababab... to a connected" in cause


def test_nothing_was_moved_here(stage: Stage) -> None:
    value = {"reassignmentId": "00ab", "source": ELSEWHERE, "target": ELSEWHERE}
    code, cause = refused(stage, {"AssignCommand": {"value": value}})
    assert code == "INVALID_ARGUMENT"
    assert "`ReassignmentId(00ab)`: unknown reassignment id" in cause


def test_nothing_can_be_moved(stage: Stage) -> None:
    here = stage.node.identity.synchronizer.id
    value = {"contractId": "00", "source": here, "target": here}
    assert refused(stage, {"UnassignCommand": {"value": value}})[0] == "UNIMPLEMENTED"
    assert refused(stage, {"Empty": {}})[0] == "UNIMPLEMENTED"
