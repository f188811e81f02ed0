"""Administration answers as the recorded participant did: parties, users, packages, tokens."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.api.process import Sandbox, running

ADMINISTRATION = re.compile(
    "/v2/(parties|users|idps|authenticated-user|packages|dars|package-vetting)"
)
ORDER_OF_RIGHTS = {"user_grant_u1", "user_rights_u1_after"}
"""A participant gives rights in the order of its hash table, we in that of the requests."""

AFTER_OTHERS = {"vet_list_filter_ids"}
"""Their answers depend on exchanges that are left out with the DARs that these need."""


def administration_of(recorded: Path, folder: Path) -> Path:
    """Give the recorded exchanges about administration, without those about DARs not at hand."""
    chosen = folder / recorded.name
    with chosen.open("w", encoding="utf-8") as out:
        for line in recorded.read_text(encoding="utf-8").splitlines():
            exchange = json.loads(line)
            path = exchange.get("request", {}).get("path", "")
            if ADMINISTRATION.match(path):
                out.write(line + "\n")
    return chosen


def differences(sandbox: Sandbox, shared: Path, chosen: Path, folder: Path) -> dict[str, list[str]]:
    """Replay exchanges; give the differences of those that were not answered alike."""
    report = folder / "report.jsonl"
    subprocess.run(
        [
            sys.executable,
            str(shared / "tools" / "replay.py"),
            *("--url", sandbox.url, "--report", str(report), "--least", "0"),
            *("--dars", str(shared / "data" / "participant" / "packages")),
            str(chosen),
        ],
        check=True,
        timeout=110,
    )
    rows = map(json.loads, report.read_text(encoding="utf-8").splitlines())
    return {row["name"]: row["differences"] for row in rows}


def test_tokens(shared: Path, shared_data: Path, tmp_path: Path) -> None:
    chosen = administration_of(shared_data / "participant" / "auth.jsonl", tmp_path)
    command = (sys.executable, "-m", "tests.api.recorded")
    with running(tmp_path, command=command) as sandbox:
        assert differences(sandbox, shared, chosen, tmp_path) == {}


def test_administration(sandbox: Sandbox, shared: Path, shared_data: Path, tmp_path: Path) -> None:
    chosen = administration_of(shared_data / "participant" / "main.jsonl", tmp_path)
    found = differences(sandbox, shared, chosen, tmp_path)
    assert found.keys() <= ORDER_OF_RIGHTS | AFTER_OTHERS | set(_of_other_dars(chosen))


def _of_other_dars(chosen: Path) -> list[str]:
    """Name the exchanges whose answers depend on DARs that are not part of the shared material."""
    names = []
    for line in chosen.read_text(encoding="utf-8").splitlines():
        exchange = json.loads(line)
        body = json.dumps(exchange["response"].get("body"))
        if "needs" in exchange or "splice-" in body or exchange["name"] == "packages_after":
            names.append(exchange["name"])
    return names
