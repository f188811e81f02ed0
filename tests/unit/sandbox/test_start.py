"""What starting a sandbox imports, once its caches are warm; nothing here looks at a clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

START = """
import json, sys
from cantata.cli import sandbox
from cantata.cli.app import app
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.server.app import Application
from cantata.sandbox.server.run import serve
Application(Participant())
print(json.dumps(sorted(sys.modules)))
"""

NOT_IMPORTED = (
    "cantata.contracts",
    "cantata.lang",
    "cantata.ledger",
    "cantata.lf.codegen",
    "cantata.lf.declared",
    "cantata.lf.stable",
    "cantata.ops",
    "cantata.sandbox.auth",
    "cantata.sandbox.server.docs",
    "cantata.testing",
    "cantata.tokens",
    "httpx",
    "hypothesis",
    "joserfc",
    "pydantic",
    "pytest",
    "rich",
)

LIFELINE = ("cantata.ops", "cantata.ops.lifeline")
"""What ends a process with its supervisor; the package itself is empty."""

MODULES_MAX = 800


def imported(cache: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", START],
        env={**os.environ, "CANTATA_CACHE": str(cache)},
        check=True,
        capture_output=True,
        text=True,
    )
    names: list[str] = json.loads(done.stdout)
    return names


def test_a_start_imports_little(tmp_path: Path) -> None:
    assert "cantata.lang" in imported(tmp_path), "the first start compiles what is declared"
    names = imported(tmp_path)
    needless = [
        name
        for name in names
        if name not in LIFELINE
        and any(name == each or name.startswith(f"{each}.") for each in NOT_IMPORTED)
    ]
    assert needless == []
    assert len(names) < MODULES_MAX
