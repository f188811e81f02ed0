"""`cantata sandbox prune` and `--retain`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cantata.cli.sandbox import app
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.store import SqliteStore

USAGE = 2


@pytest.fixture
def store(tmp_path: Path) -> str:
    path = str(tmp_path / "ledger.db")
    node = Participant(store=SqliteStore(path))
    for number in range(4):
        node.ledger.note("kind", number)
    node.close()
    return path


def test_a_log_is_pruned_up_to_an_offset(store: str) -> None:
    done = CliRunner().invoke(app, ["prune", "--store", store, "--up-to", "6"])
    assert done.exit_code == 0, done.output
    assert "offset 6" in done.output
    opened = SqliteStore(store)
    assert opened.pruned() == 6
    opened.close()


def test_nothing_is_old_enough(store: str) -> None:
    done = CliRunner().invoke(app, ["prune", "--store", store, "--keep", "30d"])
    assert done.exit_code == 0, done.output
    assert "offset 0" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["prune"],
        ["prune", "--up-to", "1", "--keep", "1d"],
        ["prune", "--keep", "1 fortnight"],
        ["prune", "--keep", "0d"],
        ["--retain", "forever"],
    ],
)
def test_wrong_usage_is_told(store: str, arguments: list[str]) -> None:
    extra = ["--store", store] if arguments[0] == "prune" else []
    assert CliRunner().invoke(app, [*arguments, *extra]).exit_code == USAGE
