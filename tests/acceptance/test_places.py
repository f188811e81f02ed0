"""Each rule holds at every place where it may be broken, in every LF version (C3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cantata.lf.check import check_package
from cantata.lf.model import (
    ANY,
    BOOL,
    INT64,
    PARTY,
    UNIT,
    Builtin,
    Choice,
    DefDataType,
    EApp,
    EBool,
    EInt64,
    ENil,
    ERecProj,
    EText,
    EVar,
    Expr,
    Key,
    Module,
    Packages,
    Record,
    TBuiltin,
    TCon,
    TStruct,
    Type,
    Variant,
    arrow,
    genmap,
    list_of,
    optional,
    textmap,
)
from tests.unit.lf.check.everything import abstraction, everything
from tests.unit.lf.check.packages import con, data, ref, value

ILL_TYPED = EApp(EInt64(1), (EInt64(2),))
"""An application of what is no function: wrong wherever it stands."""

Edit = Callable[[Module, Expr], Module]


def changed(part: str, new: Any, of: Any) -> Any:
    """Give a definition with one part replaced."""
    return replace(of, **{part: new})


def whole(minor: str) -> Module:
    """Give the module that uses every form, without what LF 2.2 took away, with a key in 2.3."""
    (module,) = everything().modules.values()
    kept = {name: each for name, each in module.values.items() if name != "unsafe"}
    module = replace(module, values=kept if minor != "1" else module.values)
    if minor == "3":
        template = module.templates["T"]
        owner = ERecProj(con("T"), "p", EVar("this"))
        key = Key(type=PARTY, key=owner, maintainers=abstraction(PARTY, ENil(PARTY)))
        module = replace(module, templates={"T": replace(template, key=key)})
    return module


def checked(module: Module, minor: str) -> list[tuple[str, str, str]]:
    """Give what is wrong with a package of one module: rule, definition, part."""
    package = replace(everything(), modules={module.name: module}, lf_minor=minor)
    found = check_package(package, Packages())
    return [(each.rule, each.definition, each.part) for each in found]


def in_value(module: Module, expr: Expr) -> Module:
    """Put an expression into a value."""
    return replace(module, values={**module.values, "v": value("v", INT64, expr)})


def in_exception(module: Module, expr: Expr) -> Module:
    """Put an expression into the message of an exception."""
    message = abstraction(con("Ex"), expr)
    return replace(module, exceptions={"Ex": replace(module.exceptions["Ex"], message=message)})


def in_template(part: str) -> Edit:
    """Put an expression into a part of a template."""

    def edit(module: Module, expr: Expr) -> Module:
        template = changed(part, expr, module.templates["T"])
        return replace(module, templates={"T": template})

    return edit


def in_choice(part: str) -> Edit:
    """Put an expression into a part of a template's choice."""

    def edit(module: Module, expr: Expr) -> Module:
        template = module.templates["T"]
        first, *others = template.choices
        choices = (changed(part, expr, first), *others)
        return replace(module, templates={"T": replace(template, choices=choices)})

    return edit


def in_interface_choice(part: str) -> Edit:
    """Put an expression into a part of an interface's choice."""

    def edit(module: Module, expr: Expr) -> Module:
        interface = module.interfaces["I"]
        (poke,) = interface.choices
        other = replace(interface, choices=(changed(part, expr, poke),))
        return replace(module, interfaces={**module.interfaces, "I": other})

    return edit


def in_instance(part: str) -> Edit:
    """Put an expression into the view or a method of an instance."""

    def edit(module: Module, expr: Expr) -> Module:
        template = module.templates["T"]
        first, *others = template.implements
        instance = (
            replace(first, view=expr)
            if part == "view"
            else replace(first, methods=(("getN", expr),))
        )
        return replace(module, templates={"T": replace(template, implements=(instance, *others))})

    return edit


EXPRESSIONS: dict[str, Edit] = {
    "value": in_value,
    "exception": in_exception,
    **{part: in_template(part) for part in ("precondition", "signatories", "observers")},
    **{f"choice {part}": in_choice(part) for part in ("controllers", "observers", "update")},
    **{
        f"interface choice {part}": in_interface_choice(part)
        for part in ("controllers", "observers", "update")
    },
    "view": in_instance("view"),
    "method": in_instance("method"),
}


@pytest.mark.parametrize("minor", ["1", "2", "3"])
def test_the_module_keeps_every_rule(minor: str) -> None:
    assert checked(whole(minor), minor) == []


@pytest.mark.parametrize("minor", ["1", "2", "3"])
@pytest.mark.parametrize("place", EXPRESSIONS)
def test_an_ill_typed_expression_is_found_wherever_it_stands(place: str, minor: str) -> None:
    found = checked(EXPRESSIONS[place](whole(minor), ILL_TYPED), minor)
    assert found[0][0] == "EExpectedFunctionType"
    assert found[0][1] in {"v", "Ex", "T", "I"}


@pytest.mark.parametrize("place", EXPRESSIONS)
def test_a_well_typed_expression_of_the_wrong_type_is_found_there_too(place: str) -> None:
    wrong = EBool(True) if place != "precondition" else EText("no")
    rules = {rule for rule, _, _ in checked(EXPRESSIONS[place](whole("1"), wrong), "1")}
    assert rules & {"ETypeMismatch", "EViewTypeMismatch", "EMethodTypeMismatch"}


@pytest.mark.parametrize("part", ["key", "maintainers"])
def test_keys_are_checked_too(part: str) -> None:
    module = whole("3")
    template = module.templates["T"]
    assert template.key is not None
    key = changed(part, ILL_TYPED, template.key)
    wrong = replace(module, templates={"T": replace(template, key=key)})
    assert checked(wrong, "3")[0][:2] == ("EExpectedFunctionType", "T")


UNSERIALIZABLE: dict[str, Type] = {
    "function": arrow(INT64, INT64),
    "update": list_of(TBuiltin(Builtin.UPDATE)),
    "any": ANY,
    "type rep": TBuiltin(Builtin.TYPE_REP),
    "failure category": TBuiltin(Builtin.FAILURE_CATEGORY),
    "struct": TStruct((("a", INT64),)),
    "interface": con("I"),
    "unserializable record": con("Hidden"),
}
NESTED: dict[str, Callable[[Type], Type]] = {
    "itself": lambda type_: type_,
    "list": list_of,
    "optional": optional,
    "text map": textmap,
    "value of a map": lambda type_: genmap(PARTY, type_),
    "key of a map": lambda type_: genmap(type_, PARTY),
    "deep": lambda type_: optional(list_of(textmap(optional(type_)))),
}


def with_hidden(module: Module, *types: DefDataType) -> Module:
    """Add a record that is not serializable, and other types."""
    hidden = data("Hidden", Record((("x", INT64),)), serializable=False)
    more = {each.name: each for each in (hidden, *types)}
    return replace(module, data_types={**module.data_types, **more})


def choice_with(choices: tuple[Choice, ...], part: str, type_: Type) -> tuple[Choice, ...]:
    """Give choices of which the first has another argument or result."""
    first, *others = choices
    return (changed(part, type_, first), *others)


def typed_places(type_: Type) -> dict[str, Module]:
    """Give modules that use a type at each place that must be serializable."""
    module = with_hidden(whole("1"))
    template, interface = module.templates["T"], module.interfaces["I"]
    payload = Record((("p", PARTY), ("n", INT64), ("bad", type_)))
    key = Key(type=type_, key=EVar("this"), maintainers=abstraction(type_, ENil(PARTY)))

    def types(name: str, cons: Record | Variant) -> Module:
        return with_hidden(module, data(name, cons))

    def choices(part: str) -> tuple[Module, Module]:
        with_type = replace(template, choices=choice_with(template.choices, part, type_))
        other = replace(interface, choices=choice_with(interface.choices, part, type_))
        return (
            replace(module, templates={"T": with_type}),
            replace(module, interfaces={**module.interfaces, "I": other}),
        )

    arguments, results = choices("arg_type"), choices("result")
    return {
        "record": types("D", Record((("x", type_),))),
        "variant": types("D", Variant((("C", UNIT), ("X", type_)))),
        "template": types("T", payload),
        "view": types("View", Record((("n", INT64), ("bad", type_)))),
        "exception": types("Ex", Record((("message", type_),))),
        "choice argument": arguments[0],
        "choice result": results[0],
        "interface choice argument": arguments[1],
        "interface choice result": results[1],
        "key": replace(module, templates={"T": replace(template, key=key)}),
    }


@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize("kind", UNSERIALIZABLE)
def test_what_is_no_data_is_found_wherever_data_is_needed(kind: str, nested: str) -> None:
    type_ = NESTED[nested](UNSERIALIZABLE[kind])
    for place, module in typed_places(type_).items():
        rules = {rule for rule, _, _ in checked(module, "3" if place == "key" else "1")}
        assert "EExpectedSerializableType" in rules or "EKindMismatch" in rules, place


def test_data_is_accepted_there() -> None:
    fine = genmap(con("R"), optional(TCon(ref("E"))))
    for place, module in typed_places(fine).items():
        rules = [rule for rule, _, _ in checked(module, "3" if place == "key" else "1")]
        assert "EExpectedSerializableType" not in rules, place
    assert BOOL not in UNSERIALIZABLE.values()
