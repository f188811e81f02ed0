"""Arguments of calls, brought to the parameters they are for."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import check
from cantata.lang.frontend.symbols import FieldInfo
from cantata.lang.ir.expressions import Expr
from cantata.lang.ir.types import Type


@dataclass(frozen=True, slots=True)
class Bound:
    """An argument with its parameter; a call's are in source order, defaults last."""

    parameter: FieldInfo
    value: Expr


def bind(
    body: Body,
    node: ast.Call,
    name: str,
    parameters: Sequence[FieldInfo],
    *,
    skip: int = 0,
    keyword_only: bool = False,
) -> list[Bound] | None:
    """Type the arguments of a call (those after the first `skip`); None after a finding."""
    given = _assign(body, node, name, parameters, skip, keyword_only=keyword_only)
    if given is None:
        return None
    bound: list[Bound] = []
    sound = True
    for parameter, argument in given:
        value = check(body, argument, parameter.type, f"{parameter.name} of {name}")
        if value is None or parameter.type is None:
            sound = False
        else:
            bound.append(Bound(parameter, value))
    present = {parameter.name for parameter, _ in given}
    for parameter in parameters:
        if parameter.name not in present:
            if parameter.default is None:
                sound = False
            else:
                bound.append(Bound(parameter, parameter.default))
    return bound if sound else None


def _assign(
    body: Body,
    node: ast.Call,
    name: str,
    parameters: Sequence[FieldInfo],
    skip: int,
    *,
    keyword_only: bool,
) -> list[tuple[FieldInfo, ast.expr]] | None:
    """Pair parameters and arguments in source order; report what does not fit."""
    problems: list[str] = []
    pairs: dict[str, tuple[FieldInfo, ast.expr]] = {}
    by_name = {parameter.name: parameter for parameter in parameters}
    positional = node.args[skip:]
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        problems.append("`*` is not allowed")
    elif keyword_only and positional:
        problems.append("fields are given by name")
    elif len(positional) > len(parameters):
        problems.append(f"{len(positional)} are given")
    else:
        for parameter, argument in zip(parameters, positional, strict=False):
            pairs[parameter.name] = (parameter, argument)
    for keyword in node.keywords:
        found = by_name.get(keyword.arg or "")
        if found is None or found.name in pairs:
            why = "is given twice" if found else "is unknown"
            problems.append(f"{keyword.arg or '**'} {why}")
        else:
            pairs[found.name] = (found, keyword.value)
    missing = [
        parameter.name
        for parameter in parameters
        if parameter.name not in pairs and not has_default(parameter)
    ]
    problems += [f"{missed} is missing" for missed in missing]
    if problems:
        shown = call_of(name, parameters)
        body.add(node, rules.ARGUMENTS, name=name, detail=", ".join(problems), expected=shown)
        return None
    return list(pairs.values())


def has_default(parameter: FieldInfo) -> bool:
    """Say whether a parameter may be left out."""
    return parameter.default is not None or parameter.default_node is not None


def call_of(name: str, parameters: Sequence[FieldInfo]) -> str:
    """Print how something is called."""
    return f"{name}({', '.join(f'{parameter.name}=…' for parameter in parameters)})"


def positional(
    body: Body, node: ast.Call, name: str, types: Sequence[Type]
) -> tuple[Expr, ...] | None:
    """Type the arguments of a function of the language, all by position."""
    if len(node.args) != len(types) or node.keywords or _has_star(node):
        expected = f"{name}({', '.join('abc'[: len(types)])})"
        detail = f"{len(node.args)} by position, {len(node.keywords)} by name"
        body.add(node, rules.ARGUMENTS, name=name, detail=detail, expected=expected)
        return None
    values = [
        check(body, argument, type_, name) for argument, type_ in zip(node.args, types, strict=True)
    ]
    known = tuple(value for value in values if value is not None)
    return known if len(known) == len(values) else None


def _has_star(node: ast.Call) -> bool:
    return any(isinstance(argument, ast.Starred) for argument in node.args)
