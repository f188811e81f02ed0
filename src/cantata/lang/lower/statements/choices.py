"""Lowering of statements that choose: alternatives that return, or go on together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cantata.lang.ir import patterns as ip
from cantata.lang.ir import statements as st
from cantata.lang.lower import build
from cantata.lang.lower.code import Code, Step, bind, pure, update
from cantata.lang.lower.context import Context
from cantata.lang.lower.expressions.patterns import pattern as lower_pattern
from cantata.lang.lower.join import join
from cantata.lang.lower.liveness import Exit, Live, alternatives, assigned, exit_of
from cantata.lang.lower.names import UNUSED
from cantata.lang.lower.statements.leave import Leave, LowerBlock, ToFunction, ToJoin
from cantata.lang.lower.statements.pack import Pack, pack
from cantata.lf import model as lf


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement became: steps before the next one, or the end of the block."""

    steps: tuple[Step, ...] = ()
    final: Code | None = None


def choose(
    context: Context,
    statement: st.If | st.Match,
    rest: st.Block,
    after: Live,
    leave: Leave,
    lower: LowerBlock,
) -> Outcome:
    """Lower a statement that chooses.

    If at most one alternative goes on, what follows moves into it. If none returns, they give
    the variables that matter afterwards. Otherwise what follows becomes a local function.
    """
    bodies = [body for _, body in alternatives(statement)]
    exits = [exit_of(body) for body in bodies]
    going_on = [body for body, exit_ in zip(bodies, exits, strict=True) if exit_ != Exit.RETURNS]
    if len(going_on) <= 1 or not rest:
        ends = [
            body if exit_ is Exit.RETURNS else (*body, *rest)
            for body, exit_ in zip(bodies, exits, strict=True)
        ]
        return Outcome(final=_case(context, statement, ends, leave, lower))
    changed = [variable for body in _assignments(statement, exits) for variable in body]
    packed = pack(context, [variable for variable in changed if variable in after])
    if all(exit_ is Exit.FALLS for exit_ in exits):
        join_leave = ToJoin(packed.type, leave.returns, after, packed)
        joined = _case(context, statement, bodies, join_leave, lower)
        return Outcome(received(context, packed, joined))
    step, function = _follow(context, packed, rest, leave, lower)
    jump = ToFunction(
        leave.type,
        leave.returns,
        after,
        leave,
        packed,
        lf.EVar(step.name),
        function.effectful,
        function.total,
    )
    return Outcome((step,), _case(context, statement, bodies, jump, lower))


def received(context: Context, packed: Pack, code: Code) -> tuple[Step, ...]:
    """Give packed variables their values and tell which steps that takes."""
    if not packed.variables:
        if code.total or not code.fallible:
            return () if code.total else code.steps
        return (*code.steps, Step(UNUSED, packed.type, code.value))
    if len(packed.variables) == 1:
        return context.define(packed.variables[0], code).steps
    bound = bind(context.names, code, packed.type, "joined")
    packed.unpack(context, bound.value)
    return bound.steps


def _assignments(
    statement: st.If | st.Match, exits: Sequence[Exit]
) -> list[tuple[ip.Variable, ...]]:
    """Give the variables that each alternative assigns, if it may go on."""
    found: list[tuple[ip.Variable, ...]] = []
    for (pattern, body), exit_ in zip(alternatives(statement), exits, strict=True):
        if exit_ is not Exit.RETURNS:
            binder = getattr(pattern, "binder", None)
            found.append((*((binder,) if binder else ()), *assigned(body)))
    return found


def _follow(
    context: Context, packed: Pack, rest: st.Block, leave: Leave, lower: LowerBlock
) -> tuple[Step, Code]:
    """Make what follows a statement a local function of the variables that it changes."""
    with context.branch():
        params = tuple(
            (context.parameter(variable), type_)
            for variable, (_, type_) in zip(packed.variables, packed.fields, strict=True)
        )
        code = lower(context, rest, leave)
    params = params or ((UNUSED, lf.UNIT),)
    if code.effectful:
        result, body = lf.update(leave.type), update(code, leave.type)
    else:
        result, body = leave.type, pure(code)
    type_ = lf.arrow(*(param for _, param in params), result)
    name = context.names.fresh("follow")
    return Step(name, type_, lf.EAbs(params, body), fallible=False), code


def _case(
    context: Context,
    statement: st.If | st.Match,
    bodies: Sequence[st.Block],
    leave: Leave,
    lower: LowerBlock,
) -> Code:
    chosen = statement.condition if isinstance(statement, st.If) else statement.scrutinee
    head = context.lower(chosen)
    patterns: list[lf.Pattern] = []
    codes: list[Code] = []
    for (pattern, _), body in zip(alternatives(statement), bodies, strict=True):
        with context.branch():
            if pattern is not None and isinstance(statement, st.Match):
                patterns.append(lower_pattern(context, pattern, statement.scrutinee.type))
            codes.append(lower(context, body, leave))
    combine = _match(head.value, patterns) if patterns else _if(head.value)
    return join(context, head, codes, leave.type, combine)


def _if(condition: lf.Expr) -> Callable[[list[lf.Expr]], lf.Expr]:
    return lambda exprs: build.branch(condition, exprs[0], exprs[1])


def _match(
    scrutinee: lf.Expr, patterns: Sequence[lf.Pattern]
) -> Callable[[list[lf.Expr]], lf.Expr]:
    return lambda exprs: lf.ECase(scrutinee, tuple(map(lf.Alternative, patterns, exprs)))
