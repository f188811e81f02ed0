"""Templates, interfaces and instances, and what must be data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cantata.lf.model import (
    ANY,
    INT64,
    PARTY,
    TEXT,
    UNIT,
    Builtin,
    DefDataType,
    DefException,
    DefInterface,
    DefTemplate,
    EBool,
    EInt64,
    ENil,
    EnumType,
    ERecProj,
    EText,
    EUnit,
    EVar,
    Implements,
    InterfaceType,
    KArrow,
    Key,
    KNat,
    KStar,
    Method,
    Record,
    TBuiltin,
    TStruct,
    TSyn,
    TVar,
    Type,
    UPure,
    Variant,
    arrow,
    contract_id,
    genmap,
    list_of,
    numeric,
    optional,
    textmap,
)
from tests.unit.lf.check.everything import A, abstraction, everything
from tests.unit.lf.check.packages import Definition, choice, con, data, ref, rules

RECORD = data("T", Record((("p", PARTY),)))
VIEW = data("View", Record(()))
I_TYPE = data("I", InterfaceType(), serializable=False)
NOBODY = ENil(PARTY)
TEMPLATE = DefTemplate(
    name="T",
    param="this",
    precondition=EBool(True),
    signatories=NOBODY,
    observers=NOBODY,
    choices=(),
)
INTERFACE = DefInterface(
    name="I", param="this", requires=(), methods=(), choices=(), view=con("View")
)
SKIP = UPure(UNIT, EUnit())


@pytest.mark.parametrize(
    "template,expected",
    [
        (TEMPLATE, []),
        (replace(TEMPLATE, precondition=EInt64(1)), ["ETypeMismatch"]),
        (replace(TEMPLATE, signatories=ENil(TEXT)), ["ETypeMismatch"]),
        (replace(TEMPLATE, observers=EVar("that")), ["EUnknownExprVar"]),
        (replace(TEMPLATE, choices=(choice("Go", UNIT, UNIT, SKIP, NOBODY),)), []),
        (
            replace(TEMPLATE, choices=(choice("Go", UNIT, UNIT, EUnit(), NOBODY),)),
            ["ETypeMismatch"],
        ),
        (
            replace(TEMPLATE, choices=(choice("Go", UNIT, UNIT, SKIP, EVar("self")),)),
            ["EUnknownExprVar"],
        ),
        (
            replace(TEMPLATE, choices=(choice("Go", ANY, UNIT, SKIP, NOBODY),)),
            ["EExpectedSerializableType"],
        ),
        (replace(TEMPLATE, choices=(choice("P", UNIT, UNIT, SKIP, NOBODY),)), ["ECollision"]),
    ],
)
def test_template(template: DefTemplate, expected: list[str]) -> None:
    assert rules(RECORD, template) == expected


def test_scopes_of_a_choice() -> None:
    owners = choice("Go", list_of(PARTY), contract_id(con("T")), SKIP, EVar("arg"))
    good = replace(owners, update=UPure(contract_id(con("T")), EVar("self")))
    assert rules(RECORD, replace(TEMPLATE, choices=(good,))) == []
    assert rules(RECORD, replace(TEMPLATE, choices=(owners,))) == ["ETypeMismatch"]


@pytest.mark.parametrize(
    "type_,expected",
    [
        ((), ["EUnknownDefinition"]),
        ((data("T", Variant((("A", UNIT),))),), ["EExpectedTemplatableType"]),
        ((data("T", Record(()), "a"),), ["EExpectedTemplatableType"]),
    ],
)
def test_template_is_a_plain_record(type_: tuple[DefDataType, ...], expected: list[str]) -> None:
    assert rules(*type_, TEMPLATE)[:1] == expected


def test_key_is_of_lf_23() -> None:
    owner = ERecProj(con("T"), "p", EVar("this"))
    key = Key(type=PARTY, key=owner, maintainers=abstraction(PARTY, NOBODY))
    keyed = replace(TEMPLATE, key=key)
    assert rules(RECORD, keyed, minor="3") == []
    assert rules(RECORD, keyed) == ["EUnsupportedFeature"]
    wrong = replace(TEMPLATE, key=replace(key, maintainers=NOBODY))
    assert rules(RECORD, wrong, minor="3") == ["ETypeMismatch"]


def test_exception_is_a_plain_record_with_a_message() -> None:
    good = DefException(name="T", message=abstraction(con("T"), EText("no")))
    assert rules(RECORD, good) == []
    assert rules(RECORD, replace(good, message=EText("no"))) == ["ETypeMismatch"]
    variant = data("T", Variant((("A", UNIT),)))
    assert rules(variant, good) == ["EExpectedExceptionableType"]


@pytest.mark.parametrize(
    "view,expected",
    [
        (INT64, "EViewTypeHeadNotCon"),
        (list_of(INT64), "EViewTypeHasVars"),
        (con("P"), "EViewTypeHasVars"),
        (con("V"), "EViewTypeConNotRecord"),
        (con("Nope"), "EUnknownDefinition"),
    ],
)
def test_view_is_a_plain_record(view: Type, expected: str) -> None:
    others = (data("P", Record((("x", A),)), "a"), data("V", Variant((("L", UNIT),))))
    assert rules(I_TYPE, *others, replace(INTERFACE, view=view))[0] == expected


def test_requirements_are_closed() -> None:
    second = replace(INTERFACE, name="J", requires=(ref("I"),))
    third = replace(INTERFACE, name="K", requires=(ref("J"),))
    types = (VIEW, I_TYPE, replace(I_TYPE, name="J"), replace(I_TYPE, name="K"))
    assert rules(*types, INTERFACE, second, third) == ["ENotClosedInterfaceRequires"]
    closed = replace(third, requires=(ref("J"), ref("I")))
    assert rules(*types, INTERFACE, second, closed) == []
    circular = replace(INTERFACE, requires=(ref("I"),))
    assert rules(VIEW, I_TYPE, circular) == ["ECircularInterfaceRequires"]


INSTANCE = Implements(interface=ref("I"), view=EVar("view"), methods=(("m", EInt64(1)),))


@pytest.mark.parametrize(
    "instance,expected",
    [
        (replace(INSTANCE, methods=()), "EMissingMethodInInterfaceInstance"),
        (replace(INSTANCE, methods=(("m", EText("")),)), "EMethodTypeMismatch"),
        (
            replace(INSTANCE, methods=(("m", EInt64(1)), ("n", EInt64(1)))),
            "EUnknownMethodInInterfaceInstance",
        ),
        (replace(INSTANCE, view=EInt64(1)), "EViewTypeMismatch"),
        (replace(INSTANCE, interface=ref("Nope")), "EUnknownDefinition"),
    ],
)
def test_instance(instance: Implements, expected: str) -> None:
    interface = replace(INTERFACE, methods=(Method(name="m", type=INT64),))
    template = replace(TEMPLATE, implements=(instance,))
    assert rules(RECORD, VIEW, I_TYPE, interface, template)[0] == expected


def test_instance_needs_the_required_ones() -> None:
    whole = everything().modules["M"]
    template = whole.templates["T"]
    alone = replace(template, implements=template.implements[1:])
    definitions: tuple[Definition, ...] = (
        *whole.data_types.values(),
        *whole.synonyms.values(),
        *whole.values.values(),
        *whole.exceptions.values(),
        *whole.interfaces.values(),
        alone,
    )
    found = rules(*definitions)
    assert "EMissingRequiredInterfaceInstance" in found
    assert "EUnknownDefinition" in found, "to_interface without an instance"


DATA = (
    INT64,
    numeric(10),
    contract_id(arrow(INT64, INT64)),
    list_of(optional(textmap(genmap(PARTY, UNIT)))),
    A,
)
NO_DATA = (
    ANY,
    arrow(INT64, INT64),
    TStruct(()),
    TSyn(ref("Nope")),
    list_of(TBuiltin(Builtin.TYPE_REP)),
    TBuiltin(Builtin.FAILURE_CATEGORY),
    TVar("b"),
)


@pytest.mark.parametrize("type_", DATA)
def test_data_is_serializable(type_: Type) -> None:
    assert rules(data("D", Record((("x", type_),)), "a")) == []


@pytest.mark.parametrize("type_", NO_DATA)
def test_other_types_are_not(type_: Type) -> None:
    assert "EExpectedSerializableType" in rules(data("D", Record((("x", type_),)), "a"))


def test_serializable_types_have_values_and_plain_parameters() -> None:
    assert rules(data("D", EnumType(()))) == ["EExpectedSerializableType"]
    assert rules(data("D", Variant(()))) == ["EExpectedSerializableType"]
    assert rules(data("D", Record(()))) == []
    for kind in (KNat(), KArrow(KStar(), KStar())):
        higher = replace(data("D", Record(())), params=(("f", kind),))
        assert rules(higher) == ["EExpectedSerializableType"]
