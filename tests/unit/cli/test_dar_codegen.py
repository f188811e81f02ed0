"""`cantata dar codegen` writes importable Python, and nothing over what it did not write."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from cantata.cli.dar_codegen import UnwritableFolder, WouldOverwrite, codegen
from cantata.lf.archive import ArchiveError
from tests.unit.lf.codegen.generated import imported_from

app = typer.Typer()
app.command()(codegen)
run = CliRunner()


@pytest.fixture
def dar(shared_data: Path) -> Path:
    return shared_data / "participant" / "packages" / "oracle-types-1.0.0.dar"


def test_classes_are_written_and_written_again(dar: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "code"
    for _ in range(2):
        result = run.invoke(app, [str(dar), "-o", str(out)])
        assert result.exit_code == 0, result.output
        assert "oracle-types 1.0.0: 3 files" in result.output
    with imported_from(out):
        module = importlib.import_module("oracle_types_1_0_0.oracle")
    assert module.Asset.TEMPLATE_ID == "#oracle-types:Oracle:Asset"


def test_json_names_the_files(dar: Path, tmp_path: Path) -> None:
    arguments = [str(dar), "-o", str(tmp_path), "--prefix", "app.daml", "--output", "json"]
    result = run.invoke(app, arguments)
    printed = json.loads(result.output)
    assert printed["packages"] == ["oracle_types_1_0_0"]
    assert all((tmp_path / file).is_file() for file in printed["files"])


def test_files_of_others_are_not_overwritten(dar: Path, tmp_path: Path) -> None:
    mine = tmp_path / "oracle_types_1_0_0" / "oracle.py"
    mine.parent.mkdir()
    mine.write_text("# my own\n", encoding="utf-8")
    result = run.invoke(app, [str(dar), "-o", str(tmp_path)])
    assert isinstance(result.exception, WouldOverwrite)
    assert mine.read_text(encoding="utf-8") == "# my own\n"
    assert not (tmp_path / "oracle_types_1_0_0" / "__init__.py").exists()


def test_a_folder_that_cannot_be_made_is_refused(dar: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run.invoke(app, [str(dar), "-o", str(tmp_path / "file" / "below")])
    assert isinstance(result.exception, UnwritableFolder)


def test_what_is_no_dar_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "no.dar"
    file.write_bytes(b"PK no")
    result = run.invoke(app, [str(file), "-o", str(tmp_path / "out")])
    assert isinstance(result.exception, ArchiveError)
    assert not (tmp_path / "out").exists()
