"""Source for case and let."""

from __future__ import annotations

from cantata.lf.model import (
    Alternative,
    Builtin,
    EAbs,
    ECase,
    ELet,
    EnumType,
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
    TBuiltin,
    TCon,
    Type,
    Variant,
    spine,
)
from cantata.lf.runtime.translate.code import Code, Env, LocalFun, Var, atom
from cantata.lf.runtime.translate.context import Context, Handlers, Lines
from cantata.lf.runtime.translate.data import function
from cantata.lf.runtime.translate.shapes import lambdas, strip

_MATCHABLE = frozenset({Builtin.UNIT, Builtin.BOOL, Builtin.LIST, Builtin.OPTIONAL})
MAX_CHAIN = 8
"""Longest chain of tests before alternatives are split by rank."""

Arm = tuple[Alternative, Env]


def _case_into(ctx: Context, expr: ECase, env: Env, run: bool, dest: str) -> None:
    """Write the tests in order, each with its alternative."""
    first = expr.alternatives[0].pattern
    code = ctx.value(expr.scrutinee, env)
    if isinstance(first, PDefault):
        _default_only(ctx, expr, code, env, run, dest)
        return
    if not isinstance(first, PBool):
        code = _name(ctx, code)
    arms = [
        (alternative, _bind(ctx, expr, alternative.pattern, code, env))
        for alternative in expr.alternatives
    ]
    arms = _reachable(ctx, arms)
    if isinstance(first, PVariant | PEnum) and len(arms) > MAX_CHAIN:
        subject = code.text
        if isinstance(first, PVariant):
            subject = ctx.spill(Code(f"{code.text}[0]", pure=True)).text
        _split(ctx, subject, _ranked(ctx, arms), run, dest)
        return
    _chain(ctx, code, arms, run, dest)


def _name(ctx: Context, code: Code) -> Code:
    """Put a scrutinee into a name of its own."""
    if code.text.isidentifier() and code.text not in ("None", "True", "False"):
        return code
    name = ctx.fresh("t")
    ctx.emit(f"{name} = {code.text}")
    return atom(name)


def _default_only(ctx: Context, expr: ECase, code: Code, env: Env, run: bool, dest: str) -> None:
    """Write a case that is no choice; the engine crashes on types it cannot match."""
    if not code.pure:
        ctx.emit(code.text)
    type_ = ctx.typing.of(expr.scrutinee, env)
    if type_ is not None and not _matchable(ctx, type_):
        ctx.emit(f"{dest}CRASH('Match on non-matchable value')")
        return
    ctx.into(expr.alternatives[0].body, env, dest, run=run)


def _matchable(ctx: Context, type_: Type) -> bool:
    head, _ = spine(ctx.typing.expand(type_))
    if isinstance(head, TBuiltin):
        return head.builtin in _MATCHABLE
    if isinstance(head, TCon):
        return isinstance(ctx.typing.packages.data_type(head.ref).cons, Variant | EnumType)
    return type(head).__name__ == "TVar"


def _bind(ctx: Context, expr: ECase, pattern: Pattern, code: Code, env: Env) -> Env:
    """Give the variables of an alternative; parts are selected where they are used."""
    texts = _parts(pattern, code)
    if not texts:
        return env
    known: dict[str, Type | None] = {}

    def types() -> dict[str, Type | None]:
        if not known:
            scrutinee = ctx.typing.of(expr.scrutinee, env)
            known.update(ctx.typing.binders(pattern, scrutinee))
        return known

    def one(name: str) -> Type | None:
        return types().get(name)

    inner = dict(env)
    for name, text in texts.items():
        inner[name] = Var(Code(text, pure=True), lambda name=name: one(name))  # type: ignore[misc]
    return inner


def _parts(pattern: Pattern, code: Code) -> dict[str, str]:
    match pattern:
        case PVariant(_, _, binder):
            return {binder: f"{code.text}[1]"}
        case PCons(head, tail):
            return {head: f"{code.text}[0]", tail: f"{code.text}[1]"}
        case PSome(binder):
            return {binder: f"{code.text}[0]"}
    return {}


def _reachable(ctx: Context, arms: list[Arm]) -> list[Arm]:
    """Drop alternatives behind a default, and repeated ones."""
    kept: list[Arm] = []
    seen: set[object] = set()
    for alternative, env in arms:
        key = _key(alternative.pattern)
        if key not in seen:
            kept.append((alternative, env))
            seen.add(key)
        if isinstance(alternative.pattern, PDefault):
            break
    return kept


def _key(pattern: Pattern) -> object:
    match pattern:
        case PVariant(_, constructor, _) | PEnum(_, constructor):
            return constructor
        case PBool(value):
            return value
    return type(pattern)


def _chain(ctx: Context, code: Code, arms: list[Arm], run: bool, dest: str) -> None:
    """Write if, elif, else; the last alternative of an exhaustive case needs no test."""
    complete = _complete(ctx, [alternative.pattern for alternative, _ in arms])
    if len(arms) == 1 and complete:
        ctx.into(arms[0][0].body, arms[0][1], dest, run=run)
        return
    word = "if"
    for at, (alternative, env) in enumerate(arms):
        last = at == len(arms) - 1 and complete
        test = "" if last else f" {_test(ctx, alternative.pattern, code)}"
        with ctx.block(f"{'else' if last else word}{test}:"):
            ctx.into(alternative.body, env, dest, run=run)
        word = "elif"
    if not complete:
        with ctx.block("else:"):
            ctx.emit(f"{dest}CRASH('Match error')")


def _test(ctx: Context, pattern: Pattern, code: Code) -> str:
    match pattern:
        case PVariant(ref, constructor, _):
            return f"{code.text}[0] == {ctx.shapes.layout(ref)[constructor]}"
        case PEnum(ref, constructor):
            return f"{code.text} == {ctx.shapes.layout(ref)[constructor]}"
        case PBool(value):
            return code.text if value else f"not {code.text}"
        case PNil():
            return f"not {code.text}"
        case PCons():
            return code.text
        case PNone():
            return f"{code.text} is None"
        case PSome():
            return f"{code.text} is not None"
    return "True"


def _complete(ctx: Context, patterns: list[Pattern]) -> bool:
    """Tell whether distinct patterns leave nothing out."""
    last = patterns[-1]
    match last:
        case PDefault() | PUnit():
            return True
        case PVariant(ref, _, _) | PEnum(ref, _):
            return len(patterns) == len(ctx.shapes.layout(ref))
    return len(patterns) == 2


Ranked = list[tuple[int, Arm]]


def _ranked(ctx: Context, arms: list[Arm]) -> Ranked:
    """Give for every constructor its alternative, in order of rank."""
    by_rank: dict[int, Arm] = {}
    for alternative, env in arms:
        match alternative.pattern:
            case PVariant(ref, constructor, _) | PEnum(ref, constructor):
                layout = ctx.shapes.layout(ref)
                by_rank.setdefault(layout[constructor], (alternative, env))
            case _:
                for rank in layout.values():
                    by_rank.setdefault(rank, (alternative, env))
    return sorted(by_rank.items(), key=lambda item: item[0])


def _split(ctx: Context, subject: str, arms: Ranked, run: bool, dest: str) -> None:
    """Write alternatives as a search by rank; equal neighbours are written once."""
    if all(arm is arms[0][1] for _, arm in arms):
        alternative, env = arms[0][1]
        ctx.into(alternative.body, env, dest, run=run)
        return
    middle = len(arms) // 2
    with ctx.block(f"if {subject} < {arms[middle][0]}:"):
        _split(ctx, subject, arms[:middle], run, dest)
    with ctx.block("else:"):
        _split(ctx, subject, arms[middle:], run, dest)


# let


def bind(ctx: Context, name: str | None, code: Code, type_: Type, env: Env) -> None:
    """Give a name to an evaluated expression, in place."""
    if name is None:
        if not code.pure:
            ctx.emit(code.text)
        return
    if not code.atom:
        python = ctx.fresh("x")
        ctx.emit(f"{python} = {code.text}")
        code = atom(python)
    env[name] = Var(code, type_)


def _let_into(ctx: Context, expr: ELet, env: Env, run: bool, dest: str) -> None:
    inner = dict(env)
    funs = []
    for binding in expr.bindings:
        lam = strip(binding.bound)
        if binding.name is not None and isinstance(lam, EAbs):
            fun = LocalFun(ctx.fresh("l"), len(lambdas(lam)[0]), lam, set())
            funs.append((fun, ctx.hole(), ctx.indent, dict(inner)))
            inner[binding.name] = Var(Code(fun.python, pure=True), binding.type, fun)
        else:
            bind(ctx, binding.name, ctx.value(binding.bound, inner), binding.type, inner)
    ctx.into(expr.body, inner, dest, run=run)
    for fun, hole, indent, outer in reversed(funs):
        _define(ctx, fun, hole, indent, outer)


def _define(ctx: Context, fun: LocalFun, hole: Lines, indent: int, env: Env) -> None:
    """Write the forms of a local function that were used."""
    with ctx.filling(hole, indent):
        if "value" in fun.used:
            function(ctx, fun.lam, env, fun.python)
        if "run" in fun.used:
            function(ctx, fun.lam, env, f"{fun.python}r", run=True)


HANDLERS = Handlers(into={ECase: _case_into, ELet: _let_into})
