"""Our engine agrees with the real one on every frozen vector; the runner counts honestly."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vectors.__main__ import main
from tests.vectors.replay import Check, Failure, area_checks, present_areas, replay


@pytest.mark.parametrize("area", present_areas())
def test_area_agrees(area: str, shared_data: Path) -> None:
    outcome = replay(area_checks(area, shared_data))
    print(f"{area}: {outcome.passed} of {outcome.total} agree")
    assert outcome.total > 0, f"no vectors found for {area}"
    assert not outcome.failures, str(outcome)


@pytest.mark.parametrize("area", present_areas())
def test_area_without_files_has_no_checks(area: str, tmp_path: Path) -> None:
    assert replay(area_checks(area, tmp_path)).total == 0


def _disagree() -> None:
    msg = "ours 1,\n theirs 2"
    raise AssertionError(msg)


def test_each_disagreement_is_counted_once_and_ends_only_itself() -> None:
    outcome = replay([Check("a", lambda: None), Check("b", _disagree), Check("c", lambda: None)])
    assert (outcome.passed, outcome.total) == (2, 3)
    assert outcome.failures == (Failure("b", "AssertionError: ours 1, theirs 2"),)
    assert str(outcome).endswith("2 of 3 agree")


def test_closing_line_is_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 0 failed"


def test_named_folder_must_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "There is no folder" in capsys.readouterr().out
