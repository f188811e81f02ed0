"""Arithmetic on literals, done when it is compiled."""

from __future__ import annotations

import ast
import decimal
from collections.abc import Callable

from cantata.kernel import int64
from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.money import Decimal
from cantata.kernel.rounding import Rounding
from cantata.kernel.time import Date, Timestamp
from cantata.lang.diagnostics.expressions import OVERFLOW
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.symbols import source_of, span_of
from cantata.lang.ir.expressions import Apply, Expr, Literal
from cantata.lang.ir.operations import Op
from cantata.lang.ir.types import Type


def _decimals(function: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., decimal.Decimal]:
    def run(left: decimal.Decimal, right: decimal.Decimal) -> decimal.Decimal:
        result = function(Decimal.from_stdlib(left), Decimal.from_stdlib(right))
        return result.to_stdlib()

    return run


def _rounded(number: decimal.Decimal, digits: int) -> decimal.Decimal:
    return Decimal.from_stdlib(number).round(digits, Rounding.HALF_EVEN).to_stdlib()


_FOLDS: dict[Op, Callable[..., int | str | decimal.Decimal]] = {
    Op.ADD_INT: int64.add,
    Op.SUB_INT: int64.subtract,
    Op.MUL_INT: int64.multiply,
    Op.DIV_INT: int64.divide,
    Op.REM_INT: int64.remainder,
    Op.POWER_INT: int64.power,
    Op.ADD_RELTIME: int64.add,
    Op.SUB_RELTIME: int64.subtract,
    Op.ADD_DECIMAL: _decimals(lambda left, right: left + right),
    Op.SUB_DECIMAL: _decimals(lambda left, right: left - right),
    Op.MUL_DECIMAL: _decimals(lambda left, right: left * right),
    Op.DIV_DECIMAL: _decimals(lambda left, right: left / right),
    Op.ROUND_DECIMAL: _rounded,
    Op.TRUNCATE_DECIMAL: lambda number: Decimal.from_stdlib(number).to_int(),
    Op.INT_TO_DECIMAL: lambda number: Decimal.from_int(number).to_stdlib(),
    Op.DATE_OF_DAYS: lambda days: Date(days).days,
    Op.TIME_OF_MICROSECONDS: lambda micros: Timestamp(micros).microseconds,
    Op.RELTIME_OF: lambda micros: int64.add(micros, 0),
    Op.CONCAT_TEXT: lambda left, right: left + right,
}


def apply(body: Body, node: ast.AST, op: Op, type_: Type, *operands: Expr) -> Expr | None:
    """Apply an operation; on literals at once. A literal without result is reported."""
    values = [operand.value for operand in operands if isinstance(operand, Literal)]
    fold = _FOLDS.get(op)
    if fold is None or len(values) != len(operands):
        return Apply(type=type_, span=span_of(node), op=op, operands=operands)
    try:
        return Literal(type=type_, span=span_of(node), value=fold(*values))
    except DamlArithmeticError as error:
        body.add(node, OVERFLOW, source=source_of(node), detail=error.message)
        return None
