"""Operands, steps and blocks: the order of evaluation survives Daml-LF's own order."""

from __future__ import annotations

from cantata.lang.lower.code import Code, Operand, Step, bind, in_order, pure, update
from cantata.lang.lower.names import Names
from cantata.lf import model as lf

A, B, C = (lf.EApp(lf.EVal(lf.Ref("self", "M", name)), (lf.EUnit(),)) for name in "abc")
UNIT_STEP = lf.Binding("_", lf.UNIT, lf.UPure(lf.UNIT, lf.EUnit()))


def operand(value: lf.Expr, *, fallible: bool) -> Operand:
    return Operand(Code(value, fallible=fallible), lf.INT64)


def test_operands_that_cannot_fail_stay_in_place() -> None:
    row = in_order(Names(), [operand(A, fallible=False), operand(B, fallible=False)])
    assert row.steps == ()
    assert row.values == (A, B)
    assert not row.fallible


def test_one_failing_operand_stays_in_place() -> None:
    row = in_order(Names(), [operand(A, fallible=True), operand(B, fallible=False)])
    assert row.steps == ()
    assert row.values == (A, B)
    assert row.fallible


def test_of_several_failing_operands_only_the_last_stays() -> None:
    row = in_order(Names(), [operand(each, fallible=True) for each in (A, B, C)])
    assert [step.bound for step in row.steps] == [A, B]
    assert row.values == (lf.EVar("v_1"), lf.EVar("v"), C)


def test_a_failing_operand_comes_before_the_effects_of_later_ones() -> None:
    step = Step("x", lf.INT64, B, effect=True)
    effectful = Operand(Code(lf.EVar("x"), steps=(step,)), lf.INT64)
    row = in_order(Names(), [operand(A, fallible=True), effectful])
    assert [each.bound for each in row.steps] == [A, B]


def test_atoms_are_never_bound() -> None:
    code = Code(lf.EVar("x"))
    assert bind(Names(), code, lf.INT64) is code


def test_a_let_of_the_result_itself_is_left_out() -> None:
    step = Step("x", lf.INT64, A)
    assert pure(Code(lf.EVar("x"), steps=(step,))) == A


def test_an_update_that_can_fail_fails_when_run_and_not_when_built() -> None:
    built = update(Code(A, fallible=True), lf.INT64)
    assert built == lf.UBlock((UNIT_STEP,), lf.UPure(lf.INT64, A))


def test_an_update_that_cannot_fail_needs_no_block() -> None:
    assert update(Code(A), lf.INT64) == lf.UPure(lf.INT64, A)


def test_a_last_effect_is_the_end_of_the_block() -> None:
    first = Step("x", lf.INT64, A, effect=True, fallible=False)
    last = Step("y", lf.INT64, B, effect=True, fallible=False)
    built = update(Code(lf.EVar("y"), steps=(first, last)), lf.INT64)
    assert built == lf.UBlock((lf.Binding("x", lf.INT64, A),), B)


def test_values_between_effects_are_bound_in_their_place() -> None:
    value = Step("x", lf.INT64, A, fallible=True)
    effect = Step("y", lf.INT64, B, effect=True)
    built = update(Code(lf.EUnit(), steps=(value, effect)), lf.UNIT)
    assert isinstance(built, lf.UBlock)
    assert [binding.bound for binding in built.bindings] == [
        UNIT_STEP.bound,
        lf.UPure(lf.INT64, A),
        B,
    ]


def test_names_are_legal_distinct_and_kept_where_possible() -> None:
    names = Names()
    asked = ["amount", "amount", "", "größe", "this", "1st", "amount_1"]
    given = [names.fresh(each) for each in asked]
    assert given == ["amount", "amount_1", "v", "gr__e", "this_1", "v1st", "amount_1_1"]
