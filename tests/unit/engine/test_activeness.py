"""Scopes undo what was done in them, and nothing else."""

from __future__ import annotations

import pytest

from cantata.lf.model import Ref
from cantata.lf.runtime.errors import ContractNotActive, ContractNotFound
from cantata.sandbox.engine.interpretation.activeness import Activeness
from cantata.sandbox.engine.interpretation.clock import TIME_MAX, TIME_MIN, Clock

TEMPLATE = Ref("0" * 64, "M", "T")


def test_consumed_contract_is_refused_with_its_node() -> None:
    active = Activeness()
    active.create("c", 0)
    active.consume("c", 1)
    with pytest.raises(ContractNotActive, match="NodeId\\(1\\)"):
        active.require("c", TEMPLATE, local=True)


def test_undone_archive_makes_active_again() -> None:
    active = Activeness()
    active.open()
    active.consume("input", 1)
    active.undo()
    active.require("input", TEMPLATE, local=False)


def test_undone_create_is_not_found() -> None:
    active = Activeness()
    active.open()
    active.create("c", 1)
    active.undo()
    with pytest.raises(ContractNotFound):
        active.require("c", TEMPLATE, local=True)


def test_kept_scope_is_undone_with_the_one_around_it() -> None:
    active = Activeness()
    active.open()
    active.open()
    active.create("c", 2)
    active.consume("d", 3)
    active.keep()
    assert active.done() == ((3,), (2,))
    active.undo()
    assert not active.created
    assert not active.consumed


@pytest.mark.parametrize(
    "asked, bounds",
    [
        ((), (None, None)),
        ((5,), (None, 4)),
        ((-5,), (-5, None)),
        ((5, -5, 9, -7), (-5, 4)),
        ((TIME_MAX,), (None, TIME_MAX - 1)),
        ((TIME_MIN,), (None, None)),
    ],
)
def test_comparisons_narrow_the_bounds(
    asked: tuple[int, ...], bounds: tuple[int | None, int | None]
) -> None:
    clock = Clock(0)
    for time in asked:
        assert clock.is_before(time) == (time > 0)
    assert clock.bounds() == bounds


def test_reading_pins_the_bounds() -> None:
    clock = Clock(7)
    clock.is_before(3)
    assert clock.read() == 7
    assert clock.bounds() == (7, 7)
    assert clock.bounds().admit(7)
    assert not clock.bounds().admit(8)
