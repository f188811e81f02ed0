"""Whole packages: a right one has no violations, a wrong one shows all of them in order."""

from __future__ import annotations

from cantata.lf.check import check_package
from cantata.lf.check.violation import VIOLATIONS_MAX, Stage
from cantata.lf.model import (
    INT64,
    TEXT,
    UNIT,
    EInt64,
    ELocated,
    EText,
    EVal,
    EVar,
    Location,
    Packages,
    Record,
    UPure,
)
from tests.unit.lf.check.everything import everything
from tests.unit.lf.check.packages import (
    PACKAGE,
    check,
    con,
    data,
    module,
    package,
    ref,
    rules,
    value,
)


def test_package_with_every_form_keeps_every_rule() -> None:
    assert check_package(everything(), Packages()) == ()


def test_error_in_one_definition_hides_no_other() -> None:
    found = check(
        data("R", Record((("a", INT64), ("A", INT64)))),
        value("one", INT64, EText("")),
        value("two", TEXT, EVar("x")),
        value("three", UNIT, EInt64(3)),
    )
    assert [(each.rule, each.definition) for each in found] == [
        ("ECollision", "R"),
        ("ETypeMismatch", "one"),
        ("EUnknownExprVar", "two"),
        ("ETypeMismatch", "three"),
    ]
    assert all(each.module == "M" and each.hint and each.package == PACKAGE for each in found)


def test_unknown_part_reports_once_and_fits_everywhere() -> None:
    assert rules(value("v", INT64, UPure(INT64, EVar("x")))) == ["EUnknownExprVar", "ETypeMismatch"]
    assert rules(value("v", INT64, EVar("x"))) == ["EUnknownExprVar"]


def test_violation_knows_the_source() -> None:
    place = Location("contract.py", 3, 4, 3, 9)
    (found,) = check(value("v", INT64, ELocated(place, EVar("x"))))
    assert found.location == place


def test_violation_reads_as_a_sentence() -> None:
    (found,) = check(value("v", INT64, EText("")))
    assert str(found) == (
        "M:v: ETypeMismatch: type mismatch: expected type Int64, found type Text "
        "(make both types the same; a decimal literal's places are its scale)"
    )
    assert found.stage is Stage.VALIDATION


def test_number_of_violations_is_bounded() -> None:
    wrong = [value(f"v{place}", INT64, EVar("x")) for place in range(VIOLATIONS_MAX + 50)]
    assert len(check(*wrong)) == VIOLATIONS_MAX


def test_modules_may_not_use_each_other() -> None:
    one = module(value("x", INT64, EVal(ref("y", "B"))), name="A")
    other = module(value("y", INT64, EVal(ref("x", "A"))), name="B")
    found = check_package(package(one, other), Packages())
    assert [each.rule for each in found] == ["EImportCycle"]


def test_dependency_must_be_known_and_not_newer() -> None:
    there = "b" * 64
    user = package(module(value("v", INT64, EVal(ref("x", "D", there)))))
    missing = check_package(user, Packages())
    assert missing[0].rule == "EUnknownDefinition"
    assert there in missing[0].message
    newer = package(module(value("x", INT64, EInt64(1)), name="D"), minor="2", id_=there)
    found = check_package(user, Packages((newer,)))
    assert [each.rule for each in found] == ["EModuleVersionDependencies"]


def test_references_are_looked_up_by_kind() -> None:
    assert rules(value("v", INT64, EVal(ref("x", "Q")))) == ["EUnknownDefinition"]
    assert rules(data("R", Record((("a", con("Nope")),)))) == ["EUnknownDefinition"]
    assert rules(value("v", con("v"), EVal(ref("v"))))[0] == "EUnknownDefinition"
