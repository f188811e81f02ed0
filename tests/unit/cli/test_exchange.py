"""`cantata exchange parse`: recorded files in, JSON out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cantata.cli.app import main

ENTRY = {
    "updateId",
    "recordTime",
    "offset",
    "nodeId",
    "kind",
    "status",
    "sender",
    "receiver",
    "instrument",
    "amount",
    "memo",
    "instructionId",
    "originalInstructionId",
    "holdingsCreated",
    "holdingsArchived",
}
ALICE = "alice::normalized"


def run(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> Any:
    with pytest.raises(SystemExit) as ended:
        main(["exchange", "parse", *arguments])
    assert ended.value.code == 0
    return json.loads(capsys.readouterr().out)


def refusal(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["exchange", "parse", "--party", ALICE, *arguments])
    assert ended.value.code == 1
    captured = capsys.readouterr()
    assert not captured.out
    return captured.err


def test_the_output_has_the_promised_members(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data / "transactions"
    events = ["--events", str(folder / "wallet-events-by-contract-id.json")]
    found = run(["--party", ALICE, *events, str(folder / "wallet-txs.json")], capsys)
    assert list(found) == ["holdings", "pending", "entries"]
    for holding in found["holdings"]:
        assert set(holding) == {"contractId", "instrument", "amount", "locked"}
        assert set(holding["instrument"]) == {"admin", "id"}
    assert [h["contractId"] for h in found["holdings"] if h["locked"]] == ["0"]
    assert {offer["contractId"] for offer in found["pending"]} == {"51", "68"}
    assert all(set(entry) == ENTRY for entry in found["entries"])
    (deposit,) = (entry for entry in found["entries"] if entry["offset"] == 4)
    assert deposit == {
        "updateId": "update-4",
        "recordTime": "1971-01-01T00:00:04Z",
        "offset": 4,
        "nodeId": 4,
        "kind": "TRANSFER_IN",
        "status": "COMPLETED",
        "sender": "aliceValidator::normalized",
        "receiver": ALICE,
        "instrument": {"admin": "dso::normalized", "id": "Amulet"},
        "amount": "200.0000000000",
        "memo": "token-standard-transfer-description",
        "instructionId": None,
        "originalInstructionId": None,
        "holdingsCreated": ["16"],
        "holdingsArchived": [],
    }


def test_files_may_overlap_and_come_in_any_order(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = shared_data / "transactions" / "wallet-txs.json"
    updates = json.loads(whole.read_bytes())
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    first.write_text(json.dumps(updates[10:]))
    second.write_text(json.dumps(updates[:15]))
    expected = run(["--party", ALICE, str(whole)], capsys)
    assert run(["--party", ALICE, str(first), str(second)], capsys) == expected


def test_a_history_may_begin_from_active_contracts(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data / "amulet" / "state"
    updates = json.loads((folder / "updates-extra-carol-LEDGER_EFFECTS.json").read_bytes())
    party, contracts = updates["party"], str(folder / "acs-extra-carol.json")
    nothing = tmp_path / "nothing.json"
    nothing.write_text("[]")
    expected = run(
        ["--party", party, str(folder / "updates-extra-carol-LEDGER_EFFECTS.json")], capsys
    )
    found = run(["--party", party, "--contracts", contracts, str(nothing)], capsys)
    by_id = {holding["contractId"]: holding for holding in found["holdings"]}
    assert by_id == {holding["contractId"]: holding for holding in expected["holdings"]}
    assert not found["entries"]


def test_findings_are_shown_where_there_are_any(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shared_data / "transactions" / "guide-transfer-instruction-accept.json"
    text = path.read_text()
    start = text.index("treasury-party::")
    party = text[start : text.index('"', start)]
    (entry,) = run(["--party", party, str(path)], capsys)["entries"]
    assert entry["findings"] == ["UNKNOWN_INSTRUCTION"]


@pytest.mark.parametrize(
    "content, place",
    [
        (b"", "line 1, column 1"),
        (b'[\n {"update": }]', "line 2, column 13"),
        (b"\xfa[]", "byte 0"),
        (b"[" * 200_000, "nested too deeply"),
        (b'[{"updateId": "a", "events": [], "offset": 1}, 5]', "[1]"),
    ],
)
def test_bad_files_are_refused_with_their_place(
    content: bytes, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    told = refusal([str(path)], capsys)
    assert "MALFORMED_HISTORY" in told
    assert str(path) in told.replace("\n", "")
    assert place in told


def test_a_broken_tree_is_refused_with_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = {"CreatedEvent": {"contractId": "00", "nodeId": 0}}
    path = tmp_path / "broken.json"
    path.write_text(json.dumps([{"updateId": "1220ab", "offset": 1, "events": [event, event]}]))
    told = refusal([str(path)], capsys)
    assert str(path) in told.replace("\n", "")
    assert "node 0 of update 1220ab: is there twice" in told


def test_a_missing_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such file" in refusal([str(tmp_path / "none.json")], capsys)


def test_two_networks_in_one_history_are_refused(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data / "transactions"
    files = ["guide-1-step-transfer.json", "guide-transfer-instruction-create.json"]
    assert "HISTORY_OF_TWO_SYNCHRONIZERS" in refusal([str(folder / f) for f in files], capsys)
