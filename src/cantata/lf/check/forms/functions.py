"""Typing of functions, applications, polymorphism and local definitions."""

from __future__ import annotations

from cantata.lf.check.kinds import Scope
from cantata.lf.check.nodes import Ty
from cantata.lf.check.printing import show
from cantata.lf.check.trampoline import Step
from cantata.lf.check.typer import Form, Typer
from cantata.lf.model import EAbs, EApp, ELet, ELocated, ETyAbs, ETyApp, Expr, Type


def _application(typer: Typer, expr: EApp) -> Step:
    whole = typer.now(expr.fun) or (yield typer.later(expr.fun))
    for arg in expr.args:
        param, whole = typer.function(whole)
        found = typer.now(arg) or (yield typer.later(arg))
        typer.expect(arg, found, param)
    return whole


def _abstraction(typer: Typer, expr: EAbs) -> Step:
    params = [(name, typer.star(type_)) for name, type_ in expr.params]
    mark = typer.enter(params)
    whole = typer.now(expr.body) or (yield typer.later(expr.body))
    typer.leave(mark)
    for _, param in reversed(params):
        whole = typer.arena.arrow(param, whole)
    return whole


def _type_application(typer: Typer, expr: ETyApp) -> Step:
    types: list[tuple[Type, ...]] = [expr.types]
    inner = expr.expr
    while isinstance(inner, ETyApp):
        types.append(inner.types)
        inner = inner.expr
    whole = typer.now(inner) or (yield typer.later(inner))
    return _instance(typer, whole, [type_ for group in reversed(types) for type_ in group])


def _instance(typer: Typer, whole: Ty, types: list[Type]) -> Ty:
    """Apply a quantified type to arguments.

    Like the engine's, the look for the next quantifier comes before the substitution: an argument
    cannot bring the quantifier that takes the next argument.
    """
    body = whole
    args: list[Ty] = []
    for type_ in types:
        quantified = typer.universal(body)
        if quantified is None:
            if not body.hole:
                text = show(typer.arena.instantiate(body, tuple(args)))
                typer.report("EExpectedUniversalType", f"expected universal type, found {text}")
            return typer.hole
        args.append(typer.of_kind(type_, quantified.of))
        body = quantified.body
    return typer.arena.instantiate(body, tuple(args))


def _type_abstraction(typer: Typer, expr: ETyAbs) -> Step:
    outer = typer.scope
    typer.world.spend(len(outer.names))
    names = dict(outer.names)
    for name, kind in expr.params:
        names[name] = typer.arena.read_kind(kind)
        typer.kinds.check_kind(names[name])
    typer.scope = Scope(names)
    whole = typer.now(expr.body) or (yield typer.later(expr.body))
    typer.scope = outer
    for name, kind in reversed(expr.params):
        closed = typer.arena.close(whole, (name,))
        whole = typer.arena.forall(typer.arena.read_kind(kind), closed, name)
    return whole


def _let(typer: Typer, expr: ELet) -> Step:
    mark = typer.enter(())
    for binding in expr.bindings:
        declared = typer.star(binding.type)
        found = typer.now(binding.bound) or (yield typer.later(binding.bound))
        typer.expect(binding.bound, found, declared)
        typer.enter(((binding.name, declared if found.hole else found),))
    whole = typer.now(expr.body) or (yield typer.later(expr.body))
    typer.leave(mark)
    return whole


def _located(typer: Typer, expr: ELocated) -> Step:
    report = typer.world.report
    before = report.location
    report.location = expr.location
    found = typer.now(expr.body) or (yield typer.later(expr.body))
    report.location = before
    return found


FUNCTIONS: dict[type[Expr], Form] = {
    EApp: _application,
    EAbs: _abstraction,
    ETyApp: _type_application,
    ETyAbs: _type_abstraction,
    ELet: _let,
    ELocated: _located,
}
"""How each expression that binds or applies is typed."""
