"""Upgrades and lineages: what a later version may change, and what not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cantata.lf.check import check_lineage, check_lineages, check_upgrade, check_upgrade_of
from cantata.lf.check.upgrade.lineage import is_utility
from cantata.lf.model import (
    INT64,
    TEXT,
    UNIT,
    DefDataType,
    DefValue,
    EInt64,
    EnumType,
    EVal,
    Package,
    Packages,
    Record,
    TApp,
    TCon,
    TVar,
    Variant,
    optional,
)
from tests.unit.lf.check.everything import everything
from tests.unit.lf.check.packages import con, data, module, package, ref, value

OLD, NEW = "a" * 64, "b" * 64


def later(*definitions: DefDataType | DefValue) -> Package:
    return package(module(*definitions), version="2.0.0", id_=NEW)


def upgrade(past: DefDataType, present: DefDataType) -> list[str]:
    found = check_upgrade(package(module(past), id_=OLD), later(present), Packages())
    return [violation.rule for violation in found]


P = data("D", Record((("x", TVar("a")),)), "a")


@pytest.mark.parametrize(
    "past,present,expected",
    [
        (P, replace(P, params=(("b", P.params[0][1]),)), ["RecordFieldsExistingChanged"]),
        (P, data("D", Record((("x", TVar("b")),)), "b"), []),
        (P, data("D", Record((("x", TVar("a")),)), "a", "b"), ["DifferentParamsCount"]),
        (P, data("D", Variant((("X", UNIT),)), "a"), ["MismatchDataConsVariety"]),
        (P, data("D", Record((("y", TVar("a")),)), "a"), ["RecordFieldsMissing"]),
        (P, replace(P, serializable=False), ["DatatypeBecameUnserializable"]),
        (replace(P, serializable=False), data("D", EnumType(("X",))), []),
    ],
)
def test_types(past: DefDataType, present: DefDataType, expected: list[str]) -> None:
    assert upgrade(past, present) == expected


def test_fields_are_added_at_the_end_and_optional() -> None:
    past = data("D", Record((("a", INT64), ("b", TEXT))))
    more = ("c", optional(INT64))
    assert upgrade(past, data("D", Record((("a", INT64), ("b", TEXT), more)))) == []
    assert upgrade(past, data("D", Record((more, ("a", INT64), ("b", TEXT))))) == [
        "RecordFieldsOrderChanged"
    ]
    wrong = data("D", Record((("a", TEXT), ("b", TEXT), ("c", INT64))))
    assert upgrade(past, wrong) == ["RecordFieldsExistingChanged", "RecordFieldsNewNonOptional"]


def test_constructors_are_appended() -> None:
    past = data("D", EnumType(("A", "B")))
    assert upgrade(past, data("D", EnumType(("A", "B", "C")))) == []
    assert upgrade(past, data("D", EnumType(("B", "A")))) == ["EnumVariantsOrderChanged"]
    assert upgrade(past, data("D", EnumType(("A",)))) == ["EnumRemovedVariant"]
    before = data("D", Variant((("A", INT64), ("B", TEXT))))
    assert upgrade(before, data("D", Variant((("A", TEXT),)))) == [
        "VariantRemovedVariant",
        "VariantChangedVariantType",
    ]


def test_payload_of_a_variant_says_so() -> None:
    variant = data("V", Variant((("C", con("V.C")),)))
    payload = data("V.C", Record((("x", INT64),)))
    grown = data("V.C", Record((("x", INT64), ("y", TEXT))))
    old = package(module(variant, payload), id_=OLD)
    found = check_upgrade(old, package(module(variant, grown), id_=NEW, version="2"), Packages())
    assert [violation.rule for violation in found] == ["VariantAddedVariantField"]


def test_all_violations_are_given() -> None:
    found = check_upgrade(everything(), later(), Packages())
    assert {"MissingTemplate", "MissingDataCon"} <= {violation.rule for violation in found}
    gone = check_upgrade(everything(), package(id_=NEW, version="2"), Packages())
    assert [violation.rule for violation in gone] == ["MissingModule"]


def test_lf_version_does_not_decrease() -> None:
    old = replace(package(module(P), id_=OLD), lf_minor="2")
    found = check_upgrade(old, later(P), Packages())
    assert [violation.rule for violation in found] == ["DecreasingLfVersion"]


def test_types_of_dependencies_may_be_upgraded_too() -> None:
    one = replace(package(module(P), id_="c" * 64), name="lib")
    two = replace(package(module(P), id_="d" * 64, version="1.10.0"), name="lib")

    def user(lib: Package, id_: str, version: str) -> Package:
        field = TApp(TCon(ref("D", "M", lib.id)), INT64)
        made = package(module(data("U", Record((("d", field),)))), id_=id_, version=version)
        return replace(made, imports=frozenset({lib.id}))

    store = Packages((one, two))
    assert check_upgrade(user(one, OLD, "1"), user(two, NEW, "2"), store) == ()
    found = check_upgrade(user(two, OLD, "1"), user(one, NEW, "2"), store)
    assert [violation.rule for violation in found] == ["RecordFieldsExistingChanged"]


def test_lineage_is_sorted_by_numbers() -> None:
    grown = data("D", Record((("x", TVar("a")), ("y", optional(INT64)))), "a")
    old = package(module(P), id_=OLD, version="1.9.0")
    new = package(module(grown), id_=NEW, version="1.10.0")
    assert check_lineage((new, old), Packages()) == ()
    assert check_lineages(Packages((new, old))) == ()


def test_one_version_has_one_package() -> None:
    found = check_lineages(Packages((package(module(P), id_=OLD), package(module(P), id_=NEW))))
    assert [violation.rule for violation in found] == ["UpgradeVersion"]


def test_utility_packages_may_change_freely() -> None:
    old = package(module(value("x", INT64, EInt64(1))), id_=OLD)
    new = package(id_=NEW, version="2.0.0")
    assert is_utility(old)
    assert check_lineages(Packages((old, new))) == ()


def test_dependencies_must_be_there_and_names_free() -> None:
    there = "e" * 64
    user = package(module(P, value("v", INT64, EVal(ref("x", "D", there)))), id_=OLD)
    found = check_lineage((replace(user, name="daml-prim"),), Packages())
    assert [violation.rule for violation in found] == [
        "MissingPackages",
        "UpgradeDamlPrimIsNotAUtilityPackage",
    ]


def test_upgrade_of_one_set_by_another() -> None:
    old, new = package(module(P), id_=OLD), later(P)
    assert check_upgrade_of((old,), (new,)) == ()
    assert check_upgrade_of((old,), (old,)) == ()
    assert [each.rule for each in check_upgrade_of((new,), (old,))] == ["UpgradeVersion"]
    other = replace(new, name="other")
    assert [each.rule for each in check_upgrade_of((old,), (other,))] == ["UpgradeName"]
