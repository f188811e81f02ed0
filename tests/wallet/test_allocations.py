"""The wallet SDK with allocations: what it lists, and the commands that it builds for them."""

from __future__ import annotations

from pathlib import Path

from tests.api.process import ROOT, Sandbox
from tests.wallet.conftest import SECRET, USER
from tests.wallet.play import Stage, build, token

EVERYTHING = ROOT / "tests" / "unit" / "contracts" / "cases" / "everything.py"
LEGS = ["allocate", "execute", "cancel", "withdraw", "instruction", "reject", "request"]


def test_allocations(stage: Stage, sandbox: Sandbox, tmp_path: Path) -> None:
    package = build(EVERYTHING, tmp_path)
    told = stage.play(
        "allocations",
        url=sandbox.url,
        token=token(SECRET, USER),
        user=USER,
        dar=str(package.dar),
        packageId=package.id,
    )
    assert told["allocations"] == told["instructions"] == LEGS
    assert told["requests"] == [[True, [leg]] for leg in LEGS]
    assert told["unlocked holdings"] == []
    assert told["allocate"] == ["AllocationFactory_Allocate", "gold for silver"]
    assert told["execute alone"]["code"] == "DAML_AUTHORIZATION_ERROR"
    assert told["execute"] == ["Allocation_ExecuteTransfer", "execute"]
    assert told["cancel"] == ["Allocation_Cancel", "cancel"]
    assert told["withdraw"] == ["Allocation_Withdraw", "withdraw"]
    assert told["withdraw instruction"] == ["AllocationInstruction_Withdraw", "withdraw"]
    assert told["reject request"] == ["AllocationRequest_Reject", "reject"]
    assert told["withdraw request"] == ["AllocationRequest_Withdraw", "withdraw"]
    assert told["left"] == ["allocate"]
