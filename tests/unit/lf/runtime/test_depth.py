"""Expressions of any form nest a thousand levels deep without troubling Python's compiler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cantata.lf.model import (
    INT64,
    Alternative,
    Binding,
    DefDataType,
    EApp,
    ECase,
    ECons,
    EEnumCon,
    ELet,
    ENil,
    ENone,
    EnumType,
    ERecUpd,
    ESome,
    EVal,
    Expr,
    PBool,
    PEnum,
    Record,
    TCon,
    UBlock,
    UEmbed,
    UPure,
    UTryCatch,
    arrow,
    list_of,
    optional,
    update,
)
from tests.unit.lf.runtime.build import (
    add,
    equal,
    evaluate,
    i,
    if_,
    lam,
    let,
    package,
    record,
    ref,
    runtime,
    var,
)

LEVELS = 1000
NODE = DefDataType(
    name="N",
    serializable=True,
    cons=Record((("v", INT64), ("next", optional(TCon(ref("N")))))),
)


def nested(step: Callable[[Expr, int], Expr], inner: Expr, levels: int = LEVELS) -> Expr:
    for level in range(levels):
        inner = step(inner, level)
    return inner


INTEGERS = {
    "operand on the right": (nested(lambda e, _: add(i(1), e), i(0)), LEVELS),
    "operand on the left": (nested(lambda e, _: add(e, i(1)), i(0)), LEVELS),
    "let in the body": (nested(lambda e, k: let(f"x{k}", add(i(1), i(1)), e), i(7)), 7),
    "let in the binding": (nested(lambda e, _: let("x", e, add(var("x"), i(1))), i(0)), LEVELS),
    "function in place": (nested(lambda e, k: EApp(lam(e, f"x{k}"), (i(1),)), i(7)), 7),
    "case in the alternative": (
        nested(lambda e, k: if_(equal(i(k), i(k)), e, i(-k)), i(7)),
        7,
    ),
    "case in the other alternative": (
        nested(lambda e, k: if_(equal(i(k), i(k + 1)), i(-k), e), i(7)),
        7,
    ),
    "case in the scrutinee": (
        if_(
            nested(
                lambda e, _: if_(e, equal(i(0), i(1)), equal(i(0), i(0))),
                equal(i(0), i(0)),
            ),
            i(1),
            i(0),
        ),
        1,
    ),
    "closures": (
        nested(
            lambda e, k: let(
                f"f{k}",
                lam(add(var("a"), e), "a"),
                EApp(var(f"f{k}"), (i(1),)),
                arrow(INT64, INT64),
            ),
            i(0),
            levels=200,
        ),
        200,
    ),
    "functions as operands": (
        nested(lambda e, k: EApp(EVal(ref("apply")), (lam(e, f"x{k}"), i(1))), i(7), levels=200),
        7,
    ),
}


@pytest.mark.parametrize("name", INTEGERS)
def test_deep_expressions_evaluate(name: str) -> None:
    expr, expected = INTEGERS[name]
    apply = EAbsOf(EApp(var("f"), (var("v"),)))
    values = {"apply": (arrow(arrow(INT64, INT64), INT64, INT64), apply), "m": (INT64, expr)}
    assert evaluate(values) == expected


def EAbsOf(body: Expr) -> Any:  # noqa: N802
    return lam(body, "f", "v")


def test_deep_data_is_built() -> None:
    chain = nested(
        lambda e, k: record("N", v=i(k), next=ESome(TCon(ref("N")), e)),
        record("N", v=i(-1), next=ENone(TCon(ref("N")))),
        levels=500,
    )
    updated = nested(
        lambda e, k: ERecUpd(TCon(ref("N")), "v", e, i(k)),
        record("N", v=i(-1), next=ENone(TCon(ref("N")))),
    )
    cells = nested(lambda e, k: ECons(INT64, (i(k),), e), ENil(INT64))
    values = {
        "chain": (TCon(ref("N")), chain),
        "updated": (TCon(ref("N")), updated),
        "cells": (list_of(INT64), cells),
    }
    run = runtime(package(values, data=(NODE,)))
    assert run.evaluate(ref("chain"))[0] == 499
    assert run.evaluate(ref("updated")) == (999, None)
    assert run.evaluate(ref("cells"))[1][0] == 998


def test_long_lists_and_lets_are_no_problem() -> None:
    wide = ELet(
        tuple(
            Binding(f"x{k}", INT64, add(i(1), var(f"x{k - 1}") if k else i(0))) for k in range(3000)
        ),
        var("x2999"),
    )
    assert evaluate({"m": (INT64, wide)}) == 3000
    many = ECons(INT64, tuple(i(k) for k in range(10_000)), ENil(INT64))
    assert evaluate({"m": (list_of(INT64), many)})[0] == 0


@pytest.mark.parametrize(
    "step",
    [
        lambda e, _: UBlock((Binding("u", INT64, e),), UPure(INT64, var("u"))),
        lambda e, _: UEmbed(INT64, e),
        lambda e, _: if_(equal(i(0), i(0)), e, UPure(INT64, i(0))),
    ],
)
def test_deep_updates_run(step: Callable[[Expr, int], Expr]) -> None:
    expr = nested(step, UPure(INT64, i(7)))
    run = runtime(package({"m": (update(INT64), expr)}))
    assert run.guarded(lambda: run.evaluate(ref("m"))(None)) == 7


def test_deep_try_blocks_run() -> None:
    class Effects:
        def begin_try(self) -> None: ...

        def commit_try(self) -> None: ...

    expr = nested(
        lambda e, _: UTryCatch(INT64, e, "x", ENone(update(INT64))), UPure(INT64, i(7)), levels=200
    )
    run = runtime(package({"m": (update(INT64), expr)}))
    assert run.guarded(lambda: run.evaluate(ref("m"))(Effects())) == 7


def test_a_case_of_many_constructors_finds_each() -> None:
    names = tuple(f"C{k}" for k in range(600))
    color = DefDataType(name="E", serializable=True, cons=EnumType(names))
    alternatives = tuple(
        Alternative(PEnum(ref("E"), name), i(at)) for at, name in enumerate(names[:599])
    )
    alternatives = (*alternatives, Alternative(PEnum(ref("E"), names[599]), i(-1)))
    values = {
        name: (INT64, ECase(EEnumCon(ref("E"), name), alternatives))
        for name in ("C0", "C1", "C300", "C598", "C599")
    }
    run = runtime(package(values, data=(color,)))
    assert [run.evaluate(ref(name)) for name in values] == [0, 1, 300, 598, -1]
    assert PBool(value=True) != PBool(value=False)
