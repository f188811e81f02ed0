"""Early returns that are carried as values: out of loops, and out of long blocks."""

from __future__ import annotations

from cantata.lang.ir import statements as st
from cantata.lang.lower.code import Code, Step, bind
from cantata.lang.lower.context import Context
from cantata.lang.lower.join import join
from cantata.lang.lower.statements.leave import Leave, LowerBlock
from cantata.lang.lower.statements.pack import Pack
from cantata.lf import model as lf


def ended(
    context: Context, packed: Pack, code: Code, rest: st.Block, leave: Leave, lower: LowerBlock
) -> tuple[tuple[Step, ...], Code]:
    """Leave if the packed code has a result, else go on with what follows it."""
    bound = bind(context.names, code, packed.type, "done")
    packed.unpack(context, bound.value)
    result = context.names.variable("result")
    with context.branch():
        early = leave.returned(context, Code(result))
    with context.branch():
        late = lower(context, rest, leave)
    carried = packed.result_of(bound.value)

    def combine(exprs: list[lf.Expr]) -> lf.Expr:
        return lf.ECase(
            carried,
            (
                lf.Alternative(lf.PSome(result.name), exprs[0]),
                lf.Alternative(lf.PNone(), exprs[1]),
            ),
        )

    return bound.steps, join(context, Code(carried), [early, late], leave.type, combine)
