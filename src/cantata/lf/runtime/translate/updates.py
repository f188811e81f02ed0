"""Source for updates: run at once where that is what happens, else as functions of effects."""

from __future__ import annotations

from cantata.lf.model import (
    ANY_EXCEPTION,
    Expr,
    UBlock,
    UCreate,
    UCreateInterface,
    UEmbed,
    UExercise,
    UExerciseByKey,
    UExerciseInterface,
    UFetch,
    UFetchByKey,
    UFetchInterface,
    UGetTime,
    ULedgerTimeLT,
    Update,
    UPure,
    UQueryNByKey,
    UTryCatch,
)
from cantata.lf.runtime.translate.cases import bind
from cantata.lf.runtime.translate.code import Code, Env, Var, atom
from cantata.lf.runtime.translate.context import RETURN, Context, Handlers
from cantata.lf.runtime.translate.dynamic import interface_name, template_name
from cantata.lf.runtime.translate.shapes import strip

Operation = tuple[str, tuple[Expr, ...]]


def _operation(ctx: Context, expr: Update) -> Operation:
    """Give the call that acts on the ledger, without its last arguments, and those."""
    match expr:
        case UCreate(template, arg):
            return f"fx.create({template_name(ctx, template)}, ", (arg,)
        case UExercise(template, choice, cid, arg):
            name = template_name(ctx, template)
            return f"fx.exercise({name}, {choice!a}, ", (cid, arg)
        case UExerciseInterface(interface, choice, cid, arg):
            name = interface_name(ctx, interface)
            return f"fx.exercise_interface({name}, {choice!a}, ", (cid, arg)
        case UFetch(template, cid):
            return f"fx.fetch({template_name(ctx, template)}, ", (cid,)
        case UFetchInterface(interface, cid):
            return f"fx.fetch_interface({interface_name(ctx, interface)}, ", (cid,)
        case ULedgerTimeLT(time):
            return "fx.ledger_time_lt(", (time,)
        case UExerciseByKey(template, choice, key, arg):
            name = template_name(ctx, template)
            return f"fx.exercise_by_key({name}, {choice!a}, ", (key, arg)
    return "fx.get_time(", ()


def _operation_result(ctx: Context, expr: Update, env: Env) -> Code:
    """Evaluate operands and act."""
    ctx.scope.calls = True
    head, operands = _operation(ctx, expr)
    codes = ctx.operands(operands, env)
    return Code(f"{head}{', '.join(code.text for code in codes)})")


def _operation_value(ctx: Context, expr: Update, env: Env) -> Code:
    """Evaluate operands now and act whenever the update is run."""
    head, operands = _operation(ctx, expr)
    codes = ctx.atoms(operands, env)
    return _returning(ctx, f"{head}{', '.join(code.text for code in codes)})")


def _returning(ctx: Context, text: str) -> Code:
    """Write an update that gives what an expression gives."""
    name = ctx.fresh("u")
    with ctx.function(name, ["fx"]):
        ctx.emit(f"return {text}")
    return atom(name)


def _delayed(ctx: Context, expr: Expr, env: Env) -> Code:
    """Write an update whose evaluation is delayed until it runs."""
    name = ctx.fresh("u")
    with ctx.function(name, ["fx"]):
        ctx.into(expr, env, RETURN, run=True)
    return atom(name)


def _pure_value(ctx: Context, expr: UPure, env: Env) -> Code:
    return _returning(ctx, ctx.spill(ctx.value(expr.expr, env)).text)


def _block_value(ctx: Context, expr: UBlock, env: Env) -> Code:
    """Build the first update now; run it and all others later."""
    if not expr.bindings:
        return ctx.value(expr.body, env)
    first = expr.bindings[0]
    head = strip(first.bound)
    if isinstance(head, UPure):
        code = ctx.spill(ctx.value(head.expr, env))
    else:
        built = ctx.spill(ctx.value(first.bound, env))
        code = Code(f"{built.text}(fx)")
    name = ctx.fresh("u")
    with ctx.function(name, ["fx"]):
        ctx.scope.calls = True
        inner = dict(env)
        bind(ctx, first.name, code, first.type, inner)
        _steps(ctx, UBlock(expr.bindings[1:], expr.body), inner, RETURN)
    return atom(name)


def _block_into(ctx: Context, expr: UBlock, env: Env, run: bool, dest: str) -> None:
    _steps(ctx, expr, dict(env), dest)


def _steps(ctx: Context, expr: UBlock, env: Env, dest: str) -> None:
    for binding in expr.bindings:
        bind(ctx, binding.name, ctx.result(binding.bound, env), binding.type, env)
    ctx.into(expr.body, env, dest, run=True)


def _create_interface(ctx: Context, expr: UCreateInterface, env: Env) -> Code:
    ctx.scope.calls = True
    owner = ctx.spill(ctx.value(expr.arg, env))
    return Code(f"fx.create({owner.text}.template, {owner.text}.payload)")


def _fetch_by_key(ctx: Context, expr: UFetchByKey, env: Env) -> Code:
    return Code(f"FETCH_BY_KEY({template_name(ctx, expr.template)})", pure=True)


def _query_by_key(ctx: Context, expr: UQueryNByKey, env: Env) -> Code:
    return Code(f"QUERY_BY_KEY({template_name(ctx, expr.template)})", pure=True)


def _try_into(ctx: Context, expr: UTryCatch, env: Env, run: bool, dest: str) -> None:
    """Write body and handler; an exception that the handler refuses goes on."""
    ctx.scope.calls = True
    result, caught, handler = ctx.fresh("t"), ctx.fresh("x"), ctx.fresh("t")
    ctx.emit("fx.begin_try()")
    ctx.emit(f"{caught} = None")
    ctx.scope.tries += 1
    with ctx.block("try:"):
        ctx.into(expr.body, env, f"{result} = ", run=True)
    with ctx.block("except LFThrow as thrown:"):
        ctx.emit(f"{caught} = thrown.value")
    with ctx.block(f"if {caught} is None:"):
        ctx.emit("fx.commit_try()")
    with ctx.block("else:"):
        with ctx.block("try:"):
            inner = {**env, expr.binder: Var(atom(caught), ANY_EXCEPTION)}
            ctx.into(expr.handler, inner, f"{handler} = ", run=False)
        with ctx.block("except LFThrow:"):
            ctx.emit("fx.abort_try()")
            ctx.emit("raise")
        with ctx.block(f"if {handler} is None:"):
            ctx.emit("fx.abort_try()")
            ctx.emit(f"RETHROW({caught})")
        ctx.emit("fx.rollback_try()")
        ctx.emit(f"{result} = {handler}[0](fx)")
    ctx.scope.tries -= 1
    ctx.emit(f"{dest}{result}")


_OPERATIONS = (
    UCreate,
    UExercise,
    UExerciseInterface,
    UFetch,
    UFetchInterface,
    UGetTime,
    ULedgerTimeLT,
    UExerciseByKey,
)

HANDLERS = Handlers(
    value={
        **dict.fromkeys(_OPERATIONS, _operation_value),
        UPure: _pure_value,
        UBlock: _block_value,
        UEmbed: lambda ctx, expr, env: _delayed(ctx, expr.body, env),
        UCreateInterface: _delayed,
        UTryCatch: _delayed,
        UFetchByKey: _fetch_by_key,
        UQueryNByKey: _query_by_key,
    },
    run={
        **dict.fromkeys(_OPERATIONS, _operation_result),
        UPure: lambda ctx, expr, env: ctx.value(expr.expr, env),
        UEmbed: lambda ctx, expr, env: ctx.result(expr.body, env),
        UCreateInterface: _create_interface,
    },
    into_run={UBlock: _block_into, UTryCatch: _try_into},
)
