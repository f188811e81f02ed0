"""The commands of `cantata ledger` against a running ledger, as a process of their own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.api.process import SANDBOX, Sandbox

PACKAGES = Path(__file__).resolve().parents[4] / "shared" / "data" / "participant" / "packages"
DAR = PACKAGES / "oracle-types-1.0.0.dar"


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [SANDBOX[0], "ledger", *arguments, "--url", url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def data(url: str, *arguments: str) -> Any:
    done = run(url, *arguments, "--output", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_deploy_submit_and_look(sandbox: Sandbox, tmp_path: Path) -> None:
    if not DAR.exists():
        pytest.skip(f"the test packages are not at {PACKAGES}")
    party = sandbox.post("/v2/parties", {"partyIdHint": "carol"}).json["partyDetails"]["party"]
    (deployed,) = data(sandbox.url, "deploy", str(DAR))
    assert deployed in data(sandbox.url, "packages")
    assert party in [each["party"] for each in data(sandbox.url, "parties")]
    assert data(sandbox.url, "users")[0]["user"] == "participant_admin"
    argument = {"issuer": party, "owner": party, "amount": "1.0", "memo": "hi"}
    create = {"templateId": "#oracle-types:Oracle:Asset", "createArguments": argument}
    commands = tmp_path / "commands.json"
    commands.write_text(json.dumps([{"CreateCommand": create}]))
    wanted = ("submit", str(commands), "--act-as", party, "--command-id", "once")
    first, second = data(sandbox.url, *wanted), data(sandbox.url, *wanted)
    assert first["update_id"] == second["update_id"]
    (contract,) = data(sandbox.url, "contracts", "--party", party)
    assert contract["argument"]["amount"] == "1.0000000000"
    shown = run(sandbox.url, "updates", "--party", party).stdout
    assert "└─ create Asset #" in shown
    refused = run(sandbox.url, *wanted[:4], "--command-id", "!")
    assert refused.returncode == 1
    assert refused.stderr


def test_no_ledger_there_ends_with_three() -> None:
    done = run("http://127.0.0.1:9", "parties", "--output", "json")
    assert done.returncode == 3
    assert json.loads(done.stderr)["code"] == "LEDGER_UNREACHABLE"


def test_parties_go_by_name_while_it_is_theirs_alone(sandbox: Sandbox) -> None:
    for hint in ("erin", "erin-2"):
        assert sandbox.post("/v2/parties", {"partyIdHint": hint}).status == 200
    assert data(sandbox.url, "contracts", "--party", "erin") == []
    done = run(sandbox.url, "contracts", "--party", "nobody", "--output", "json")
    assert done.returncode == 1
    assert json.loads(done.stderr)["code"] == "UNKNOWN_PARTY"


def test_what_a_ledger_refuses_is_told_with_its_code(sandbox: Sandbox) -> None:
    wanted = ("contracts", "--party", "a::1220", "--template", "nonsense", "--output", "json")
    done = run(sandbox.url, *wanted)
    assert done.returncode == 1
    assert json.loads(done.stderr)["code"]
    assert run(sandbox.url, "updates", "--begin", "-1").returncode == 2
    absent = run(sandbox.url, "deploy", "/nowhere.dar")
    assert (absent.returncode, "Traceback" in absent.stderr) == (1, False)


def test_rows_are_not_cut_where_nobody_looks(sandbox: Sandbox) -> None:
    (known, *_) = data(sandbox.url, "packages")
    lines = run(sandbox.url, "packages").stdout.splitlines()
    assert lines[0].split() == ["name", "version", "package"]
    assert any(line.endswith(known["package"]) for line in lines)


def test_what_is_no_command_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "commands.json"
    path.write_text("{}")
    done = run(sandbox.url, "submit", str(path), "--act-as", "a", "--command-id", "c")
    assert done.returncode == 1
    assert "MALFORMED_COMMANDS" in done.stderr
