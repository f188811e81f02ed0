"""The client by itself: what it offers, and what it does not load."""

from __future__ import annotations

import json
import subprocess
import sys

import cantata.ledger

HEAVY = (
    "cantata.sandbox",
    "cantata.lang",
    "cantata.testing",
    "sqlite3",
    "uvicorn",
    "msgspec",
    "rich",
)


def test_all_that_is_offered_is_there() -> None:
    offered = cantata.ledger.__all__
    assert sorted(offered) == list(offered)
    assert all(getattr(cantata.ledger, name) is not None for name in offered)


def test_neither_server_nor_database_is_loaded() -> None:
    code = "import cantata.ledger, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "httpx2" in loaded
    assert loaded.isdisjoint(HEAVY), loaded & set(HEAVY)


def test_help_needs_no_client() -> None:
    """Without the libraries of the client the commands are listed, and say what is missing."""
    code = (
        "import sys\n"
        "for name in ('httpx2', 'stamina', 'websockets'): sys.modules[name] = None\n"
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'httpx2' else found(name, *more)\n"
        "from cantata.cli import main\n"
        "main(sys.argv[1:])\n"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run("--help").returncode == 0
    assert run("ledger", "--help").returncode == 0
    for words in (("ledger", "parties"), ("demo", "token")):
        done = run(*words)
        assert (done.returncode, "CLIENT_NOT_INSTALLED" in done.stderr) == (1, True), done.stderr
