"""The comparison of a declared package with the real package of the same id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cantata.lf import model as lf
from cantata.lf.declared.difference import ABSENT, Difference
from cantata.lf.declared.symbolic import Evaluation, GivenUp
from cantata.lf.declared.terms import ListTerm, Neutral
from cantata.lf.declared.wording import Types

_UNPROVED = "something else, or the same in a form that cannot be followed"


def compare_declaration(
    declared: lf.Package, real: lf.Package, packages: lf.Packages
) -> tuple[Difference, ...]:
    """Compare what a declaration says with what the real package is; empty if they agree.

    Compared are name, version and Daml-LF version, and in each declared module the serializable
    data types, templates (signatories, observers, precondition, instances), interfaces (required
    ones, view, methods) and choices (consuming, argument, result, controllers, observers; of
    interfaces also what they do). Expressions are compared by meaning. Modules that the
    declaration leaves out are not compared. `packages` hold what the real package refers to.
    """
    known = lf.Packages((*packages.values(), real))
    comparison = _Comparison(
        Types(known), Evaluation(lf.Packages((*packages.values(), declared))), Evaluation(known)
    )
    comparison.same("package", "name", declared.name, real.name)
    comparison.same("package", "version", declared.version, real.version)
    comparison.same("package", "Daml-LF version", f"2.{declared.lf_minor}", f"2.{real.lf_minor}")
    for name, module in declared.modules.items():
        actual = real.modules.get(name)
        if actual is None:
            comparison.note(name, "module", "present", ABSENT)
        else:
            comparison.modules(module, actual)
    return tuple(comparison.found)


class _Comparison:
    def __init__(self, types: Types, declared: Evaluation, real: Evaluation) -> None:
        self.found: list[Difference] = []
        self._types = types
        self._declared = declared
        self._real = real

    def note(self, definition: str, part: str, declared: str, real: str) -> None:
        self.found.append(Difference(definition, part, declared, real))

    def same(self, definition: str, part: str, declared: str, real: str) -> None:
        if declared != real:
            self.note(definition, part, declared, real)

    def modules(self, declared: lf.Module, real: lf.Module) -> None:
        """Compare two modules, definition by definition."""
        where = declared.name
        theirs = {name: each for name, each in real.data_types.items() if each.serializable}
        ours = {name: each for name, each in declared.data_types.items() if each.serializable}
        for name, data, actual in self._pairs(where, "data type", ours, theirs):
            self._data(f"{where}:{name}", data, actual)
        for name, template, other in self._pairs(
            where, "template", declared.templates, real.templates
        ):
            self._template(f"{where}:{name}", template, other)
        for name, interface, another in self._pairs(
            where, "interface", declared.interfaces, real.interfaces
        ):
            self._interface(f"{where}:{name}", interface, another)

    def _pairs(
        self, where: str, part: str, declared: dict[str, Any], real: dict[str, Any]
    ) -> Iterator[tuple[str, Any, Any]]:
        for name in dict.fromkeys((*declared, *real)):
            if name not in real:
                self.note(f"{where}:{name}", part, "present", ABSENT)
            elif name not in declared:
                self.note(f"{where}:{name}", part, ABSENT, "present")
            else:
                yield name, declared[name], real[name]

    def _data(self, where: str, declared: lf.DefDataType, real: lf.DefDataType) -> None:
        self.same(where, "type", self._types.data(declared), self._types.data(real))

    def _template(self, where: str, declared: lf.DefTemplate, real: lf.DefTemplate) -> None:
        scopes = ({declared.param: _THIS}, {real.param: _THIS})
        for part in ("precondition", "signatories", "observers"):
            self._expr(where, part, (getattr(declared, part), getattr(real, part)), scopes)
        self.same(where, "interfaces", _instances(declared), _instances(real))
        self._choices(where, declared, real, bodies=False)

    def _interface(self, where: str, declared: lf.DefInterface, real: lf.DefInterface) -> None:
        self.same(where, "required", _refs(declared.requires), _refs(real.requires))
        self.same(where, "view", self._types.type(declared.view), self._types.type(real.view))
        ours = {method.name: method for method in declared.methods}
        theirs = {method.name: method for method in real.methods}
        for name, method, actual in self._pairs(where, "method", ours, theirs):
            types = (self._types.type(method.type), self._types.type(actual.type))
            self.same(f"{where}:{name}", "method", *types)
        self._choices(where, declared, real, bodies=True)

    def _choices(
        self,
        where: str,
        declared: lf.DefTemplate | lf.DefInterface,
        real: lf.DefTemplate | lf.DefInterface,
        *,
        bodies: bool,
    ) -> None:
        ours = {choice.name: choice for choice in declared.choices}
        theirs = {choice.name: choice for choice in real.choices}
        for name, choice, actual in self._pairs(where, "choice", ours, theirs):
            params = (declared.param, real.param)
            self._choice(f"{where}:{name}", (choice, actual), params, bodies=bodies)

    def _choice(
        self,
        where: str,
        choices: tuple[lf.Choice, lf.Choice],
        params: tuple[str, str],
        *,
        bodies: bool,
    ) -> None:
        ours, theirs = choices
        self.same(where, "consuming", str(ours.consuming), str(theirs.consuming))
        for part in ("arg_type", "result"):
            types = [self._types.type(getattr(choice, part)) for choice in choices]
            self.same(where, part.replace("arg_type", "argument"), *types)
        scopes = tuple(
            {param: _THIS, choice.arg_binder: _ARG, choice.self_binder: _SELF}
            for choice, param in zip(choices, params, strict=True)
        )
        parts = ("controllers", "observers", *(("update",) if bodies else ()))
        for part in parts:
            self._expr(where, part, (getattr(ours, part), getattr(theirs, part)), scopes)

    def _expr(
        self,
        where: str,
        part: str,
        exprs: tuple[lf.Expr, lf.Expr],
        scopes: tuple[dict[str, Any], ...],
    ) -> None:
        declared = _meaning(self._declared, exprs[0], scopes[0])
        real = _meaning(self._real, exprs[1], scopes[1])
        if declared is None or declared != real:
            self.note(where, part, "as in the declaration", _UNPROVED)


_THIS, _ARG, _SELF = (Neutral("variable", (name,)) for name in ("this", "arg", "self"))


def _meaning(evaluation: Evaluation, expr: lf.Expr, scope: dict[str, Any]) -> Any:
    try:
        term = evaluation.run(expr, scope)
    except (GivenUp, RecursionError):
        return None
    if isinstance(term, ListTerm) and term.tail is not None and not term.front:
        return term.tail
    return term


def _instances(template: lf.DefTemplate) -> str:
    return _refs(instance.interface for instance in template.implements)


def _refs(refs: Any) -> str:
    return ", ".join(sorted(map(str, refs))) or "none"
