"""Our engine agrees with the real one on every frozen vector; the runner counts honestly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cantata.lf.archive import read_archive, write_package
from cantata.lf.model import INT64, DefValue, EApp, EInt64, ENone, EVal, Module, Ref, TCon
from tests.vectors.__main__ import main
from tests.vectors.replay import Check, Failure, area_checks, area_place, present_areas, replay


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


def test_absent_vectors_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [
        f"{area}: nothing to replay at {tmp_path / area_place(area)}" for area in present_areas()
    ]


def test_vectors_under_other_names_and_with_more_fields_are_replayed(
    shared_data: Path, tmp_path: Path
) -> None:
    given, moved = shared_data / "lf", tmp_path / "lf"
    for name in ("packages", "ledger", "ledger-packages"):
        (moved / name).mkdir(parents=True)
    for path in (given / "ledger-packages").glob("*.json"):
        (moved / "ledger-packages" / f"renamed-{path.name}").write_bytes(path.read_bytes())
    for name in ("packages/ty-mismatch.json", "ledger/create-simple.json"):
        content = json.loads((given / name).read_text("ascii")) | {"more": [1]}
        (moved / name).with_name("another.json").write_text(json.dumps(content), "ascii")
    cases = (given / "evaluation.jsonl").read_text("ascii").splitlines()[:3]
    (moved / "evaluation.jsonl").write_text("\n\n".join(cases), "ascii")
    (moved / "evaluation.dalf").write_bytes((given / "evaluation.dalf").read_bytes())
    counts = {area: replay(area_checks(area, tmp_path)) for area in present_areas()}
    assert {area: (each.passed, each.total) for area, each in counts.items() if each.total} == {
        "evaluation": (3, 3),
        "packages": (1, 1),
        "ledger": (1, 1),
    }


def test_results_may_be_nested_a_thousand_levels(shared_data: Path, tmp_path: Path) -> None:
    given, made = shared_data / "lf", tmp_path / "lf"
    made.mkdir()
    package = read_archive((given / "evaluation.dalf").read_bytes())
    nest = Ref(package.id, "M", "nest")
    deep = DefValue(
        name="deep",
        type=TCon(Ref(package.id, "M", "Nest")),
        expr=EApp(EVal(nest), (EInt64(1_000), ENone(INT64))),
    )
    modules = {**package.modules, "Deep": Module(name="Deep", values={"deep": deep})}
    archive = write_package(replace(package, modules=modules)).archive
    (made / "evaluation.dalf").write_bytes(archive)
    shown = '{"record":[["v",{"int64":"0"}],["next",{"none":true}]],"type":"M:Nest"}'
    for level in range(1, 1_001):
        fields = f'[["v",{{"int64":"{level}"}}],["next",{{"some":{shown}}}]]'
        shown = f'{{"record":{fields},"type":"M:Nest"}}'
    (made / "evaluation.jsonl").write_text(f'{{"value":"Deep:deep","result":{shown}}}\n', "ascii")
    outcome = replay(area_checks("evaluation", tmp_path))
    assert (outcome.passed, outcome.total) == (1, 1), str(outcome)


def test_what_cannot_be_read_fails_and_ends_only_itself(shared_data: Path, tmp_path: Path) -> None:
    given, damaged = shared_data / "lf", tmp_path / "lf"
    (damaged / "packages").mkdir(parents=True)
    (damaged / "ledger").mkdir()
    (damaged / "packages" / "a.json").write_text("{", "ascii")
    (damaged / "packages" / "b.json").write_text('{"kind": "other"}', "ascii")
    (damaged / "builtins.jsonl").write_text("{}\nnonsense\n", "ascii")
    scenario = (given / "ledger" / "create-simple.json").read_text("ascii")
    (damaged / "ledger" / "create-simple.json").write_text(scenario, "ascii")
    for area, total in (("packages", 2), ("builtins", 2), ("ledger", 1)):
        outcome = replay(area_checks(area, tmp_path))
        assert (outcome.passed, outcome.total) == (0, total)


def test_closing_line_is_last(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 0 failed"


def test_named_folder_must_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "There is no folder" in capsys.readouterr().out
