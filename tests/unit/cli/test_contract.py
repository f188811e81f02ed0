"""`cantata contract`: check, build and diff from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cantata.cli.app import main
from cantata.lf.archive import read_dar

GOOD = '''
"""A contract."""

from __future__ import annotations

from cantata.lang import Party, Template, choice, package

PACKAGE = package("note", "{version}", module="Note")


class Note(Template):
    owner: Party
    length: int{field}

    def signatories(self) -> list[Party]:
        return [self.owner]

    @choice(controllers=lambda self: [self.owner], consuming=False)
    def half(self) -> int:
        return {body}
'''


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(str(ended.value.code or 0))


def write(
    folder: Path, name: str, *, version: str = "1.0.0", body: str = "self.length", field: str = ""
) -> Path:
    path = folder / f"{name}.py"
    source = GOOD.replace("{version}", version).replace("{body}", body)
    path.write_text(source.replace("{field}", field))
    return path


def test_correct_source_has_no_violations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "note")
    assert run("contract", "check", tmp_path) == 0
    assert "1 contract module: no violations" in capsys.readouterr().out


def test_violations_are_printed_with_place_reason_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "note", body="self.length // 2")
    assert run("contract", "check", path) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{path}:20:16: CL")
    assert "div" in first
    assert last == "1 violation"


def test_violations_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "note", body="self.length // 2")
    assert run("contract", "check", path, "--output", "json") == 1
    (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
    assert (found["path"], found["line"], found["column"]) == (str(path), 20, 16)


def test_a_dar_is_built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = write(tmp_path, "note"), tmp_path / "note.dar"
    assert run("contract", "build", path, "-o", out, "--output", "json") == 0
    told = json.loads(capsys.readouterr().out)
    dar = read_dar(out.read_bytes())
    assert told["packageId"] == dar.main.id
    assert [each["packageId"] for each in told["packages"]] == list(dar.packages)
    assert run("contract", "build", path, "-o", out) == 0
    assert dar.main.id in capsys.readouterr().out


def test_nothing_is_built_from_source_with_violations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = write(tmp_path, "note", body="self.width"), tmp_path / "note.dar"
    assert run("contract", "build", path, "-o", out) == 1
    assert "1 violation" in capsys.readouterr().out
    assert not out.exists()


def test_an_allowed_upgrade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = write(tmp_path, "old")
    new = write(tmp_path, "new", version="1.1.0", field="\n    width: int | None")
    assert run("contract", "diff", old, new) == 0
    told = capsys.readouterr().out
    assert "note 1.0.0 → note 1.1.0: 1 change" in told
    assert "Note:Note: field width added" in told
    assert "the upgrade is allowed" in told


def test_a_refused_upgrade_between_dar_and_source(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dar = tmp_path / "old.dar"
    run("contract", "build", write(tmp_path, "old"), "-o", dar, "--output", "json")
    capsys.readouterr()
    new = write(tmp_path, "new", version="1.1.0", field="\n    width: int")
    assert run("contract", "diff", dar, new, "--output", "json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["changes"] == [{"definition": "Note:Note", "what": "field width added"}]
    assert told["allowed"] is False
    assert told["violations"]


def test_a_missing_file_is_a_typed_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("contract", "diff", tmp_path / "old.dar", tmp_path / "new.dar") == 1
    assert "UNREADABLE_FILE" in capsys.readouterr().err
    assert run("contract", "check", tmp_path / "none.py") == 1
    assert "NO_CONTRACT_MODULE" in capsys.readouterr().err
