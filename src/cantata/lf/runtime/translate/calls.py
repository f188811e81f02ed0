"""Source for applications: known functions directly, small ones in place, others by arity."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.lf.model import (
    EAbs,
    EApp,
    EBuiltin,
    ECallInterface,
    ELocated,
    ETyApp,
    EVal,
    EVar,
    Expr,
    Ref,
    Type,
)
from cantata.lf.runtime.translate.builtins import CALLS, builtin_call, builtin_value, fold_result
from cantata.lf.runtime.translate.code import Code, Env, LocalFun, Var
from cantata.lf.runtime.translate.context import RETURN, Context, Handlers
from cantata.lf.runtime.translate.dynamic import method_call
from cantata.lf.runtime.translate.links import BUILTIN, CALL, RUN, ref_link
from cantata.lf.runtime.translate.shapes import lambdas


def flatten(expr: Expr) -> tuple[Expr, list[Expr], tuple[Type, ...]]:
    """Take nested applications apart: function, all arguments, types given to the function."""
    args: list[Expr] = []
    types: tuple[Type, ...] = ()
    while True:
        if isinstance(expr, EApp):
            args[:0] = expr.args
            expr = expr.fun
            types = ()
        elif isinstance(expr, ELocated):
            expr = expr.body
        elif isinstance(expr, ETyApp):
            types = expr.types + types
            expr = expr.expr
        else:
            return expr, args, types


def _applied(ctx: Context, expr: EApp) -> tuple[Expr, list[Expr], tuple[Type, ...]]:
    """Take applications apart, through constants that are partial applications."""
    head, args, types = flatten(expr)
    for _ in range(16):
        meant, _ = ctx.shapes.resolve(head)
        partial = ctx.shapes.partial(meant.ref) if isinstance(meant, EVal) else None
        if partial is None:
            break
        head, args, types = EVal(partial[0]), [*partial[1], *args], ()
    return head, args, types


def _app_into(ctx: Context, expr: EApp, env: Env, run: bool, dest: str) -> None:
    """Write an application as statements: jumps for tail calls, functions in place."""
    head, args, types = _applied(ctx, expr)
    if dest == RETURN and _jump(ctx, head, args, env, run=run):
        return
    found = _in_place(ctx, head, len(args))
    if found is None:
        ctx.emit(dest + _call(ctx, head, args, types, env, run=run).text)
        return
    codes = ctx.atoms(args, env)
    inner, rest = _bind(found.params, codes, {} if found.closed else env)
    with ctx.inlined(found.ref):
        if rest:
            ctx.emit(dest + _over(ctx, found.body, rest, inner, run=run).text)
        else:
            ctx.into(found.body, inner, dest, run=run)


def _app(ctx: Context, expr: EApp, env: Env, *, run: bool) -> Code:
    head, args, types = _applied(ctx, expr)
    found = _in_place(ctx, head, len(args))
    if found is None:
        return _call(ctx, head, args, types, env, run=run)
    codes = ctx.atoms(args, env)
    inner, rest = _bind(found.params, codes, {} if found.closed else env)
    with ctx.inlined(found.ref):
        if rest:
            return _over(ctx, found.body, rest, inner, run=run)
        return ctx.deliver(found.body, inner, run=run)


@dataclass(frozen=True, slots=True)
class InPlace:
    """A function whose body is written where it is called."""

    params: tuple[tuple[str, Type], ...]
    body: Expr
    closed: bool
    ref: Ref | None


def _in_place(ctx: Context, head: Expr, given: int) -> InPlace | None:
    """Give what to write in place of a call with so many arguments, if that is wise."""
    meant, closed = ctx.shapes.resolve(head)
    if closed and not ctx.may_inline():
        return None
    if isinstance(meant, EVal):
        shape = ctx.shapes.shape(meant.ref)
        wise = shape.small and 0 < shape.arity <= given
        if not wise or not ctx.may_inline() or meant.ref in ctx.inlining:
            return None
        return InPlace(shape.params, shape.body, closed=True, ref=meant.ref)
    if not isinstance(meant, EAbs):
        return None
    params, body = lambdas(meant)
    if given < len(params):
        params, body = meant.params, meant.body
    return InPlace(params, body, closed, None) if given >= len(params) else None


def _bind(
    params: tuple[tuple[str, Type], ...], codes: list[Code], outer: Env
) -> tuple[Env, list[Code]]:
    env = dict(outer)
    for (name, type_), code in zip(params, codes, strict=False):
        env[name] = Var(code, type_)
    return env, codes[len(params) :]


def _over(ctx: Context, body: Expr, rest: list[Code], env: Env, *, run: bool) -> Code:
    """Apply a body that is no function by itself to arguments that are already evaluated."""
    inner = dict(env)
    args: list[Expr] = []
    for code in rest:
        name = f" {ctx.fresh('a')}"
        inner[name] = Var(code, None)
        args.append(EVar(name))
    return ctx.deliver(EApp(body, tuple(args)), inner, run=run)


def _jump(ctx: Context, head: Expr, args: list[Expr], env: Env, *, run: bool) -> bool:
    """Write a tail call of the function itself as a jump."""
    loop = ctx.scope.loop
    if loop is None or not isinstance(head, EVal) or head.ref != loop.ref:
        return False
    if len(args) != len(loop.params) or run != loop.run:
        return False
    codes = ctx.operands(args, env)
    values = ", ".join(code.text for code in codes)
    ctx.emit(f"{', '.join(loop.params)} = {values}")
    ctx.emit("continue")
    return True


def _call(
    ctx: Context, head: Expr, args: list[Expr], types: tuple[Type, ...], env: Env, *, run: bool
) -> Code:
    meant, closed = ctx.shapes.resolve(head)
    if not closed or isinstance(meant, EVal | EBuiltin):
        head = meant
    if isinstance(head, EBuiltin):
        return _builtin(ctx, head, args, types, env, run=run)
    if isinstance(head, ECallInterface):
        return method_call(ctx, head, args, env, run=run)
    if isinstance(head, EVal) and 0 < ctx.shapes.shape(head.ref).arity <= len(args):
        return _known(ctx, head.ref, args, env, run=run)
    if isinstance(head, EVar):
        fun = env[head.name].fun
        if fun is not None and fun.arity <= len(args):
            return _local(ctx, fun, args, env, run=run)
    codes = ctx.operands(args, env)
    if not ctx.simple(head, 4):
        codes = [code if code.pure else ctx.spill(code) for code in codes]
    return apply_code(ctx, ctx.value(head, env), codes, run=run)


def _known(ctx: Context, ref: Ref, args: list[Expr], env: Env, *, run: bool) -> Code:
    ctx.scope.calls = True
    arity = ctx.shapes.shape(ref).arity
    codes = ctx.operands(args, env)
    given = [code.text for code in codes[:arity]]
    if len(codes) > arity:
        codes = [code if code.pure else ctx.spill(code) for code in codes]
        given = [code.text for code in codes[:arity]]
        made = Code(f"{ctx.link(*ref_link(CALL, ref))}({', '.join(given)})")
        return apply_code(ctx, made, codes[arity:], run=run)
    if run:
        return Code(f"{ctx.link(*ref_link(RUN, ref))}({', '.join([*given, 'fx'])})")
    return Code(f"{ctx.link(*ref_link(CALL, ref))}({', '.join(given)})")


def _local(ctx: Context, fun: LocalFun, args: list[Expr], env: Env, *, run: bool) -> Code:
    ctx.scope.calls = True
    codes = ctx.operands(args, env)
    if len(codes) > fun.arity:
        codes = [code if code.pure else ctx.spill(code) for code in codes]
    given = [code.text for code in codes[: fun.arity]]
    if run and len(codes) == fun.arity and "inner" not in fun.used:
        fun.used.add("run")
        return Code(f"{fun.python}r({', '.join([*given, 'fx'])})")
    fun.used.add("value")
    made = Code(f"{fun.python}({', '.join(given)})")
    return apply_code(ctx, made, codes[fun.arity :], run=run)


def apply_code(ctx: Context, fun: Code, codes: list[Code], *, run: bool) -> Code:
    """Apply a function value to evaluated arguments."""
    ctx.scope.calls = True
    texts = [code.text for code in codes]
    if not codes:
        code = fun
    elif len(codes) <= 3:
        code = Code(f"ap{len(codes)}({', '.join([fun.text, *texts])})")
    else:
        code = Code(f"apn({fun.text}, ({', '.join(texts)},))")
    return Code(f"{code.text}(fx)") if run else code


def _builtin(
    ctx: Context, head: EBuiltin, args: list[Expr], types: tuple[Type, ...], env: Env, *, run: bool
) -> Code:
    rule = CALLS[head.name]
    if len(args) < rule.arity:
        codes = ctx.operands(args, env)
        ctx.scope.calls = True
        given = "".join(f"{code.text}, " for code in codes)
        return Code(f"pap({ctx.link(BUILTIN, head.name)}, ({given}))")
    if run and len(args) == rule.arity:
        folded = fold_result(ctx, head.name, args, env)
        if folded is not None:
            return folded
    if len(args) == rule.arity:
        code = builtin_call(ctx, head.name, args, types, env)
        if not run:
            return code
        ctx.scope.calls = True
        return Code(f"{ctx.spill(code).text}(fx)")
    codes = ctx.atoms(args, env)
    inner: Env = {f" {at}": Var(code, None) for at, code in enumerate(codes)}
    exprs: list[Expr] = [EVar(f" {at}") for at in range(len(codes))]
    made = builtin_call(ctx, head.name, exprs[: rule.arity], types, inner)
    return apply_code(ctx, made, codes[rule.arity :], run=run)


HANDLERS = Handlers(
    value={
        EApp: lambda ctx, expr, env: _app(ctx, expr, env, run=False),
        EBuiltin: lambda ctx, expr, env: builtin_value(ctx, expr.name),
    },
    run={EApp: lambda ctx, expr, env: _app(ctx, expr, env, run=True)},
    tail={EApp: _app_into},
)
