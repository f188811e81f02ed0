"""Files that are written from the code are as the code says; the example of settings is true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cantata.config import Settings, SettingsRefused, example, load
from scripts import openapi

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"
LINE = re.compile(r"# (CANTATA_[A-Z0-9_]+)=(.*)")


def test_example_of_settings_is_fresh() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example(), "run: make env"


def test_description_of_the_api_is_fresh() -> None:
    assert openapi.TARGET.read_text(encoding="utf-8") == openapi.text(), "run: make openapi"


def test_description_names_every_tag_and_server_error() -> None:
    found = json.loads(openapi.text())
    assert found["openapi"].startswith("3.1")
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["tags"], (method, path)


def test_every_line_of_the_example_can_be_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking the marks of comments away changes nothing."""
    lines = [
        f"{found[1]}={found[2]}"
        for line in EXAMPLE.read_text(encoding="utf-8").splitlines()
        if (found := LINE.fullmatch(line))
    ]
    assert len(lines) == len(Settings.model_fields)
    for each in lines:
        monkeypatch.delenv(each.partition("=")[0], raising=False)
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    taken = load().model_dump()
    (tmp_path / ".env").unlink()
    assert taken == load().model_dump()


def test_wrong_settings_are_said_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANTATA_PORT", "70000")
    monkeypatch.setenv("CANTATA_LOG_LEVEL", "loud")
    with pytest.raises(SettingsRefused) as caught:
        load()
    assert [each.partition(":")[0] for each in caught.value.faults] == [
        "CANTATA_PORT",
        "CANTATA_LOG_LEVEL",
    ]
