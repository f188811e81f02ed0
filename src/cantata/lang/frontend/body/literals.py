"""Literals: numbers, texts, truth values, None, dates and times, f-strings."""

from __future__ import annotations

import ast
from functools import reduce

from cantata.kernel import numeric
from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.int64 import INT64_MAX, INT64_MIN
from cantata.kernel.money import SCALE, Decimal
from cantata.kernel.time import Date, MalformedTime, RelTime, Timestamp
from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.symbols import source_of, span_of
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import Apply, Expr, Literal, NoneValue
from cantata.lang.ir.operations import Op
from cantata.lang.ir.types import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    PARTY,
    RELTIME,
    TEXT,
    TIME,
    UNIT,
    TOptional,
    Type,
)

FORMATTABLE = frozenset({TEXT, INT, DECIMAL, PARTY, DATE, TIME})
_SPANS = ("days", "hours", "minutes", "seconds", "micros")


def constant(body: Body, node: ast.Constant, expected: Type | None) -> Expr | None:
    """Type a literal."""
    value = node.value
    match value:
        case None:
            return _none(body, node, expected)
        case bool():
            return Literal(type=BOOL, span=span_of(node), value=value)
        case int():
            return integer(body, node, value)
        case str():
            return text(body, node, value)
        case float():
            body.add(node, rules.FLOAT, source=source_of(node))
        case _:
            body.add(node, rules.LITERAL, source=source_of(node))
    return None


def integer(body: Body, node: ast.AST, value: int) -> Literal | None:
    """Make an int literal."""
    if INT64_MIN <= value <= INT64_MAX:
        return Literal(type=INT, span=span_of(node), value=value)
    body.add(node, rules.INT_RANGE, value=value if abs(value) < 10**40 else "the number")
    return None


def text(body: Body, node: ast.AST, value: str) -> Literal | None:
    """Make a text literal."""
    if "\0" in value:
        body.add(node, rules.TEXT_LITERAL, what="the character NUL")
    elif any("\ud800" <= char <= "\udfff" for char in value):
        body.add(node, rules.TEXT_LITERAL, what="half a surrogate pair")
    else:
        return Literal(type=TEXT, span=span_of(node), value=value)
    return None


def _none(body: Body, node: ast.Constant, expected: Type | None) -> Expr | None:
    if isinstance(expected, TOptional):
        return NoneValue(type=expected, span=span_of(node))
    if expected is None:
        body.add(node, rules.CANNOT_INFER, source="None")
        return None
    return Literal(type=UNIT, span=span_of(node), value=None)


def decimal(body: Body, node: ast.Call) -> Literal | None:
    """Type ``Decimal("1.5")``."""
    value = _only_text(node)
    units = numeric.parse(value, SCALE) if value is not None else None
    if units is None:
        body.add(node, rules.DECIMAL_LITERAL, source=source_of(node))
        return None
    amount = Decimal.from_units(units).to_stdlib()
    return Literal(type=DECIMAL, span=span_of(node), value=amount)


def parsed(body: Body, node: ast.Call, type_: Type) -> Literal | None:
    """Type ``Date.parse("…")`` and ``Time.parse("…")``."""
    value = _only_text(node)
    try:
        if value is not None:
            number = _days(value) if type_ == DATE else Timestamp.parse(value).microseconds
            return Literal(type=type_, span=span_of(node), value=number)
    except MalformedTime:
        pass
    example = 'Date.parse("2024-01-31")'
    if type_ == TIME:
        example = 'Time.parse("2024-01-31T12:00:00Z")'
    body.add(node, rules.TIME_LITERAL, source=source_of(node), type=show(type_), example=example)
    return None


def _days(value: str) -> int:
    return Date.parse(value).days


def span(body: Body, node: ast.Call) -> Literal | None:
    """Type ``RelTime.of(days=1, …)`` with literal numbers."""
    try:
        numbers = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg}
        known = set(numbers) <= set(_SPANS) and len(numbers) == len(node.keywords)
        if not node.args and known and all(type(number) is int for number in numbers.values()):
            value = RelTime.of(**numbers).microseconds
            return Literal(type=RELTIME, span=span_of(node), value=value)
    except (ValueError, TypeError, DamlArithmeticError, RecursionError):
        pass
    example = "RelTime.of(days=1, hours=2), or RelTime(microseconds) for a computed one"
    body.add(node, rules.TIME_LITERAL, source=source_of(node), type="RelTime", example=example)
    return None


def _only_text(node: ast.Call) -> str | None:
    if len(node.args) != 1 or node.keywords:
        return None
    argument = node.args[0]
    value = argument.value if isinstance(argument, ast.Constant) else None
    return value if isinstance(value, str) else None


def joined(body: Body, node: ast.JoinedStr, _expected: Type | None) -> Expr | None:
    """Type an f-string: its parts appended from left to right."""
    parts = [_part(body, part) for part in node.values]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return None
    where = span_of(node)
    empty = Literal(type=TEXT, span=where, value="")
    if not known:
        return empty
    return reduce(
        lambda left, right: Apply(type=TEXT, span=where, op=Op.CONCAT_TEXT, operands=(left, right)),
        known,
    )


def _part(body: Body, part: ast.expr) -> Expr | None:
    if not isinstance(part, ast.FormattedValue):
        return body.infer(part, TEXT)
    if part.conversion != -1 or part.format_spec is not None:
        body.add(part, rules.FORMAT_SPEC)
    value = body.infer(part.value)
    return None if value is None else as_text(body, part.value, value)


def as_text(body: Body, node: ast.expr, value: Expr) -> Expr | None:
    """Give the text of a value."""
    if value.type not in FORMATTABLE:
        body.add(node, rules.FORMAT, type=show(value.type))
        return None
    if value.type == TEXT:
        return value
    return Apply(type=TEXT, span=value.span, op=Op.TO_TEXT, operands=(value,))
