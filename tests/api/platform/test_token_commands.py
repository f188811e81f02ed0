"""`cantata tokens batch` and `cantata tokens document` against the running platform."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import balance, new_token
from tests.integration.world import CANTATA, ROOT


class Shell:
    """A command line with somebody's key."""

    def __init__(self, platform: Platform, caller: Client) -> None:
        given = {"CANTATA_API_URL": platform.url, "CANTATA_API_KEY": caller.token}
        self._environment = {**os.environ, "NO_COLOR": "1", **given}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CANTATA, "tokens", *arguments],
            check=False,
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=90,
        )


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture
def shell(platform: Platform, issuer: Client) -> Shell:
    return Shell(platform, issuer)


def test_batches(issuer: Client, shell: Shell, tmp_path: Path) -> None:
    token = new_token(issuer, "CLIB")
    named = f"{token['admin']}/{token['id']}"
    file, out = tmp_path / "mints.csv", tmp_path / "result.csv"
    file.write_text(f"receiver,amount,memo\n{issuer.party},1,=x\n{issuer.party},nothing,\n")
    refused = shell.run("batch", "submit", named, "mint", str(file))
    assert refused.returncode == 1
    assert "line 3, column amount: AMOUNT_MALFORMED" in refused.stderr
    assert "BATCH_REFUSED" in refused.stderr
    tried = shell.run("batch", "submit", named, "mint", str(file), "--mode", "per_row", "--dry-run")
    assert json.loads(tried.stdout)["accepted"] == 1
    done = shell.run(
        "batch", "submit", named, "mint", str(file), "--mode", "per_row", "--output", "json"
    )
    assert done.returncode == 1, "a row was refused"
    found = json.loads(done.stdout)
    assert found["counts"]["completed"] == 1, done.stderr
    assert balance(issuer, token)[0] == "1.0"
    shown = shell.run("batch", "show", found["id"])
    assert "over" in shown.stdout
    rows = shell.run("batch", "rows", found["id"])
    assert "AMOUNT_MALFORMED" in rows.stdout
    assert shell.run("batch", "result", found["id"], "--out", str(out)).returncode == 0
    assert '"\'=x"' in out.read_text()
    file.write_text(f"receiver,amount\n{issuer.party},2\n")
    together = shell.run("batch", "submit", named, "mint", str(file))
    assert together.returncode == 0, together.stderr
    assert balance(issuer, token)[0] == "3.0"


def test_documents(issuer: Client, shell: Shell, tmp_path: Path) -> None:
    token = new_token(issuer, "CLID")
    named = f"{token['admin']}/{token['id']}"
    file = tmp_path / "prospectus.pdf"
    file.write_bytes(b"first")
    added = shell.run("document", "add", named, str(file), "--output", "json")
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["state"] == "completed"
    good = shell.run("document", "verify", named, str(file))
    assert good.returncode == 0, good.stderr
    assert "newest version (1) of 'prospectus.pdf'; the ledger names it" in good.stdout
    file.write_bytes(b"forged")
    forged = shell.run("document", "verify", named, str(file))
    assert forged.returncode == 1
    assert "no document of this token" in forged.stderr
    assert shell.run("document", "add", named, str(file), "--version", "2").returncode == 0
    listed = json.loads(shell.run("document", "list", named, "--output", "json").stdout)
    assert [(each["version"], each["newest"]) for each in listed] == [("1", False), ("2", True)]
