"""Small input that stands for a lot is refused at once: deep nesting, tables that multiply."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cantata.lf.archive import Limits, read_archive
from cantata.lf.archive.encode.fields import alternative, message
from cantata.lf.archive.errors import LimitExceeded
from tests.unit.lf.archive.raw import RAW, UNIT_TYPE, X, expr, form, ref
from tests.unit.lf.archive.raw import UNIT as UNIT_EXPR

SELF = message(
    "SelfOrImportedPackageId", alternative("SelfOrImportedPackageId", "Unit@self_package")
)


def _list_of(index: int) -> bytes:
    return alternative("Type", "Type.Builtin", message("Type.Builtin", 10, [ref(index)]))


def _nested_some(count: int) -> bytes:
    inner = UNIT_EXPR
    for _ in range(count):
        inner = form("Expr.OptionalSome", ref(0), inner)
    return inner


@pytest.mark.parametrize("minor, deepest", [("1", 498), ("2", 48), ("3", 48)])
def test_nesting_is_bounded_as_in_the_engine(minor: str, deepest: int) -> None:
    """Module, definition and expression are three levels, each optional two more."""
    read_archive(RAW.with_value(_nested_some(deepest)).archive(minor))
    with pytest.raises(LimitExceeded, match="nesting"):
        read_archive(RAW.with_value(_nested_some(deepest + 1)).archive(minor))


def test_absurd_nesting_is_refused_at_once() -> None:
    with pytest.raises(LimitExceeded, match="nesting"):
        read_archive(RAW.with_value(_nested_some(20_000)).archive())


def test_tables_that_stand_for_too_much_are_refused() -> None:
    fields = [message("FieldWithType@written", name, ref(0)) for name in (0, 1)]
    entries = [UNIT_TYPE]
    for index in range(60):
        fields = [message("FieldWithType@written", name, ref(index)) for name in (0, 1)]
        entries.append(alternative("Type", "Type.Struct", message("Type.Struct", fields)))
    with pytest.raises(LimitExceeded, match="size of an interned type"):
        read_archive(RAW.with_types(*entries).archive())
    lists = [_list_of(index) for index in range(2_000)]
    with pytest.raises(LimitExceeded, match="depth of an interned type"):
        read_archive(RAW.with_types(UNIT_TYPE, *lists).archive())


def test_long_lists_do_not_become_deep_types_or_kinds() -> None:
    tycon = message("TypeConId", message("ModuleId", SELF, 0), 0)
    applied = message("Type.Con@applied", tycon, [ref(0)] * 2_000)
    with pytest.raises(LimitExceeded, match="number of a type's arguments"):
        read_archive(RAW.with_value(form("Expr.RecCon", applied, [])).archive())
    star = message("Kind", alternative("Kind", "Unit@kind_star"))
    arrow = message("Kind.Arrow", [star] * 2_000, star)
    param = message("TypeVarWithKind", X, message("Kind", alternative("Kind", "Kind.Arrow", arrow)))
    with pytest.raises(LimitExceeded, match="depth of an interned kind"):
        read_archive(RAW.with_value(form("Expr.TyAbs", [param], UNIT_EXPR)).archive())


def test_shared_expressions_that_stand_for_too_much_are_refused() -> None:
    entries = [form("Expr.OptionalNone", ref(0))]
    for index in range(60):
        shared = expr("interned_expr", index)
        entries.append(form("Expr.App", shared, [shared]))
    with pytest.raises(LimitExceeded, match="size of an interned expression"):
        read_archive(replace(RAW, exprs=entries).archive("2"))
    some = [form("Expr.OptionalSome", ref(0), expr("interned_expr", at)) for at in range(2_000)]
    with pytest.raises(LimitExceeded, match="depth of an interned expression"):
        read_archive(replace(RAW, exprs=[entries[0], *some]).archive("2"))


def test_size_is_bounded() -> None:
    with pytest.raises(LimitExceeded, match="size in bytes"):
        read_archive(RAW.archive(), limits=Limits(archive_bytes=10))
