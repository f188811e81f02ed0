"""Choices as templates and interfaces declare them."""

from __future__ import annotations

import ast
from typing import TypeAlias

from cantata.lang import naming
from cantata.lang.diagnostics import contracts as rules
from cantata.lang.diagnostics.definitions import INTERFACE_VALUE
from cantata.lang.frontend.signatures import check_field_name, read_signature
from cantata.lang.frontend.symbols import (
    ChoiceInfo,
    FunctionInfo,
    InterfaceInfo,
    RecordInfo,
    TemplateInfo,
)
from cantata.lang.frontend.world import World, is_storable
from cantata.lang.ir.definitions import Consuming, Origin
from cantata.lang.ir.types import Type

Owner: TypeAlias = TemplateInfo | InterfaceInfo

_KINDS = {
    "consuming": Consuming.CONSUMING,
    "nonconsuming": Consuming.NONCONSUMING,
    "preconsuming": Consuming.PRECONSUMING,
    "postconsuming": Consuming.POSTCONSUMING,
}


def read_choice(
    world: World,
    owner: Owner,
    node: ast.FunctionDef,
    decorator: ast.expr,
) -> ChoiceInfo:
    """Resolve a choice: its declaration, its argument and its result."""
    options = _options(world, owner, node, decorator)
    name = _text(world, owner, node, options.get("name")) or naming.pascal(node.name)
    if not _check_name(world, owner, node, name):
        name = naming.pascal(node.name)
    signature = FunctionInfo(
        module=owner.module,
        name=node.name,
        node=node,
        ref=owner.module.ref(f"{owner.name}.{node.name}"),
        owner=owner.type,
    )
    read_signature(world, signature)
    argument, generated = _argument(world, owner, name, signature)
    return ChoiceInfo(
        name=name,
        python_name=node.name,
        node=node,
        consuming=_consuming(world, owner, node, options),
        controllers=_lambda(world, owner, node, options, "controllers"),
        observers=_lambda(world, owner, node, options, "observers"),
        parameters=signature.parameters,
        argument=argument,
        generated=generated,
        result=_result(world, owner, node, signature.result),
    )


def _refuse(world: World, owner: Owner, place: ast.AST, name: str, detail: str) -> None:
    world.add(owner.module, place, rules.CHOICE_FORM, name=name, detail=detail)


def _options(
    world: World, owner: Owner, node: ast.FunctionDef, decorator: ast.expr
) -> dict[str, ast.expr]:
    """Give the keywords of ``@choice(...)``, known ones only."""
    if not isinstance(decorator, ast.Call):
        _refuse(world, owner, decorator, node.name, "it has no controllers")
        return {}
    known: dict[str, ast.expr] = {}
    for argument in decorator.args:
        _refuse(world, owner, argument, node.name, "it takes keywords only")
    for keyword in decorator.keywords:
        if keyword.arg in ("controllers", "observers", "kind", "consuming", "name"):
            known[keyword.arg] = keyword.value
        else:
            detail = f"there is no {keyword.arg or '**'}"
            _refuse(world, owner, keyword.value, node.name, detail)
    if "controllers" not in known:
        _refuse(world, owner, decorator, node.name, "it has no controllers")
    return known


def _text(world: World, owner: Owner, node: ast.FunctionDef, value: ast.expr | None) -> str:
    if value is None:
        return ""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    _refuse(world, owner, value, node.name, "its name is no literal text")
    return ""


def _check_name(world: World, owner: Owner, node: ast.FunctionDef, name: str) -> bool:
    if name.lower() == "archive":
        why = "every template and interface has the choice Archive"
        world.add(owner.module, node, rules.CHOICE_NAME, name=name, why=why)
    elif not naming.is_name(name):
        why = "names have letters, digits, _ and $, and do not begin with a digit"
        world.add(owner.module, node, rules.CHOICE_NAME, name=name, why=why)
    else:
        return True
    return False


def _consuming(
    world: World,
    owner: Owner,
    node: ast.FunctionDef,
    options: dict[str, ast.expr],
) -> Consuming:
    kind, flag = options.get("kind"), options.get("consuming")
    if flag is not None and not (isinstance(flag, ast.Constant) and isinstance(flag.value, bool)):
        _refuse(world, owner, flag, node.name, "consuming is True or False")
    if kind is not None:
        value = kind.value if isinstance(kind, ast.Constant) else None
        if isinstance(value, str) and value in _KINDS and flag is None:
            return _KINDS[value]
        detail = "kind is one of " + ", ".join(_KINDS) + ", without consuming"
        _refuse(world, owner, kind, node.name, detail)
    keeps = isinstance(flag, ast.Constant) and flag.value is False
    return Consuming.NONCONSUMING if keeps else Consuming.CONSUMING


def _lambda(
    world: World,
    owner: Owner,
    node: ast.FunctionDef,
    options: dict[str, ast.expr],
    what: str,
) -> ast.Lambda | None:
    """Give a lambda of `self` and some of the choice's parameters by name."""
    value = options.get(what)
    if value is None:
        return None
    names = {argument.arg for argument in node.args.args}
    if isinstance(value, ast.Lambda):
        arguments = value.args
        plain = [argument.arg for argument in arguments.args]
        odd = (
            arguments.posonlyargs
            or arguments.kwonlyargs
            or arguments.vararg
            or arguments.kwarg
            or arguments.defaults
        )
        if not odd and plain[:1] in (["self"], ["_"]) and set(plain[1:]) <= names:
            return value
    world.add(owner.module, value, rules.CONTROLLERS, what=what, name=node.name)
    return None


def _argument(
    world: World, owner: Owner, name: str, signature: FunctionInfo
) -> tuple[RecordInfo, bool]:
    """Give the record that is the choice's argument, and whether it is made for the choice."""
    parameters = signature.parameters
    for parameter in parameters:
        check_field_name(world, owner.module, parameter)
        if parameter.type is not None and not is_storable(parameter.type):
            place = f"parameter {parameter.name} of choice {name}"
            world.add(owner.module, parameter.node, INTERFACE_VALUE, place=place)
    if [parameter.name for parameter in parameters] == ["arg"]:
        found = world.record(parameters[0].type)
        ref = found.ref if found is not None and found.origin is Origin.PLAIN else None
        if found is not None and ref == owner.module.ref(name):
            return found, False
        node = parameters[0].node
        world.add(owner.module, node, rules.CHOICE_ARGUMENT, name=name, record=name)
    record = RecordInfo(
        module=owner.module,
        name=name,
        node=signature.node,
        ref=owner.module.ref(name),
        origin=Origin.CHOICE_ARGUMENT,
        fields={parameter.name: parameter for parameter in parameters},
    )
    return record, True


def _result(
    world: World,
    owner: Owner,
    node: ast.FunctionDef,
    result: Type | None,
) -> Type | None:
    if result is not None and not is_storable(result):
        place = f"the result of choice {node.name}"
        world.add(owner.module, node.returns, INTERFACE_VALUE, place=place)
    return result
