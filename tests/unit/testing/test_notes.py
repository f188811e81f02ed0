"""Refusals of a ledger under test say where in the contract they arose, and what to know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cantata.kernel.errors import CantataError
from cantata.lang import ContractId
from cantata.testing import Ledger, exercise
from tests.unit.testing import counter
from tests.unit.testing.counter import Counter

SOURCE = Path(counter.__file__)


class Bench:
    """A ledger with a counter of Ann's; Bob has nothing."""

    def __init__(self) -> None:
        self.ledger = Ledger(counter)
        self.ann, self.bob = self.ledger.parties("Ann", "Bob")
        self.act = self.ledger.acting(self.ann)
        self.counter: ContractId[Counter] = self.act.create(Counter(owner=self.ann, count=1))

    def refusal(self, choice: Any, **arguments: object) -> CantataError:
        with pytest.raises(CantataError) as refused:
            self.act.exercise(self.counter, choice, **arguments)
        return refused.value


@pytest.fixture
def bench() -> Bench:
    return Bench()


def _line(mark: str) -> int:
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.endswith(f"# line: {mark}"))


def _place(error: CantataError) -> str:
    return error.__notes__[0].split(": ")[0].rpartition("/")[2]


def test_a_requirement_in_a_loop_of_a_function_has_its_line(bench: Bench) -> None:
    error = bench.refusal(Counter.add_all, numbers=[1, 13])
    assert _place(error) == f"counter.py:{_line('loop')}"
    assert "error id counter/unlucky, category 9" in error.__notes__
    assert "with number = 13" in error.__notes__


def test_a_requirement_that_never_holds_has_its_line(bench: Bench) -> None:
    assert _place(bench.refusal(Counter.add_all, numbers=[14])) == f"counter.py:{_line('branch')}"


def test_an_overflow_has_its_line(bench: Bench) -> None:
    error = bench.refusal(Counter.add_all, numbers=[2**63 - 1, 1])
    assert _place(error) == f"counter.py:{_line('sum')}"


def test_an_illegal_payload_has_the_line_of_its_creation(bench: Bench) -> None:
    error = bench.refusal(Counter.make, owner=bench.ann, count=-1)
    assert _place(error) == f"counter.py:{_line('make')}"


def test_missing_authority_has_the_line_of_the_creation_and_short_names(bench: Bench) -> None:
    error = bench.refusal(Counter.make, owner=bench.bob, count=1)
    assert _place(error) == f"counter.py:{_line('make')}"
    assert error.__notes__[-1].endswith("requires authorizers Bob, but only Ann were given")


def test_an_invisible_contract_is_said_to_be_active(bench: Bench) -> None:
    hidden = bench.ledger.acting(bench.bob).create(Counter(owner=bench.bob, count=1))
    error = bench.refusal(Counter.read, other=hidden)
    assert _place(error) == f"counter.py:{_line('read')}"
    assert "an active Counter that only its stakeholders see: Bob;" in error.__notes__[-1]


def test_an_archived_contract_is_said_to_be_archived(bench: Bench) -> None:
    gone = bench.act.create(Counter(owner=bench.ann, count=1))
    bench.act.archive(gone, Counter)
    error = bench.refusal(Counter.read, other=gone)
    assert error.__notes__[-1] == "it was archived by Archive in the update at offset 3"


def test_the_frames_of_the_engine_are_not_shown(bench: Bench) -> None:
    error = bench.refusal(Counter.add_all, numbers=[13])
    files, traceback = [], error.__traceback__
    while traceback is not None:
        files.append(traceback.tb_frame.f_code.co_filename)
        traceback = traceback.tb_next
    assert files[0] == __file__
    assert not any("runtime" in file or "engine" in file for file in files)


def test_another_refusal_than_expected_is_told_with_its_line(bench: Bench) -> None:
    command = exercise(bench.counter, Counter.add_all, numbers=[13])
    with pytest.raises(AssertionError, match=r"DAML_FAILURE counter/unlucky .*counter\.py:\d+\)"):
        bench.act.submit_must_fail("counter/other", command)
