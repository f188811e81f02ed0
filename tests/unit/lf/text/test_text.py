"""Daml-LF prints readably, in the engine's manner, whatever its depth."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cantata.lf.archive import read_archive
from cantata.lf.model import (
    BOOL,
    INT64,
    TEXT,
    UNIT,
    Alternative,
    Binding,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECase,
    EInt64,
    ELet,
    ENumeric,
    ERecProj,
    ERecUpd,
    ESome,
    EStructCon,
    EStructProj,
    EText,
    ETyAbs,
    ETyApp,
    EUnit,
    EVar,
    Expr,
    KArrow,
    KNat,
    KStar,
    PBool,
    PDefault,
    Ref,
    TApp,
    TCon,
    TForall,
    TNat,
    TStruct,
    TVar,
    Type,
    UBlock,
    UGetTime,
    UPure,
    arrow,
    genmap,
    list_of,
    numeric,
    update,
)
from cantata.lf.text import show_definitions, show_expression, show_type

T = TCon(Ref("1" * 64, "M", "T"))
X = EVar("x")


@pytest.mark.parametrize(
    "type_, text",
    [
        (UNIT, "Unit"),
        (numeric(10), "Numeric 10"),
        (genmap(TEXT, list_of(T)), "GenMap Text (List 11111111:M:T)"),
        (arrow(arrow(INT64, BOOL), INT64, update(UNIT)), "(Int64 -> Bool) -> Int64 -> Update Unit"),
        (
            TForall("f", KArrow(KStar(), KStar()), TApp(TVar("f"), TVar("a"))),
            "forall (f : * -> *). f a",
        ),
        (TForall("n", KNat(), TNat(3)), "forall (n : nat). 3"),
        (list_of(TForall("a", KStar(), TVar("a"))), "List (forall a. a)"),
        (TStruct((("a", UNIT), ("b", list_of(T)))), "<a: Unit, b: List 11111111:M:T>"),
    ],
)
def test_types(type_: Type, text: str) -> None:
    assert show_type(type_) == text


@pytest.mark.parametrize(
    "expr, text",
    [
        (EApp(EBuiltin("ADD_INT64"), (EInt64(1), EInt64(-2))), "ADD_INT64 1 (-2)"),
        (ENumeric(Decimal("1.50")), "1.50"),
        (EText('a"\n'), '"a\\"\\n"'),
        (EText("\x9b31m"), '"\\u009b31m"'),
        (ETyApp(EVar("f"), (list_of(UNIT), UNIT)), "f @(List Unit) @Unit"),
        (EAbs((("x", INT64), ("y", T)), X), "\\(x : Int64) (y : 11111111:M:T) -> x"),
        (ETyAbs((("a", KStar()), ("n", KNat())), X), "/\\a (n : nat). x"),
        (
            EApp(EAbs((("x", INT64),), X), (ESome(INT64, X),)),
            "(\\(x : Int64) -> x) (Some @Int64 x)",
        ),
        (ERecProj(T, "p", X), "11111111:M:T {p} x"),
        (ERecUpd(TApp(T, UNIT), "p", X, EUnit()), "11111111:M:T @Unit { x with p = () }"),
        (EStructProj("a", EStructCon((("a", EUnit()),))), "<a = ()>.a"),
        (
            ECase(X, (Alternative(PBool(True), EUnit()), Alternative(PDefault(), X))),
            "case x of\n  True -> ()\n  _ -> x",
        ),
        (
            ELet((Binding("y", INT64, X), Binding(None, UNIT, EUnit())), EVar("y")),
            "let y : Int64 = x\nlet _ : Unit = ()\nin y",
        ),
        (
            UBlock((Binding("t", UNIT, UGetTime()),), UPure(BOOL, EBool(True))),
            "ubind t : Unit <- uget_time\nin upure @Bool True",
        ),
    ],
)
def test_expressions(expr: Expr, text: str) -> None:
    assert show_expression(expr) == text


def test_long_lines_are_broken() -> None:
    shown = show_expression(EApp(EVar("f"), tuple(EVar(f"argument{n}") for n in range(20))))
    assert shown.splitlines()[:2] == ["f", "  argument0"]


def test_depth_is_no_recursion() -> None:
    expr: Expr = X
    type_: Type = UNIT
    for _ in range(3_000):
        type_ = list_of(type_)
    for _ in range(1_000):
        expr = ESome(UNIT, expr)
    assert show_type(type_).count("List") == 3_000
    assert show_expression(expr).count("Some") == 1_000


@pytest.mark.parametrize("name", ["builtins", "evaluation"])
def test_every_frozen_definition_prints(shared_data: Path, name: str) -> None:
    package = read_archive((shared_data / "lf" / f"{name}.dalf").read_bytes())
    for module in package.modules.values():
        for value in module.values.values():
            (shown,) = show_definitions(module, value.name)
            assert shown.startswith(f"val {value.name} : ")
