"""Lowering of loops: a fold that carries the variables which the body changes."""

from __future__ import annotations

from cantata.lang.ir import statements as st
from cantata.lang.lower.code import Code
from cantata.lang.lower.context import Context
from cantata.lang.lower.folds import Folding, fold
from cantata.lang.lower.join import join
from cantata.lang.lower.liveness import Exit, Live, assigned, exit_of, loop_head
from cantata.lang.lower.statements.choices import Outcome, received
from cantata.lang.lower.statements.early import ended
from cantata.lang.lower.statements.leave import Carried, Leave, LowerBlock
from cantata.lang.lower.statements.pack import Pack, pack
from cantata.lf import model as lf


def loop(
    context: Context,
    statement: st.For,
    rest: st.Block,
    after: Live,
    leave: Leave,
    lower: LowerBlock,
) -> Outcome:
    """Lower a loop; an early return is carried in an Optional that stops the later elements."""
    head = loop_head(statement, after)
    carried = [
        variable
        for variable in assigned(statement.body)
        if variable in head and variable is not statement.variable
    ]
    leaves = exit_of(statement.body) is not Exit.FALLS
    packed = pack(context, carried, leave.returns if leaves else None)
    code = _fold(
        context, statement, packed, Carried(packed.type, leave.returns, head, packed), lower
    )
    if not leaves:
        return Outcome(received(context, packed, code))
    return Outcome(*ended(context, packed, code, rest, leave, lower))


def _fold(
    context: Context, statement: st.For, packed: Pack, leave: Carried, lower: LowerBlock
) -> Code:
    source = context.lower(statement.source)
    start = packed.value(context)

    def visit(done: lf.Expr) -> Code:
        packed.unpack(context, done)
        return lower(context, statement.body, leave)

    def stop(done: lf.Expr, inner: Code) -> Code:
        def combine(exprs: list[lf.Expr]) -> lf.Expr:
            return lf.ECase(
                packed.result_of(done),
                (
                    lf.Alternative(lf.PNone(), exprs[0]),
                    lf.Alternative(lf.PDefault(), exprs[1]),
                ),
            )

        return join(context, Code(done), [inner, Code(done)], packed.type, combine)

    with context.branch():
        binder = context.parameter(statement.variable)
        element = (binder, context.type(statement.variable.type))
        folding = Folding(packed.type, visit, stop if packed.result is not None else None)
        return fold(context, element, source, start, folding)
