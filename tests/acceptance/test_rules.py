"""Each rule of the check has a package that breaks it (C3)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cantata.lf.check import check_dar, check_lineage, check_package, check_upgrade
from cantata.lf.check.rules import DAR_HINTS, UPGRADE_HINTS, VALIDATION_HINTS
from cantata.lf.model import (
    INT64,
    PARTY,
    TEXT,
    UNIT,
    DefDataType,
    EApp,
    EEnumCon,
    EInt64,
    ENil,
    EnumType,
    ETypeRep,
    EVariantCon,
    InterfaceType,
    KArrow,
    Key,
    KNat,
    KStar,
    Module,
    Packages,
    Record,
    TForall,
    TVar,
    UPure,
    Variant,
    optional,
)
from cantata.lf.model import EFromRequiredInterface as FromRequired
from tests.unit.lf.check.everything import abstraction, everything
from tests.unit.lf.check.packages import con, data, module, package, ref, rules, value
from tests.unit.lf.check.test_typing import WRONG

OLD, NEW = "a" * 64, "b" * 64

BROKEN: dict[str, tuple[object, ...]] = {
    "EDuplicateVariantCon": (data("D", Variant((("A", UNIT), ("A", UNIT)))),),
    "EDuplicateEnumCon": (data("D", EnumType(("A", "A"))),),
    "EIllegalHigherInterfaceType": (data("D", InterfaceType(), "a", serializable=False),),
    "EIllegalHigherEnumType": (data("D", EnumType(("A",)), "a"),),
    "EDuplicateTypeParam": (data("D", Record(()), "a", "a"),),
    "EExpectedEnumType": (
        data("D", Record(())),
        value("v", con("D"), EEnumCon(ref("D"), "A")),
    ),
    "EUnknownEnumCon": (
        data("D", EnumType(("A",))),
        value("v", con("D"), EEnumCon(ref("D"), "B")),
    ),
    "EExpectedVariantType": (
        data("D", EnumType(("A",))),
        value("v", con("D"), EVariantCon(con("D"), "A", EInt64(1))),
    ),
    "EExpectedAnyType": (value("v", INT64, ETypeRep(optional(INT64))),),
    "ENatKindRightOfArrow": (value("v", TForall("f", KArrow(KStar(), KNat()), INT64), EInt64(1)),),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_definition_breaks_the_rule(rule: str) -> None:
    assert rule in rules(*BROKEN[rule])  # type: ignore[arg-type]


def test_only_required_interfaces_may_be_asked_for() -> None:
    (whole,) = everything().modules.values()
    asked = value(
        "v",
        con("I"),
        FromRequired(ref("J"), ref("I"), EApp(EInt64(1), ())),
    )
    broken = replace(whole, values={**whole.values, "v": asked})
    found = check_package(replace(everything(), modules={"M": broken}), Packages())
    assert "EWrongInterfaceRequirement" in [violation.rule for violation in found]


def upgraded(past: Module, present: Module, minor: str = "1") -> list[str]:
    """Give the rules that an upgrade of one module by another does not keep."""
    old = package(past, id_=OLD, minor=minor)
    new = package(present, id_=NEW, version="2.0.0", minor=minor)
    return [violation.rule for violation in check_upgrade(old, new, Packages())]


def test_choices_stay_with_their_results() -> None:
    (past,) = everything().modules.values()
    template = past.templates["T"]
    fewer = replace(template, choices=template.choices[1:], implements=())
    first = replace(template.choices[1], result=INT64, update=UPure(INT64, EInt64(1)))
    other = replace(template, choices=(template.choices[0], first), implements=())
    alone = replace(past, templates={"T": replace(template, implements=())})
    for changed, rule in ((fewer, "MissingChoice"), (other, "ChoiceChangedReturnType")):
        found = upgraded(alone, replace(alone, templates={"T": changed}))
        assert rule in found
    assert "MissingImplementation" in upgraded(past, alone)


def test_keys_stay() -> None:
    (past,) = everything().modules.values()
    template = replace(past.templates["T"], implements=(), choices=())
    nobody = abstraction(PARTY, ENil(PARTY))
    by_party, by_text = (
        replace(template, key=Key(type=type_, key=EInt64(1), maintainers=nobody))
        for type_ in (PARTY, TEXT)
    )
    for before, after, rule in (
        (template, by_party, "TemplateAddedKey"),
        (by_party, template, "TemplateRemovedKey"),
        (by_party, by_text, "TemplateChangedKeyType"),
    ):
        one, other = (replace(past, templates={"T": each}) for each in (before, after))
        assert upgraded(one, other, minor="3") == [rule]
    same = replace(past, templates={"T": by_party})
    assert upgraded(same, same, minor="3") == []


V = data("V", Variant((("A", UNIT), ("B", UNIT))))
RECORD = data("V.A", Record((("x", INT64),)))

CHANGES: dict[str, tuple[tuple[DefDataType, ...], tuple[DefDataType, ...]]] = {
    "VariantVariantsOrderChanged": ((V,), (data("V", Variant((("B", UNIT), ("A", UNIT)))),)),
    "VariantRemovedVariant": ((V,), (data("V", Variant((("A", UNIT),))),)),
    "VariantChangedVariantType": ((V,), (data("V", Variant((("A", INT64), ("B", UNIT)))),)),
    "EnumRemovedVariant": (
        (data("E", EnumType(("A", "B"))),),
        (data("E", EnumType(("B",))),),
    ),
    "EnumVariantsOrderChanged": (
        (data("E", EnumType(("A", "B"))),),
        (data("E", EnumType(("A", "C", "B"))),),
    ),
    "RecordChangedOrigin": (
        (RECORD, data("V", Variant((("A", con("V.A")),)))),
        (RECORD, data("V", Variant((("C", con("V.A")),)))),
    ),
    "DifferentParamsKinds": (
        (replace(RECORD, params=(("f", KStar()),)),),
        (replace(RECORD, params=(("f", KNat()),)),),
    ),
    "DifferentParamsCount": (
        (RECORD,),
        (replace(RECORD, params=(("f", KStar()),)),),
    ),
    "MismatchDataConsVariety": ((RECORD,), (replace(RECORD, cons=EnumType(("A",))),)),
    "DatatypeBecameUnserializable": ((RECORD,), (replace(RECORD, serializable=False),)),
    "MissingDataCon": ((RECORD,), ()),
    "RecordFieldsMissing": ((RECORD,), (data("V.A", Record(())),)),
    "RecordFieldsExistingChanged": ((RECORD,), (data("V.A", Record((("x", TEXT),))),)),
    "RecordFieldsNewNonOptional": (
        (RECORD,),
        (data("V.A", Record((("x", INT64), ("y", INT64)))),),
    ),
    "RecordFieldsOrderChanged": (
        (RECORD,),
        (data("V.A", Record((("y", optional(INT64)), ("x", INT64)))),),
    ),
}


@pytest.mark.parametrize("rule", CHANGES)
def test_a_change_breaks_the_rule(rule: str) -> None:
    past, present = CHANGES[rule]
    assert rule in upgraded(module(*past), module(*present))
    assert upgraded(module(*past), module(*past)) == []


def test_type_parameters_are_told_by_place() -> None:
    def pair(one: str, other: str) -> DefDataType:
        return data("D", Record((("x", TVar(one)), ("y", TVar(other)))), "a", "b")

    assert upgraded(module(pair("a", "b")), module(pair("a", "b"))) == []
    found = upgraded(module(pair("a", "b")), module(pair("b", "a")))
    assert found == ["RecordFieldsExistingChanged"]


def test_every_rule_is_broken_by_a_package(shared_data: Path) -> None:
    """Rules are broken here, in the frozen packages, or where the tests of the check name them."""
    frozen = {
        json.loads(path.read_text("ascii")).get("error", {}).get("class")
        for path in (shared_data / "lf" / "packages").glob("*.json")
    }
    folder = Path(__file__).parents[1] / "unit" / "lf" / "check"
    named = "".join(path.read_text("utf-8") for path in folder.glob("test_*.py"))
    own = Path(__file__).read_text("utf-8")
    known = {*VALIDATION_HINTS, *UPGRADE_HINTS, *DAR_HINTS}
    shown = {rule for rule in known if rule in frozen or f'"{rule}"' in named or f'"{rule}"' in own}
    assert known - shown == set()
    assert WRONG.keys() <= known


def test_dars_and_lineages_are_checked_by_the_same_rules() -> None:
    broken = package(module(value("v", INT64, ENil(INT64))))
    assert [each.rule for each in check_package(broken, Packages())] == ["ETypeMismatch"]
    assert [each.rule for each in check_dar(broken, ())] == ["ETypeMismatch"]
    past = package(module(RECORD), id_=OLD)
    present = package(module(data("V.A", Record(()))), id_=NEW, version="2.0.0")
    found = check_lineage((past, present), Packages())
    assert [each.rule for each in found] == ["RecordFieldsMissing"]
