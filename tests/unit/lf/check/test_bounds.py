"""Hostile packages: whatever is deep, wide or shared is checked in bounded time, or refused."""

from __future__ import annotations

import pytest

from cantata.lf.check import check_package
from cantata.lf.check import world as world_module
from cantata.lf.model import (
    INT64,
    UNIT,
    Alternative,
    DefTypeSyn,
    EAbs,
    EApp,
    EBuiltin,
    ECase,
    EEnumCon,
    EInt64,
    ENil,
    EnumType,
    ESome,
    EUnit,
    EVal,
    Expr,
    KArrow,
    Kind,
    KStar,
    Packages,
    PEnum,
    PUnit,
    Record,
    TForall,
    TStruct,
    TSyn,
    Type,
    arrow,
    list_of,
    optional,
)
from tests.unit.lf.check.packages import (
    STAR,
    data,
    module,
    package,
    ref,
    rules,
    value,
    value_rules,
)

DEEP = 20_000


def test_deep_types() -> None:
    lists: Type = INT64
    for _ in range(DEEP):
        lists = list_of(lists)
    assert value_rules(list_of(lists), ENil(lists)) == []
    assert rules(data("D", Record((("x", lists),)))) == []
    foralls: Type = INT64
    for place in range(500):
        foralls = TForall(f"v{place}", STAR, foralls)
    assert value_rules(foralls, EInt64(1)) == ["ETypeMismatch"]


def test_deep_kinds() -> None:
    kind: Kind = STAR
    for _ in range(DEEP):
        kind = KArrow(kind, KStar())
    assert rules(value("v", TForall("f", kind, INT64), EInt64(1))) == ["ETypeMismatch"]


def test_deep_expressions() -> None:
    one = EInt64(1)
    sums: Expr = one
    somes: Expr = one
    cases: Expr = one
    type_: Type = INT64
    for _ in range(DEEP):
        sums = EApp(EBuiltin("ADD_INT64"), (one, sums))
        cases = ECase(EUnit(), (Alternative(PUnit(), cases),))
        somes = ESome(type_, somes)
        type_ = optional(type_)
    assert value_rules(INT64, sums) == []
    assert value_rules(INT64, cases) == []
    assert value_rules(type_, somes) == []


def test_functions_of_many_parameters() -> None:
    body: Expr = EInt64(1)
    type_: Type = INT64
    for place in range(2_000):
        body = EAbs(((f"x{place}", UNIT),), body)
        type_ = arrow(UNIT, type_)
    assert value_rules(type_, body) == []


def test_types_that_double_are_shared() -> None:
    type_: Type = INT64
    for _ in range(200):
        type_ = TStruct((("a", type_), ("b", type_)))
    assert value_rules(list_of(type_), ENil(type_)) == []
    (found,) = check_package(package(module(value("v", INT64, ENil(type_)))), Packages())
    assert len(found.message) < 2_000


def test_messages_are_short() -> None:
    fields = tuple((f"{'f' * 900}{place}", INT64) for place in range(200))
    (found,) = check_package(package(module(value("v", TStruct(fields), EUnit()))), Packages())
    assert len(found.message) < 5_000


def test_wide_types_take_no_more_than_their_size() -> None:
    names = tuple(f"C{place}" for place in range(20_000))
    enum = data("E", EnumType(names))
    alternatives = tuple(Alternative(PEnum(ref("E"), name), EInt64(1)) for name in names)
    match = ECase(EEnumCon(ref("E"), "C1"), alternatives)
    assert rules(enum, value("v", INT64, match)) == []


def test_synonyms_that_double_are_shared() -> None:
    synonyms = [DefTypeSyn(name="S0", type=INT64)]
    for place in range(1, 100):
        before = TSyn(ref(f"S{place - 1}"))
        synonyms.append(DefTypeSyn(name=f"S{place}", type=TStruct((("a", before), ("b", before)))))
    last = TSyn(ref("S99"))
    other = TStruct((("a", TSyn(ref("S98"))), ("b", TSyn(ref("S98")))))
    assert rules(*synonyms, value("v", list_of(last), ENil(other))) == []


def test_cyclic_synonyms_end() -> None:
    one = DefTypeSyn(name="One", type=list_of(TSyn(ref("Two"))))
    two = DefTypeSyn(name="Two", type=list_of(TSyn(ref("One"))))
    found = rules(one, two, value("v", TSyn(ref("One")), EInt64(1)))
    assert found[0] == "ETypeSynCycle"


def test_expressions_that_double_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world_module, "STEPS_MAX", 10_000)
    expr: Expr = EInt64(1)
    for _ in range(200):
        expr = EApp(EBuiltin("ADD_INT64"), (expr, expr))
    assert value_rules(INT64, expr) == ["ETooCostly"]


def test_long_chain_of_modules() -> None:
    modules = [module(value("x", INT64, EInt64(1)), name="M0")]
    for place in range(1, 2_000):
        before = EVal(ref("x", f"M{place - 1}"))
        modules.append(module(value("x", INT64, before), name=f"M{place}"))
    assert check_package(package(*modules), Packages()) == ()
