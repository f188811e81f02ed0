"""Lowering of blocks, statement by statement."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.lang.ir import statements as st
from cantata.lang.lower import build
from cantata.lang.lower.code import Code, Operand, Step, bind, in_order
from cantata.lang.lower.context import Context
from cantata.lang.lower.liveness import (
    Exit,
    Live,
    assigned,
    exit_of,
    live_before,
    live_before_statement,
)
from cantata.lang.lower.names import UNUSED
from cantata.lang.lower.statements.choices import choose
from cantata.lang.lower.statements.early import ended
from cantata.lang.lower.statements.leave import Carried, FromFunction, Leave
from cantata.lang.lower.statements.loops import loop
from cantata.lang.lower.statements.pack import pack
from cantata.lf import model as lf


def body(context: Context, statements: st.Block, result: lf.Type) -> Code:
    """Lower the body of a function; the code's value is the function's result."""
    return block(context, statements, FromFunction(result, result, frozenset()))


EXITS_MAX = 32
"""Statements with a return that may nest in each other before a block is cut in two."""


def block(context: Context, statements: st.Block, leave: Leave) -> Code:
    """Lower a block; the code's value is what its way out gives.

    What follows a statement with a return nests inside it. A block with many of them is cut: the
    first part gives its variables and perhaps a result, so that code never nests too deep.
    """
    cut = _cut(statements)
    if cut is not None:
        return _in_parts(context, statements[:cut], statements[cut:], leave)
    lives = _lives(statements, leave.live)
    steps: list[Step] = []
    for index, statement in enumerate(statements):
        rest, after = statements[index + 1 :], lives[index + 1]
        match statement:
            case st.Return():
                return leave.returned(context, context.lower(statement.value)).after(steps)
            case st.If() | st.Match():
                outcome = choose(context, statement, rest, after, leave, block)
            case st.For():
                outcome = loop(context, statement, rest, after, leave, block)
            case _:
                steps += _simple(context, statement, after)
                continue
        steps += outcome.steps
        if outcome.final is not None:
            return outcome.final.after(steps)
    return leave.fallen(context).after(steps)


def _cut(statements: st.Block) -> int | None:
    """Give where a block is to be cut, if it has many statements with a return."""
    exits = [
        place
        for place, statement in enumerate(statements)
        if exit_of((statement,)) is not Exit.FALLS
    ]
    return exits[EXITS_MAX - 1] + 1 if len(exits) > EXITS_MAX else None


def _in_parts(context: Context, first: st.Block, rest: st.Block, leave: Leave) -> Code:
    after = live_before(rest, leave.live)
    carried = [variable for variable in assigned(first) if variable in after]
    packed = pack(context, carried, leave.returns)
    with context.branch():
        code = block(context, first, Carried(packed.type, leave.returns, after, packed))
    steps, final = ended(context, packed, code, rest, leave, block)
    return final.after(steps)


def _lives(statements: st.Block, after: Live) -> Sequence[Live]:
    lives = [after]
    for statement in reversed(statements):
        after = live_before_statement(statement, after)
        lives.append(after)
    return lives[::-1]


def _simple(
    context: Context, statement: st.Assign | st.Evaluate | st.Require, after: Live
) -> tuple[Step, ...]:
    match statement:
        case st.Assign():
            value = context.lower(statement.value)
            if value.total and statement.variable not in after:
                return ()
            return context.define(statement.variable, value).steps
        case st.Evaluate():
            return dropped(context.lower(statement.value), context.type(statement.value.type))
        case st.Require():
            return _require(context, statement)


def dropped(code: Code, type_: lf.Type) -> tuple[Step, ...]:
    """Evaluate code and forget its value; nothing is left of code that cannot abort."""
    if code.total:
        return ()
    if not code.fallible:
        return code.steps
    return (*code.steps, Step(UNUSED, type_, code.value))


def _require(context: Context, statement: st.Require) -> tuple[Step, ...]:
    arguments = [
        context.operand(expr)
        for expr in (
            statement.id,
            statement.message,
            *(value for _, value in statement.fields),
        )
    ]
    row = in_order(
        context.names,
        [context.operand(statement.condition), *(_early(context, each) for each in arguments)],
    )
    condition, error_id, message, *fields = row.values
    keys = (key for key, _ in statement.fields)
    failure = build.fail_with(
        lf.UNIT,
        error_id,
        statement.category,
        message,
        tuple(zip(keys, fields, strict=True)),
    )
    test = build.branch(condition, lf.EUnit(), context.located(statement.span, failure))
    return (*row.steps, Step(UNUSED, lf.UNIT, test))


def _early(context: Context, operand: Operand) -> Operand:
    """Bind what can abort: it is evaluated even if the condition holds."""
    if not operand.code.fallible:
        return operand
    return Operand(bind(context.names, operand.code, operand.type), operand.type)
