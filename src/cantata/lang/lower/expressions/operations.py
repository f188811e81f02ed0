"""Lowering of the strict operations: arithmetic, comparison, text, time, lists and maps."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import types as it
from cantata.lang.ir.operations import FAILING, Op
from cantata.lang.lower import build
from cantata.lang.lower.code import Code, Operand, bind, in_order
from cantata.lang.lower.context import Context, Handler
from cantata.lang.lower.expressions import containers
from cantata.lf import model as lf

Writer = Callable[[Context, ix.Apply, tuple[lf.Expr, ...]], lf.Expr]
"""Writes one operation, given its operands."""

_SCALE = (lf.TNat(10),)
_THRICE = (lf.TNat(10), lf.TNat(10), lf.TNat(10))


def apply(context: Context, node: ix.Apply) -> Code:
    """Lower an operation: operands from left to right, then the operation itself."""
    operands = [context.operand(operand) for operand in node.operands]
    if node.op in _REPEATING:
        operands = [_repeatable(context, operand) for operand in operands]
    row = in_order(context.names, operands)
    value = _WRITERS[node.op](context, node, row.values)
    if node.op in FAILING:
        return Code(context.located(node.span, value), fallible=True, steps=row.steps)
    return Code(value, row.fallible, row.steps)


def _repeatable(context: Context, operand: Operand) -> Operand:
    return Operand(bind(context.names, operand.code, operand.type), operand.type)


def _direct(name: str, types: tuple[lf.Type, ...] = (), *first: lf.Expr) -> Writer:
    def write(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
        return build.call(name, types, *first, *values)

    return write


def _comparison(name: str) -> Writer:
    def write(context: Context, node: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
        return build.call(name, (context.type(node.operands[0].type),), *values)

    return write


def _not_equal(context: Context, node: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    return build.negate(_comparison("EQUAL")(context, node, values))


def _extreme(name: str) -> Writer:
    compare = _comparison(name)

    def write(context: Context, node: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
        first, second = values
        return build.branch(compare(context, node, (second, first)), second, first)

    return write


def _not(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    return build.negate(values[0])


def _round(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    number, digits = values
    return build.call("ROUND_NUMERIC", _SCALE, digits, number)


_TEXTS: dict[it.Prim, tuple[str, tuple[lf.Type, ...]]] = {
    it.Prim.INT: ("INT64_TO_TEXT", ()),
    it.Prim.DECIMAL: ("NUMERIC_TO_TEXT", _SCALE),
    it.Prim.PARTY: ("PARTY_TO_TEXT", ()),
    it.Prim.DATE: ("DATE_TO_TEXT", ()),
    it.Prim.TIME: ("TIMESTAMP_TO_TEXT", ()),
}


def _to_text(_: Context, node: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    type_ = node.operands[0].type
    assert isinstance(type_, it.TPrim), type_
    if type_.prim is it.Prim.TEXT:
        return values[0]
    name, types = _TEXTS[type_.prim]
    return build.call(name, types, values[0])


def _len_text(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    return build.count(lf.TEXT, build.call("EXPLODE_TEXT", (), values[0]))


def _shift_time(name: str) -> Writer:
    def write(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
        time, span = values
        micros = build.call("TIMESTAMP_TO_UNIX_MICROSECONDS", (), time)
        moved = build.call(name, (), micros, build.microseconds(span))
        return build.call("UNIX_MICROSECONDS_TO_TIMESTAMP", (), moved)

    return write


def _time_between(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    first, second = (build.call("TIMESTAMP_TO_UNIX_MICROSECONDS", (), value) for value in values)
    return build.reltime(build.call("SUB_INT64", (), first, second))


def _spans(name: str) -> Writer:
    def write(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
        return build.reltime(build.call(name, (), *(build.microseconds(each) for each in values)))

    return write


def _reltime_of(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    return build.reltime(values[0])


def _microseconds_of(_: Context, __: ix.Apply, values: tuple[lf.Expr, ...]) -> lf.Expr:
    return build.microseconds(values[0])


_REPEATING = frozenset({Op.MIN, Op.MAX, Op.IN_LIST})
"""Operations that use an operand more than once."""

_WRITERS: dict[Op, Writer] = {
    Op.ADD_INT: _direct("ADD_INT64"),
    Op.SUB_INT: _direct("SUB_INT64"),
    Op.MUL_INT: _direct("MUL_INT64"),
    Op.DIV_INT: _direct("DIV_INT64"),
    Op.REM_INT: _direct("MOD_INT64"),
    Op.POWER_INT: _direct("EXP_INT64"),
    Op.ADD_DECIMAL: _direct("ADD_NUMERIC", _SCALE),
    Op.SUB_DECIMAL: _direct("SUB_NUMERIC", _SCALE),
    Op.MUL_DECIMAL: _direct("MUL_NUMERIC", _THRICE, build.ZERO),
    Op.DIV_DECIMAL: _direct("DIV_NUMERIC", _THRICE, build.ZERO),
    Op.ROUND_DECIMAL: _round,
    Op.TRUNCATE_DECIMAL: _direct("NUMERIC_TO_INT64", _SCALE),
    Op.INT_TO_DECIMAL: _direct("INT64_TO_NUMERIC", _SCALE, build.ZERO),
    Op.EQUAL: _comparison("EQUAL"),
    Op.NOT_EQUAL: _not_equal,
    Op.LESS: _comparison("LESS"),
    Op.LESS_EQ: _comparison("LESS_EQ"),
    Op.GREATER: _comparison("GREATER"),
    Op.GREATER_EQ: _comparison("GREATER_EQ"),
    Op.NOT: _not,
    Op.MIN: _extreme("LESS"),
    Op.MAX: _extreme("GREATER"),
    Op.CONCAT_TEXT: _direct("APPEND_TEXT"),
    Op.TO_TEXT: _to_text,
    Op.LEN_TEXT: _len_text,
    Op.PARSE_INT: _direct("TEXT_TO_INT64"),
    Op.PARSE_DECIMAL: _direct("TEXT_TO_NUMERIC", _SCALE, build.ZERO),
    Op.PARSE_PARTY: _direct("TEXT_TO_PARTY"),
    Op.SHA256: _direct("SHA256_TEXT"),
    Op.DATE_OF_DAYS: _direct("UNIX_DAYS_TO_DATE"),
    Op.DAYS_OF_DATE: _direct("DATE_TO_UNIX_DAYS"),
    Op.TIME_OF_MICROSECONDS: _direct("UNIX_MICROSECONDS_TO_TIMESTAMP"),
    Op.MICROSECONDS_OF_TIME: _direct("TIMESTAMP_TO_UNIX_MICROSECONDS"),
    Op.ADD_TIME: _shift_time("ADD_INT64"),
    Op.SUB_TIME: _shift_time("SUB_INT64"),
    Op.TIME_BETWEEN: _time_between,
    Op.ADD_RELTIME: _spans("ADD_INT64"),
    Op.SUB_RELTIME: _spans("SUB_INT64"),
    Op.RELTIME_OF: _reltime_of,
    Op.MICROSECONDS_OF: _microseconds_of,
    **containers.WRITERS,
}

HANDLERS: dict[type, Handler] = {ix.Apply: apply}
"""What lowers each form of this module."""
