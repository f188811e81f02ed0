"""Typing of case: patterns that fit, alternatives of one type, nothing left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cantata.lf.check.infos import DataInfo
from cantata.lf.check.nodes import App, Con, Prim, Ty, spine_of
from cantata.lf.check.printing import show
from cantata.lf.check.trampoline import Step
from cantata.lf.check.typer import Form, Typer
from cantata.lf.model import (
    Builtin,
    ECase,
    EnumType,
    Expr,
    Pattern,
    PBool,
    PCons,
    PDefault,
    PEnum,
    PNil,
    PNone,
    PSome,
    PUnit,
    PVariant,
    Variant,
)

Binders = tuple[tuple[str, Ty], ...]

Fit = Callable[[Pattern], Binders | None]
"""What a pattern binds, or None if it does not fit the scrutinee."""


def _case(typer: Typer, expr: ECase) -> Step:
    scrutinee = typer.now(expr.scrutinee) or (yield typer.later(expr.scrutinee))
    wanted, fit = _plan(typer, scrutinee)
    binders = [_bind(typer, each.pattern, scrutinee, fit) for each in expr.alternatives]
    types = []
    for alternative, bound in zip(expr.alternatives, binders, strict=True):
        mark = typer.enter(bound)
        body = alternative.body
        types.append(typer.now(body) or (yield typer.later(body)))
        typer.leave(mark)
    if not types:
        typer.report("EEmptyCase", "empty case")
        return typer.hole
    for found in types[1:]:
        if not typer.fits(found, types[0]):
            typer.mismatch(found, types[0])
    if not scrutinee.hole:
        _check_exhaustive(typer, expr, scrutinee, wanted)
    return types[0]


def _check_exhaustive(typer: Typer, expr: ECase, scrutinee: Ty, wanted: tuple[str, ...]) -> None:
    seen = {_label(each.pattern) for each in expr.alternatives}
    missing = [label for label in wanted if label not in seen]
    if missing and _label(PDefault()) not in seen:
        text = f"missing patterns {', '.join(missing[:20])} of {show(scrutinee)}"
        typer.report("ENonExhaustivePatterns", f"non-exhaustive pattern match: {text}")


def _bind(typer: Typer, pattern: Pattern, scrutinee: Ty, fit: Fit) -> Binders:
    if isinstance(pattern, PDefault):
        return ()
    bound = None if scrutinee.hole else fit(pattern)
    if bound is not None:
        return bound
    if not scrutinee.hole:
        text = f"pattern {_label(pattern)}, scrutinee type {show(scrutinee)}"
        typer.report("EPatternTypeMismatch", f"pattern type mismatch: {text}")
    return tuple((name, typer.hole) for name in _variables(pattern))


def _plan(typer: Typer, scrutinee: Ty) -> tuple[tuple[str, ...], Fit]:
    """Give the patterns that together leave nothing out, and what fits and binds what.

    Synonyms are not expanded here, as in the engine: a scrutinee whose type is one takes only a
    default.
    """
    head, args = spine_of(scrutinee)
    if isinstance(head, Con):
        info = typer.world.data(head.ref)
        if info is not None:
            return _plan_data(typer, info, args)
    if scrutinee is head and isinstance(head, Prim):
        if head.builtin is Builtin.UNIT:
            return ("()",), lambda pattern: () if isinstance(pattern, PUnit) else None
        if head.builtin is Builtin.BOOL:
            return ("False", "True"), lambda pattern: () if isinstance(pattern, PBool) else None
    if isinstance(scrutinee, App) and isinstance(scrutinee.fun, Prim):
        if scrutinee.fun.builtin is Builtin.LIST:
            return ("Nil", "Cons"), _fit_list(typer, scrutinee)
        if scrutinee.fun.builtin is Builtin.OPTIONAL:
            return ("None", "Some"), _fit_optional(scrutinee)
    return ("_",), _fit_nothing


def _plan_data(typer: Typer, info: DataInfo, args: tuple[Ty, ...]) -> tuple[tuple[str, ...], Fit]:
    if isinstance(info.cons, Variant):
        return tuple(info.members), _fit_variant(typer, info, args)
    if isinstance(info.cons, EnumType):
        return info.cons.constructors, _fit_enum(typer, info)
    return ("_",), _fit_nothing


def _fit_variant(typer: Typer, info: DataInfo, args: tuple[Ty, ...]) -> Fit:
    def fit(pattern: Pattern) -> Binders | None:
        if not isinstance(pattern, PVariant) or pattern.ref != info.ref:
            return None
        payload = info.members.get(pattern.constructor)
        if payload is None:
            text = f"unknown variant constructor: {pattern.constructor}"
            typer.report("EUnknownVariantCon", text)
            return ((pattern.binder, typer.hole),)
        if len(args) != len(info.params):
            return ((pattern.binder, typer.hole),)
        return ((pattern.binder, typer.arena.instantiate(payload, args)),)

    return fit


def _fit_enum(typer: Typer, info: DataInfo) -> Fit:
    def fit(pattern: Pattern) -> Binders | None:
        if not isinstance(pattern, PEnum) or pattern.ref != info.ref:
            return None
        if pattern.constructor not in info.constructors:
            typer.report("EUnknownEnumCon", f"unknown enum constructor: {pattern.constructor}")
        return ()

    return fit


def _fit_list(typer: Typer, scrutinee: App) -> Fit:
    def fit(pattern: Pattern) -> Binders | None:
        if isinstance(pattern, PNil):
            return ()
        if not isinstance(pattern, PCons):
            return None
        if pattern.head == pattern.tail:
            text = f"{pattern.head} is used more than once in a pattern"
            typer.report("EClashingPatternVariables", text)
        return ((pattern.head, scrutinee.arg), (pattern.tail, scrutinee))

    return fit


def _fit_optional(scrutinee: App) -> Fit:
    def fit(pattern: Pattern) -> Binders | None:
        if isinstance(pattern, PNone):
            return ()
        return ((pattern.binder, scrutinee.arg),) if isinstance(pattern, PSome) else None

    return fit


def _fit_nothing(_: Pattern) -> Binders | None:
    return None


def _label(pattern: Pattern) -> str:
    match pattern:
        case PVariant(_, constructor, _) | PEnum(_, constructor):
            return constructor
        case PBool(value):
            return str(value)
        case _:
            return _LABELS[type(pattern)]


def _variables(pattern: Pattern) -> tuple[str, ...]:
    match pattern:
        case PVariant(_, _, binder) | PSome(binder):
            return (binder,)
        case PCons(head, tail):
            return (head, tail)
        case _:
            return ()


_LABELS: Mapping[type[Pattern], str] = {
    PDefault: "_",
    PUnit: "()",
    PNil: "Nil",
    PCons: "Cons",
    PNone: "None",
    PSome: "Some",
}

CASES: dict[type[Expr], Form] = {ECase: _case}
"""How a case is typed."""
