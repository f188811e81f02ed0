"""The expressions directly inside an expression, a definition or a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

from cantata.lf import model
from cantata.lf.model import (
    Choice,
    DefInterface,
    DefTemplate,
    EApp,
    ECase,
    ECons,
    ELet,
    ERecCon,
    EStructCon,
    Expr,
    Module,
    UBlock,
)

Children = Callable[[Any], tuple[Expr, ...]]


def _many(_expr: Any) -> tuple[Expr, ...]:
    return ()


_CHILDREN: dict[type, Children] = {
    EApp: lambda e: (e.fun, *e.args),
    ERecCon: lambda e: tuple(value for _, value in e.fields),
    EStructCon: lambda e: tuple(value for _, value in e.fields),
    ECons: lambda e: (*e.front, e.tail),
    ELet: lambda e: (*(binding.bound for binding in e.bindings), e.body),
    UBlock: lambda e: (*(binding.bound for binding in e.bindings), e.body),
    ECase: lambda e: (e.scrutinee, *(alternative.body for alternative in e.alternatives)),
}


def _of_fields(names: tuple[str, ...]) -> Children:
    """Give the children of a form whose only expressions are the fields of these names."""
    if not names:
        return _many
    if len(names) == 1:
        (name,) = names
        return lambda e: (getattr(e, name),)
    return lambda e: tuple(getattr(e, name) for name in names)


def _all_forms() -> Iterator[type]:
    for name in model.__all__:
        form = getattr(model, name)
        if isinstance(form, type) and issubclass(form, Expr) and form not in {Expr, model.Update}:
            yield form


for _form in _all_forms():
    if _form not in _CHILDREN:
        _CHILDREN[_form] = _of_fields(tuple(f.name for f in fields(_form) if f.type == "Expr"))


def children(expr: Expr) -> tuple[Expr, ...]:
    """Give the expressions directly inside an expression, as they are written."""
    return _CHILDREN[type(expr)](expr)


def module_expressions(module: Module) -> Iterator[Expr]:
    """Give the outermost expressions of all definitions of a module."""
    for value in module.values.values():
        yield value.expr
    for exception in module.exceptions.values():
        yield exception.message
    for template in module.templates.values():
        yield from template_expressions(template)
    for interface in module.interfaces.values():
        yield from interface_expressions(interface)


def template_expressions(template: DefTemplate) -> Iterator[Expr]:
    """Give the outermost expressions of a template."""
    yield template.precondition
    yield template.signatories
    yield template.observers
    for choice in template.choices:
        yield from _choice_expressions(choice)
    for instance in template.implements:
        yield instance.view
        yield from (value for _, value in instance.methods)
    if template.key is not None:
        yield template.key.key
        yield template.key.maintainers


def interface_expressions(interface: DefInterface) -> Iterator[Expr]:
    """Give the outermost expressions of an interface."""
    for choice in interface.choices:
        yield from _choice_expressions(choice)


def _choice_expressions(choice: Choice) -> Iterator[Expr]:
    yield choice.controllers
    yield choice.observers
    yield choice.update
