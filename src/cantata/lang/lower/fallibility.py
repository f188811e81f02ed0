"""Which pure code can abort: known before it is lowered, across all packages of a program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cantata.lang.ir import definitions as ir
from cantata.lang.ir import expressions as ix
from cantata.lang.ir import statements as st
from cantata.lang.ir.operations import FAILING, Aggregation
from cantata.lang.ir.types import Ref
from cantata.lang.lower.walk import operands

_ALWAYS = (
    ix.CallMethod,
    ix.ViewOf,
    ix.PartiesOf,
    ix.FromInterface,
    ix.Create,
    ix.Exercise,
    ix.Archive,
    ix.Fetch,
    ix.Now,
    ix.LedgerTimeBefore,
)
_TOTAL_AGGREGATIONS = frozenset({Aggregation.ANY, Aggregation.ALL})


class Fallibility:
    """Answers for functions by reference; functions never recurse, so the answers exist."""

    def __init__(self, functions: Iterable[ir.Function]) -> None:
        self._functions: Mapping[Ref, ir.Function] = {
            function.ref: function for function in functions
        }
        self._known: dict[Ref, bool] = {}

    def function(self, ref: Ref) -> bool:
        """Whether a call of a pure function can abort, given arguments that do not."""
        known = self._known.get(ref)
        if known is None:
            function = self._functions[ref]
            known = self._known[ref] = self._block(function.body)
        return known

    def expression(self, expr: ix.Expr) -> bool:
        """Whether evaluating an expression can abort or have effects."""
        return self._aborts(expr) or any(self.expression(part) for part in operands(expr))

    def _block(self, block: st.Block) -> bool:
        return any(self._statement(statement) for statement in block)

    def _statement(self, statement: st.Stmt) -> bool:
        match statement:
            case st.Require():
                return True
            case st.Assign() | st.Evaluate() | st.Return():
                return self.expression(statement.value)
            case st.If():
                return (
                    self.expression(statement.condition)
                    or self._block(statement.then)
                    or self._block(statement.otherwise)
                )
            case st.Match():
                return self.expression(statement.scrutinee) or any(
                    self._block(block) for _, block in statement.alternatives
                )
            case st.For():
                return self.expression(statement.source) or self._block(statement.body)

    def _aborts(self, expr: ix.Expr) -> bool:
        match expr:
            case ix.Apply():
                return expr.op in FAILING
            case ix.Aggregate():
                return expr.aggregation not in _TOTAL_AGGREGATIONS
            case ix.CallFunction():
                return self.function(expr.ref)
            case _:
                return isinstance(expr, _ALWAYS)
