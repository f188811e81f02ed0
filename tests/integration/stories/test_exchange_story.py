"""An exchange as it is shown: every way in and out, and books that are what the ledger has."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.faults.platform.processes import platform
from tests.integration.world import CANTATA

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 900


def ended(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CANTATA, *arguments],
        check=False,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


def test_an_exchange_is_played() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="cantata-story-", ignore_cleanup_errors=True) as name,
        platform(Path(name)) as running,
    ):
        given = {"CANTATA_API_URL": running.api_url, "CANTATA_DATA_DIR": str(running.folder)}
        done = ended("demo", "exchange", "--output", "json", **given)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(done.stdout)
        assert told["conserved"]
        facts = [each["facts"] for each in told["steps"]]
        ends = [each["withdrawal"].split()[1] for each in facts if "withdrawal" in each]
        assert ends == [
            *("completed", "offered", "completed", "offered", "rejected", "offered", "expired"),
        ]
        has = [each["Carol has"] for each in facts if "Carol has" in each]
        assert has[:3] == ["400.0, held 0.0", "600.0, held 0.0", "650.0, held 0.0"]
        assert has[-1] == "478.9, held 0.0"
        books = {each["account"]: each["amount"] for each in told["steps"][-1]["rows"]}
        assert books["treasury"] == "480.0"
        assert books["customer"] == "-478.9"
        where = {**given, "CANTATA_LEDGER_URL": running.ledger_url}
        where["CANTATA_DATABASE_URL"] = running.database_url
        checked = ended("tokens", "reconcile", **where)
        assert checked.returncode == 0, checked.stdout + checked.stderr
