"""Source for folds over lists whose function is written at the spot: loops."""

from __future__ import annotations

from cantata.lf.model import EAbs, EVar, Expr, Type, UBlock
from cantata.lf.runtime.translate.code import Code, Env, Var, atom
from cantata.lf.runtime.translate.context import Context
from cantata.lf.runtime.translate.shapes import lambdas, strip
from cantata.lf.runtime.translate.walk import names

MAX_SPECULATION = 3
"""How deep loops are tried inside loops."""


def fold(ctx: Context, args: list[Expr], env: Env) -> Code | None:
    """Write FOLDL as a loop; None if its function makes closures or is not at hand."""
    step = _step(args[0])
    if step is None or ctx.speculation >= MAX_SPECULATION:
        return None
    (state_name, state_type), (head_name, head_type), body = step
    undo = _Undo(ctx)
    cells, state = _start(ctx, args, env, run=False)
    head = ctx.fresh("x")
    inner = {
        **env,
        state_name: Var(atom(state), state_type),
        head_name: Var(atom(head), head_type),
    }
    ctx.speculation += 1
    with ctx.block(f"while {cells}:"):
        ctx.emit(f"{head}, {cells} = {cells}")
        ctx.emit("for _ in T: break")
        ctx.into(body, inner, f"{state} = ", run=False)
    ctx.speculation -= 1
    return atom(state) if undo.unless_closed() else None


def fold_result(ctx: Context, name: str, args: list[Expr], env: Env) -> Code | None:
    """Write a FOLDL that chains updates, and is run at once, as a loop that runs them.

    The step must be a block that runs the accumulated update first and uses it nowhere else:
    then building all blocks and running the last equals running each in turn.
    """
    step = _step(args[0]) if name == "FOLDL" else None
    if step is None or ctx.speculation >= MAX_SPECULATION:
        return None
    (state_name, _), (head_name, head_type), body = step
    block = strip(body)
    if not isinstance(block, UBlock) or state_name == head_name:
        return None
    first, rest = block.bindings[0], UBlock(block.bindings[1:], block.body)
    if strip(first.bound) != EVar(state_name) or state_name in names(rest):
        return None
    undo = _Undo(ctx)
    cells, state = _start(ctx, args, env, run=True)
    head = ctx.fresh("x")
    inner = {**env, head_name: Var(atom(head), head_type)}
    if first.name is not None:
        inner[first.name] = Var(atom(state), first.type)
    ctx.speculation += 1
    with ctx.block(f"while {cells}:"):
        ctx.emit(f"{head}, {cells} = {cells}")
        ctx.emit("for _ in T: break")
        last = rest if rest.bindings else rest.body
        ctx.into(last, inner, f"{state} = ", run=True)
    ctx.speculation -= 1
    return atom(state) if undo.unless_closed() else None


def _start(ctx: Context, args: list[Expr], env: Env, *, run: bool) -> tuple[str, str]:
    """Evaluate list and start, in that order, into variables that the loop changes.

    A start that is an update is built after the list; nothing happens between building and
    running it, so it is run at once.
    """
    cells, state = ctx.fresh("c"), ctx.fresh("s")
    ctx.emit(f"{cells} = {ctx.value(args[2], env).text}")
    ctx.emit(f"{state} = {ctx.deliver(args[1], env, run=run).text}")
    return cells, state


def _step(fun: Expr) -> tuple[tuple[str, Type], tuple[str, Type], Expr] | None:
    if not isinstance(strip(fun), EAbs):
        return None
    params, body = lambdas(fun)
    return (params[0], params[1], body) if len(params) == 2 else None


class _Undo:
    """Takes back lines if they made closures, which would see the loop's variables change."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.lines = len(ctx.lines)
        self.finished = len(ctx.finished)
        self.closures = ctx.scope.closures

    def unless_closed(self) -> bool:
        """Tell whether the lines may stay."""
        if self.ctx.scope.closures == self.closures:
            return True
        del self.ctx.lines[self.lines :]
        del self.ctx.finished[self.finished :]
        self.ctx.scope.closures = self.closures
        return False
