"""`cantata dar inspect` shows what a DAR holds, and refuses bad files without a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cantata.cli import main
from cantata.lf.archive import write_dar, write_package
from cantata.lf.stable import stable_packages
from tests.unit.lf.archive.samples import ARCHIVE, PING, ping


@pytest.fixture
def dar(tmp_path: Path) -> Path:
    path = tmp_path / "ping.dar"
    path.write_bytes(write_dar(write_package(ping()), stable_packages()))
    return path


def _run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return int(ended.value.code or 0), captured.out, captured.err


def test_table(dar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "dar", "inspect", dar)
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["package", "version", "LF", "bytes", "needs", "id"]
    assert lines[1].split()[:6] == ["cantata-ping", "0.1.0", "2.1", "583", "1", "main"]
    assert lines[2].split()[-2:] == ["stable", ARCHIVE.ref.package]
    assert f"template {PING}:Ping  cantata-ping" in lines
    assert "  responder: Party" in lines
    assert f"  choice Respond ({PING}:Respond) -> Unit" in lines


def test_json(dar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "dar", "inspect", dar, "--output", "json")
    assert code == 0
    data: dict[str, Any] = json.loads(out)
    ping_id = write_package(ping()).id
    assert data["main"] == ping_id
    assert [package["id"] for package in data["packages"]] == [ping_id, ARCHIVE.ref.package]
    assert data["packages"][0]["dependencies"] == [ARCHIVE.ref.package]
    (template,) = data["templates"]
    assert (template["package"], template["name"]) == (ping_id, f"{PING}:Ping")
    assert template["choices"][0] == {
        "name": "Archive",
        "consuming": True,
        "argument": str(ARCHIVE.ref),
        "result": "Unit",
    }
    assert data["interfaces"] == []


def test_code_of_a_definition(dar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "dar", "inspect", dar, "--lf", f"{PING}:Ping")
    assert code == 0
    assert out.startswith("-- cantata-ping 0.1.0 ")
    assert "record @serializable Ping = {id: Text, initiator: Party, responder: Party}" in out
    assert f"  signatories Cons @Party [{PING}:Ping {{initiator}} this] (Nil @Party)" in out


def test_unknown_definition_names_the_nearest(
    dar: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = _run(capsys, "dar", "inspect", dar, "--lf", f"{PING}:Pinq")
    assert code == 1
    assert "DEFINITION_NOT_FOUND" in err
    assert f"nearest: {PING}:Ping" in err


@pytest.mark.parametrize("content", [b"", b"PK", bytes(1000), b"\x00PK\x05\x06" * 100])
def test_bad_file(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.dar"
    path.write_bytes(content)
    code, out, err = _run(capsys, "dar", "inspect", path, "--output", "json")
    assert (code, out) == (1, "")
    assert json.loads(err)["code"] == "INVALID_DAR"


def test_damaged_package(dar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = bytearray(dar.read_bytes())
    data[data.index(b"initiator")] ^= 1
    dar.write_bytes(data)
    code, _, err = _run(capsys, "dar", "inspect", dar)
    assert code == 1
    assert err.startswith("INVALID_ZIP_ENTRY")


def test_missing_file_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "dar", "inspect", tmp_path / "nowhere.dar")[0] == 2
    assert _run(capsys, "dar", "inspect", tmp_path)[0] == 2


def test_real_dars(real_dars: tuple[Path, ...], capsys: pytest.CaptureFixture[str]) -> None:
    path = next(path for path in real_dars if path.name.startswith("splice-api-token-holding"))
    code, out, _ = _run(capsys, "dar", "inspect", path)
    assert code == 0
    assert "interface Splice.Api.Token.HoldingV1:Holding" in out
    assert "  view Splice.Api.Token.HoldingV1:HoldingView" in out
