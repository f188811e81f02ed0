"""DARs: complete, closed, of allowed versions, and every package right."""

from __future__ import annotations

from dataclasses import replace

from cantata.lf.check import Stage, check_dar
from cantata.lf.model import INT64, EInt64, EText, EVal
from cantata.lf.stable import STABLE_IDS
from tests.unit.lf.check.packages import module, package, ref, value

LIB = "c" * 64
LIBRARY = replace(package(module(value("x", INT64, EInt64(1))), id_=LIB), name="lib")
USER = replace(
    package(module(value("v", INT64, EVal(ref("x", "M", LIB))))), imports=frozenset({LIB})
)


def test_closed_dar_is_right() -> None:
    assert check_dar(USER, (LIBRARY,)) == ()


def test_missing_package() -> None:
    found = check_dar(USER, ())
    assert [violation.rule for violation in found][:2] == [
        "DarSelfConsistency",
        "EUnknownDefinition",
    ]
    assert found[0].stage is Stage.DAR


def test_surplus_package_unless_stable() -> None:
    surplus = package(id_="d" * 64)
    assert [violation.rule for violation in check_dar(USER, (LIBRARY, surplus))] == [
        "DarSelfConsistency"
    ]
    assert check_dar(USER, (LIBRARY, package(id_=min(STABLE_IDS)))) == ()


def test_version_must_be_allowed() -> None:
    found = check_dar(replace(USER, lf_minor="dev"), (replace(LIBRARY, lf_minor="dev"),))
    assert [violation.rule for violation in found] == ["AllowedLanguageVersion"] * 2


def test_dependencies_are_checked_too() -> None:
    wrong = replace(LIBRARY, modules={"M": module(value("x", INT64, EText("")))})
    (found,) = check_dar(USER, (wrong,))
    assert (found.rule, found.package, found.stage) == ("ETypeMismatch", LIB, Stage.VALIDATION)
