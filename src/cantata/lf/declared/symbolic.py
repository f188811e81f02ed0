"""Symbolic evaluation: expressions reduced as far as their free variables allow.

Enough of Daml-LF to see through what the Daml compiler wraps around controllers: dictionaries,
helper values, let, and folds over lists. Whatever else appears is given up, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from cantata.lf import model as lf
from cantata.lf.declared.terms import (
    END,
    Closure,
    Constant,
    Constructed,
    Fields,
    ListTerm,
    Neutral,
    cons,
)

STEPS_MAX = 20_000
"""Most expressions looked at for one result."""

DEPTH_MAX = 120
"""Deepest nesting of calls; a few Python frames each."""

Scope = Mapping[str, Any]


class GivenUp(Exception):
    """The expression needs more than this evaluation knows."""


class Evaluation:
    """One evaluation over a set of packages, bounded in steps and depth."""

    def __init__(self, packages: lf.Packages) -> None:
        self._packages = packages
        self._steps = 0
        self._depth = 0
        self._values: dict[lf.Ref, Any] = {}

    def run(self, expr: lf.Expr, scope: Scope) -> Any:
        """Reduce an expression; raise `GivenUp` where that is not possible."""
        self._steps += 1
        self._depth += 1
        if self._steps > STEPS_MAX or self._depth > DEPTH_MAX:
            raise GivenUp
        try:
            handler = _FORMS.get(type(expr))
            return handler(self, expr, scope) if handler else _neutral(self, expr, scope)
        finally:
            self._depth -= 1

    def value(self, ref: lf.Ref) -> Any:
        """Reduce a top-level value, once."""
        if ref not in self._values:
            try:
                definition = self._packages.value(ref)
            except lf.UnknownDefinition:
                raise GivenUp from None
            self._values[ref] = self.run(definition.expr, {})
        return self._values[ref]

    def apply(self, function: Any, arguments: tuple[Any, ...]) -> Any:
        """Apply a function to arguments."""
        if not arguments:
            return function
        if isinstance(function, Neutral):
            return Neutral("apply", (function, *arguments))
        if not isinstance(function, Closure):
            raise GivenUp
        taken = function.taken + arguments
        if len(taken) < function.arity:
            return Closure(function.arity, function.call, taken)
        result = function.call(*taken[: function.arity])
        return self.apply(result, taken[function.arity :])


def _located(evaluation: Evaluation, expr: lf.ELocated, scope: Scope) -> Any:
    return evaluation.run(expr.body, scope)


def _var(_: Evaluation, expr: lf.EVar, scope: Scope) -> Any:
    if expr.name not in scope:
        raise GivenUp
    return scope[expr.name]


def _val(evaluation: Evaluation, expr: lf.EVal, _: Scope) -> Any:
    return evaluation.value(expr.ref)


def _constant(_: Evaluation, expr: Any, __: Scope) -> Any:
    return Constant(expr)


def _let(evaluation: Evaluation, expr: lf.ELet, scope: Scope) -> Any:
    inner = dict(scope)
    for binding in expr.bindings:
        result = evaluation.run(binding.bound, inner)
        if binding.name is not None:
            inner[binding.name] = result
    return evaluation.run(expr.body, inner)


def _abs(evaluation: Evaluation, expr: lf.EAbs, scope: Scope) -> Any:
    names = [name for name, _ in expr.params]

    def call(*arguments: Any) -> Any:
        return evaluation.run(expr.body, {**scope, **dict(zip(names, arguments, strict=True))})

    return Closure(len(names), call)


def _app(evaluation: Evaluation, expr: lf.EApp, scope: Scope) -> Any:
    arguments = tuple(evaluation.run(arg, scope) for arg in expr.args)
    return evaluation.apply(evaluation.run(expr.fun, scope), arguments)


def _ty_app(evaluation: Evaluation, expr: lf.ETyApp, scope: Scope) -> Any:
    return evaluation.run(expr.expr, scope)


def _ty_abs(evaluation: Evaluation, expr: lf.ETyAbs, scope: Scope) -> Any:
    return evaluation.run(expr.body, scope)


def _fields(evaluation: Evaluation, expr: lf.ERecCon | lf.EStructCon, scope: Scope) -> Any:
    return Fields({name: partial(evaluation.run, value, scope) for name, value in expr.fields})


def _projection(evaluation: Evaluation, source: Any, field: str) -> Any:
    if isinstance(source, Fields):
        return source.values[field]()
    if isinstance(source, Neutral):
        return Neutral("field", (source, field))
    raise GivenUp


def _rec_proj(evaluation: Evaluation, expr: lf.ERecProj, scope: Scope) -> Any:
    return _projection(evaluation, evaluation.run(expr.record, scope), expr.field)


def _struct_proj(evaluation: Evaluation, expr: lf.EStructProj, scope: Scope) -> Any:
    return _projection(evaluation, evaluation.run(expr.struct, scope), expr.field)


def _nil(_: Evaluation, __: lf.ENil, ___: Scope) -> Any:
    return END


def _cons(evaluation: Evaluation, expr: lf.ECons, scope: Scope) -> Any:
    front = tuple(evaluation.run(item, scope) for item in expr.front)
    return _known(cons(front, evaluation.run(expr.tail, scope)))


def _some(evaluation: Evaluation, expr: lf.ESome, scope: Scope) -> Any:
    return Constructed("Some", evaluation.run(expr.value, scope))


def _none(_: Evaluation, __: lf.ENone, ___: Scope) -> Any:
    return Constructed("None", None)


def _variant(evaluation: Evaluation, expr: lf.EVariantCon, scope: Scope) -> Any:
    return Constructed(expr.constructor, evaluation.run(expr.arg, scope))


def _case(evaluation: Evaluation, expr: lf.ECase, scope: Scope) -> Any:
    scrutinee = evaluation.run(expr.scrutinee, scope)
    for alternative in expr.alternatives:
        bound = _match(alternative.pattern, scrutinee)
        if bound is not None:
            return evaluation.run(alternative.body, {**scope, **bound})
    raise GivenUp


def _match(pattern: lf.Pattern, value: Any) -> dict[str, Any] | None:
    """Give what a pattern binds, or None if it does not match; give up if that is not known."""
    match pattern, value:
        case lf.PDefault(), _:
            return {}
        case lf.PNil(), ListTerm(front=front, tail=tail) if front or tail is None:
            return None if front else {}
        case lf.PCons(head=head, tail=rest), ListTerm(front=front, tail=tail):
            if front:
                return {head: front[0], rest: _rest(ListTerm(front[1:], tail))}
            return None
        case lf.PSome(binder=binder), Constructed(constructor=constructor):
            return {binder: value.payload} if constructor == "Some" else None
        case lf.PNone(), Constructed(constructor=constructor):
            return {} if constructor == "None" else None
        case lf.PVariant(constructor=wanted, binder=binder), Constructed(constructor=constructor):
            return {binder: value.payload} if constructor == wanted else None
        case lf.PUnit(), _:
            return {}
        case lf.PBool(value=wanted), Constant(value=lf.EBool(value=known)):
            return {} if wanted == known else None
        case _:
            raise GivenUp


def _rest(value: ListTerm) -> Any:
    return value.tail if not value.front and value.tail is not None else value


def _builtin(evaluation: Evaluation, expr: lf.EBuiltin, _: Scope) -> Any:
    if expr.name == "FOLDR":
        return Closure(3, partial(_foldr, evaluation))
    if expr.name == "FOLDL":
        return Closure(3, partial(_foldl, evaluation))
    return Neutral("builtin", (expr.name,))


def _foldr(evaluation: Evaluation, step: Any, start: Any, source: Any) -> Any:
    front, tail = _parts(source)
    result = start
    if tail is not None:
        result = _appended(evaluation, step, start, tail)
    for item in reversed(front):
        result = evaluation.apply(step, (item, result))
    return result


def _appended(evaluation: Evaluation, step: Any, start: Any, tail: Neutral) -> Any:
    """Give a fold over an unknown list, if the step only puts elements in front."""
    item, rest = Neutral("item", ()), Neutral("rest", ())
    if evaluation.apply(step, (item, rest)) != ListTerm((item,), rest):
        raise GivenUp
    return tail if start == END else Neutral("append", (tail, start))


def _foldl(evaluation: Evaluation, step: Any, start: Any, source: Any) -> Any:
    front, tail = _parts(source)
    if tail is not None:
        raise GivenUp
    for item in front:
        start = evaluation.apply(step, (start, item))
    return start


def _parts(source: Any) -> tuple[tuple[Any, ...], Neutral | None]:
    if isinstance(source, ListTerm):
        return source.front, source.tail
    if isinstance(source, Neutral):
        return (), source
    raise GivenUp


def _known(value: ListTerm | None) -> ListTerm:
    if value is None:
        raise GivenUp
    return value


def _neutral(evaluation: Evaluation, expr: lf.Expr, scope: Scope) -> Any:
    """Keep a form as it is, with its operands reduced."""
    operands = _OPERANDS.get(type(expr))
    if operands is None:
        raise GivenUp
    parts = tuple(
        evaluation.run(part, scope) if isinstance(part, lf.Expr) else part
        for part in operands(expr)
    )
    return Neutral(type(expr).__name__, parts)


_OPERANDS: dict[type, Callable[[Any], tuple[Any, ...]]] = {
    lf.ESignatoryInterface: lambda expr: (expr.interface, expr.expr),
    lf.EObserverInterface: lambda expr: (expr.interface, expr.expr),
    lf.EViewInterface: lambda expr: (expr.interface, expr.expr),
    lf.ECallInterface: lambda expr: (expr.interface, expr.method, expr.expr),
    lf.EToInterface: lambda expr: (expr.interface, expr.template, expr.expr),
    lf.UPure: lambda expr: (expr.expr,),
}

_FORMS: dict[type, Callable[[Evaluation, Any, Scope], Any]] = {
    lf.ELocated: _located,
    lf.EVar: _var,
    lf.EVal: _val,
    lf.EUnit: _constant,
    lf.EBool: _constant,
    lf.EInt64: _constant,
    lf.ENumeric: _constant,
    lf.EText: _constant,
    lf.EDate: _constant,
    lf.ETimestamp: _constant,
    lf.EEnumCon: _constant,
    lf.ELet: _let,
    lf.EAbs: _abs,
    lf.EApp: _app,
    lf.ETyApp: _ty_app,
    lf.ETyAbs: _ty_abs,
    lf.ERecCon: _fields,
    lf.EStructCon: _fields,
    lf.ERecProj: _rec_proj,
    lf.EStructProj: _struct_proj,
    lf.ENil: _nil,
    lf.ECons: _cons,
    lf.ESome: _some,
    lf.ENone: _none,
    lf.EVariantCon: _variant,
    lf.ECase: _case,
    lf.EBuiltin: _builtin,
}
