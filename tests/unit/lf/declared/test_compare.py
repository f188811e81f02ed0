"""Declarations are compared in every part, expressions by meaning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cantata.contracts.declared import declared_packages
from cantata.lf import model as lf
from cantata.lf.declared import compare_declaration

MODULE = "Splice.Api.Token.TransferInstructionV1"
THIS, ARG = lf.EVar("this"), lf.EVar("arg")


@pytest.fixture(scope="module")
def declared() -> lf.Package:
    by_name = {package.name: package for package in declared_packages().values()}
    return by_name["splice-api-token-transfer-instruction-v1"]


def differences(declared: lf.Package, real: lf.Package) -> list[tuple[str, str]]:
    packages = lf.Packages(declared_packages().values())
    found = compare_declaration(declared, real, packages)
    return [(each.definition.removeprefix(f"{MODULE}:"), each.part) for each in found]


def edited(package: lf.Package, kind: str, name: str, edit: Callable[[Any], Any]) -> lf.Package:
    """Give the package with one definition of its module changed; None removes it."""
    module = package.modules[MODULE]
    definitions = dict(getattr(module, kind))
    changed = edit(definitions.pop(name))
    if changed is not None:
        definitions[name] = changed
    change: dict[str, Any] = {kind: definitions}
    return replace(package, modules={MODULE: replace(module, **change)})


def of_choice(name: str, **changes: Any) -> Callable[[Any], Any]:
    def edit(interface: lf.DefInterface) -> lf.DefInterface:
        choices = tuple(
            replace(choice, **changes) if choice.name == name else choice
            for choice in interface.choices
        )
        return replace(interface, choices=choices)

    return edit


def reordered(definition: lf.DefDataType) -> lf.DefDataType:
    assert isinstance(definition.cons, lf.Record)
    return replace(definition, cons=lf.Record(definition.cons.fields[::-1]))


def test_a_package_equals_itself(declared: lf.Package) -> None:
    assert differences(declared, declared) == []


ACCEPT = "TransferInstruction_Accept"
TRANSFER = "TransferFactory_Transfer"
EDITS: dict[str, tuple[str, str, Callable[[Any], Any], list[tuple[str, str]]]] = {
    "field order": ("data_types", "Transfer", reordered, [("Transfer", "type")]),
    "data type": ("data_types", "Transfer", lambda _: None, [("Transfer", "data type")]),
    "interface": (
        "interfaces",
        "TransferFactory",
        lambda _: None,
        [("TransferFactory", "interface")],
    ),
    "view": (
        "interfaces",
        "TransferFactory",
        lambda each: replace(each, view=lf.UNIT),
        [("TransferFactory", "view")],
    ),
    "method": (
        "interfaces",
        "TransferFactory",
        lambda each: replace(each, methods=each.methods[:1]),
        [("TransferFactory:transferFactory_publicFetchImpl", "method")],
    ),
    "consuming": (
        "interfaces",
        "TransferInstruction",
        of_choice(ACCEPT, consuming=False),
        [(f"TransferInstruction:{ACCEPT}", "consuming")],
    ),
    "result": (
        "interfaces",
        "TransferInstruction",
        of_choice(ACCEPT, result=lf.UNIT),
        [(f"TransferInstruction:{ACCEPT}", "result")],
    ),
    "controllers": (
        "interfaces",
        "TransferFactory",
        of_choice(TRANSFER, controllers=lf.ENil(lf.PARTY)),
        [(f"TransferFactory:{TRANSFER}", "controllers")],
    ),
    "observers": (
        "interfaces",
        "TransferFactory",
        of_choice(TRANSFER, observers=lf.ECons(lf.PARTY, (ARG,), lf.ENil(lf.PARTY))),
        [(f"TransferFactory:{TRANSFER}", "observers")],
    ),
    "what a choice does": (
        "interfaces",
        "TransferFactory",
        of_choice(TRANSFER, update=lf.UPure(lf.UNIT, lf.EUnit())),
        [(f"TransferFactory:{TRANSFER}", "update")],
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_each_part_is_compared(declared: lf.Package, name: str) -> None:
    kind, definition, edit, expected = EDITS[name]
    assert differences(declared, edited(declared, kind, definition, edit)) == expected


def test_what_the_declaration_lacks_is_told(declared: lf.Package) -> None:
    fewer = edited(declared, "data_types", "Transfer", lambda _: None)
    assert differences(fewer, declared) == [("Transfer", "data type")]


def test_name_version_and_language_are_compared(declared: lf.Package) -> None:
    other = replace(declared, name="other", version="2.0.0", lf_minor="2")
    parts = [part for _, part in differences(declared, other)]
    assert parts == ["name", "version", "Daml-LF version"]


def test_modules_that_are_not_declared_are_not_compared(declared: lf.Package) -> None:
    more = replace(declared, modules={**declared.modules, "Other": lf.Module(name="Other")})
    assert differences(declared, more) == []
    assert differences(more, declared) == [("Other", "module")]


def test_expressions_are_compared_by_meaning(declared: lf.Package) -> None:
    transfer = lf.TCon(lf.Ref(declared.id, MODULE, "Transfer"))
    argument = lf.TCon(lf.Ref(declared.id, MODULE, TRANSFER))
    sender = lf.ERecProj(transfer, "sender", lf.EVar("t"))
    wrapped = lf.EApp(
        lf.EAbs(
            (("t", transfer),),
            lf.ELet(
                (lf.Binding("unused", lf.UNIT, lf.EUnit()),),
                lf.ECons(lf.PARTY, (sender,), lf.ENil(lf.PARTY)),
            ),
        ),
        (lf.ERecProj(argument, "transfer", ARG),),
    )
    edit = of_choice(TRANSFER, controllers=wrapped)
    assert differences(declared, edited(declared, "interfaces", "TransferFactory", edit)) == []


def test_endless_code_is_given_up(declared: lf.Package) -> None:
    loop = lf.Ref(declared.id, MODULE, "loop")
    module = replace(
        declared.modules[MODULE],
        values={"loop": lf.DefValue(name="loop", type=lf.list_of(lf.PARTY), expr=lf.EVal(loop))},
    )
    real = replace(declared, modules={MODULE: module})
    edit = of_choice(TRANSFER, controllers=lf.EVal(loop))
    real = edited(real, "interfaces", "TransferFactory", edit)
    assert differences(declared, real) == [(f"TransferFactory:{TRANSFER}", "controllers")]
