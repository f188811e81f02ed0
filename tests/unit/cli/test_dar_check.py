"""`cantata dar check` says what is wrong with a DAR, and how it ends."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cantata.cli.dar_check import check

app = typer.Typer()
app.command()(check)


@pytest.fixture
def dars(shared_data: Path, tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name in ("dar-self-contained", "dar-stable-missing"):
        text = (shared_data / "lf" / "packages" / f"{name}.json").read_text(encoding="utf-8")
        made[name] = tmp_path / f"{name}.dar"
        made[name].write_bytes(b64decode(json.loads(text)["dar"]))
    return made


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_right_dar(dars: dict[str, Path]) -> None:
    result = run(dars["dar-self-contained"])
    assert result.exit_code == 0
    assert "no violations" in result.output


def test_wrong_dar_names_the_place(dars: dict[str, Path]) -> None:
    result = run(dars["dar-stable-missing"])
    assert result.exit_code == 1
    assert "EUnknownDefinition" in result.output
    assert "M:T (choice Archive)" in result.output
    assert "2 violations" in result.output


def test_json_has_every_violation(dars: dict[str, Path]) -> None:
    result = run(dars["dar-stable-missing"], "--output", "json")
    assert result.exit_code == 1
    answer: dict[str, Any] = json.loads(result.output)
    assert answer["valid"] is False
    second = answer["violations"][1]
    assert (second["rule"], second["module"], second["definition"], second["part"]) == (
        "EUnknownDefinition",
        "M",
        "T",
        "choice Archive",
    )
    assert second["package"] == answer["name"]
    assert second["hint"]


def test_upgrade_by_another_package_is_refused(dars: dict[str, Path]) -> None:
    result = run(dars["dar-self-contained"], "--upgrades", dars["dar-stable-missing"])
    assert result.exit_code == 1
    assert "UpgradeName" in result.output


def test_upgrade_by_itself_is_right(dars: dict[str, Path]) -> None:
    same = dars["dar-self-contained"]
    assert run(same, "--upgrades", same).exit_code == 0


def test_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "nowhere.dar").exit_code == 2


def test_file_that_is_no_dar_is_a_typed_error(tmp_path: Path) -> None:
    path = tmp_path / "text.dar"
    path.write_text("no zip file", encoding="utf-8")
    result = run(path)
    assert type(result.exception).__name__ == "InvalidDar"
