"""Arithmetic and comparison."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Final

from cantata.kernel.money import Decimal
from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body.conditions import truth
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import convert
from cantata.lang.frontend.body.folding import apply
from cantata.lang.frontend.symbols import source_of, span_of
from cantata.lang.frontend.world import is_storable, show
from cantata.lang.ir.expressions import Apply, Expr, Let, Literal, Logic, Read
from cantata.lang.ir.operations import Op
from cantata.lang.ir.patterns import Variable
from cantata.lang.ir.types import (
    BOOL,
    DATE,
    DECIMAL,
    INT,
    PARTY,
    RELTIME,
    TEXT,
    TIME,
    NamedKind,
    TList,
    TMap,
    TNamed,
    TOptional,
    TTextMap,
    Type,
)

_ARITHMETIC: dict[tuple[type[ast.operator], Type, Type], tuple[Op, Type]] = {
    (ast.Add, INT, INT): (Op.ADD_INT, INT),
    (ast.Sub, INT, INT): (Op.SUB_INT, INT),
    (ast.Mult, INT, INT): (Op.MUL_INT, INT),
    (ast.Add, DECIMAL, DECIMAL): (Op.ADD_DECIMAL, DECIMAL),
    (ast.Sub, DECIMAL, DECIMAL): (Op.SUB_DECIMAL, DECIMAL),
    (ast.Mult, DECIMAL, DECIMAL): (Op.MUL_DECIMAL, DECIMAL),
    (ast.Div, DECIMAL, DECIMAL): (Op.DIV_DECIMAL, DECIMAL),
    (ast.Add, TEXT, TEXT): (Op.CONCAT_TEXT, TEXT),
    (ast.Add, TIME, RELTIME): (Op.ADD_TIME, TIME),
    (ast.Sub, TIME, RELTIME): (Op.SUB_TIME, TIME),
    (ast.Add, RELTIME, RELTIME): (Op.ADD_RELTIME, RELTIME),
    (ast.Sub, RELTIME, RELTIME): (Op.SUB_RELTIME, RELTIME),
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Invert: "~",
    ast.UAdd: "+",
    ast.USub: "-",
}
_REFUSED = {
    "//": ("Python floors, Daml-LF truncates toward zero", "write div(a, b)"),
    "%": ("Python's sign is the divisor's, Daml-LF's the dividend's", "write rem(a, b)"),
    "**": ("Python has more powers than Daml-LF", "write power(base, exponent)"),
}
_COMPARISONS: dict[type[ast.cmpop], Op] = {
    ast.Eq: Op.EQUAL,
    ast.NotEq: Op.NOT_EQUAL,
    ast.Lt: Op.LESS,
    ast.LtE: Op.LESS_EQ,
    ast.Gt: Op.GREATER,
    ast.GtE: Op.GREATER_EQ,
}
ZERO: Final = Decimal("0").to_stdlib()
"""The Decimal zero as literals hold it."""

_ORDERED = frozenset({INT, DECIMAL, TEXT, PARTY, DATE, TIME, RELTIME})


def binary(body: Body, node: ast.BinOp, expected: Type | None) -> Expr | None:
    """Type ``left operator right``."""
    sign = _SIGNS[type(node.op)]
    if _refused(body, node, sign, node.op):
        body.infer(node.left)
        body.infer(node.right)
        return None
    hint = expected if isinstance(expected, TList) else None
    left = body.infer(node.left, hint)
    right = body.infer(node.right, hint or _list_hint(left))
    if left is None or right is None:
        return None
    return arithmetic(body, node, node.op, left, right)


def _list_hint(left: Expr | None) -> Type | None:
    return left.type if left is not None and isinstance(left.type, TList) else None


def arithmetic(
    body: Body, node: ast.AST, operator: ast.operator, left: Expr, right: Expr
) -> Expr | None:
    """Apply an operator to typed operands."""
    if isinstance(left.type, TList) and left.type == right.type and isinstance(operator, ast.Add):
        return apply(body, node, Op.CONCAT_LIST, left.type, left, right)
    found = _ARITHMETIC.get((type(operator), left.type, right.type))
    if found is not None:
        return apply(body, node, found[0], found[1], left, right)
    sign = _SIGNS[type(operator)]
    if {left.type, right.type} == {INT, DECIMAL}:
        body.add(node, rules.MIXED, operator=sign)
    elif sign == "/" and left.type == right.type == INT:
        why, instead = "Python gives a float", "write div(a, b), or to_decimal(a) / to_decimal(b)"
        body.add(node, rules.OPERATOR, operator="/ on int", why=why, instead=instead)
    elif not _may_be_none(body, node, left, right):
        shown = {"left": show(left.type), "right": show(right.type)}
        body.add(node, rules.OPERAND, operator=sign, **shown)
    return None


def _may_be_none(body: Body, node: ast.AST, left: Expr, right: Expr) -> bool:
    """Report an optional operand as what it is."""
    sides = [left.type, right.type]
    if not isinstance(node, ast.BinOp) or not any(isinstance(side, TOptional) for side in sides):
        return False
    guilty = node.left if isinstance(left.type, TOptional) else node.right
    body.add(guilty, rules.MAYBE_NONE, source=source_of(guilty))
    return True


def _refused(body: Body, node: ast.AST, sign: str, operator: ast.AST) -> bool:
    if isinstance(operator, ast.Add | ast.Sub | ast.Mult | ast.Div):
        return False
    why, instead = _REFUSED.get(
        sign, ("Daml-LF has no such operation", "use + - * / and comparison")
    )
    body.add(node, rules.OPERATOR, operator=sign, why=why, instead=instead)
    return True


def unary(body: Body, node: ast.UnaryOp, expected: Type | None) -> Expr | None:
    """Type ``-x`` and ``not x``; ``-2`` is a literal."""
    if isinstance(node.op, ast.Not):
        return truth(body, node, expected)
    if not isinstance(node.op, ast.USub):
        body.infer(node.operand)
        why, instead = "Daml-LF has no such operation", "leave it out"
        body.add(node, rules.OPERATOR, operator=_SIGNS[type(node.op)], why=why, instead=instead)
        return None
    match node.operand:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return _negative(body, node, value)
    operand = body.infer(node.operand)
    if operand is None:
        return None
    for type_, zero, op in (
        (INT, 0, Op.SUB_INT),
        (RELTIME, 0, Op.SUB_RELTIME),
        (DECIMAL, ZERO, Op.SUB_DECIMAL),
    ):
        if operand.type == type_:
            nothing = Literal(type=type_, span=span_of(node), value=zero)
            return apply(body, node, op, type_, nothing, operand)
    body.add(node, rules.OPERAND, operator="-", left="nothing", right=show(operand.type))
    return None


def compare(body: Body, node: ast.Compare, expected: Type | None) -> Expr | None:
    """Type a comparison; in ``a < b < c`` the middle operand is evaluated once."""
    if len(node.ops) == 1 and isinstance(node.ops[0], ast.Is | ast.IsNot):
        return truth(body, node, expected)
    operands = [node.left, *node.comparators]
    left = body.infer(node.left)
    if len(node.ops) == 1 or left is None or isinstance(left, Literal | Read):
        return _chain(body, node, left, operands, 0)
    variable = Variable("", left.type)
    bound = Read(type=left.type, span=left.span, variable=variable)
    rest = _chain(body, node, bound, operands, 0)
    if rest is None:
        return None
    return Let(type=BOOL, span=span_of(node), variable=variable, value=left, body=rest)


def _chain(
    body: Body, node: ast.Compare, left: Expr | None, operands: Sequence[ast.expr], index: int
) -> Expr | None:
    operator = node.ops[index]
    hint = left.type if left is not None and isinstance(operator, ast.Eq | ast.NotEq) else None
    right = body.infer(operands[index + 1], hint)
    if index == len(node.ops) - 1:
        return _compared(body, node, operator, left, right)
    if right is None:
        _chain(body, node, None, operands, index + 1)
        return None
    variable = Variable("", right.type)
    middle = Read(type=right.type, span=right.span, variable=variable)
    first = _compared(body, node, operator, left, middle)
    rest = _chain(body, node, middle, operands, index + 1)
    if first is None or rest is None:
        return None
    span = span_of(node)
    both = Logic(type=BOOL, span=span, conjunction=True, left=first, right=rest)
    return Let(type=BOOL, span=span, variable=variable, value=right, body=both)


def _compared(
    body: Body, node: ast.Compare, operator: ast.cmpop, left: Expr | None, right: Expr | None
) -> Expr | None:
    if isinstance(operator, ast.Is | ast.IsNot):
        body.add(node, rules.IS)
        return None
    if left is None or right is None:
        return None
    if isinstance(operator, ast.In | ast.NotIn):
        return _membership(body, node, operator, left, right)
    op = _COMPARISONS[type(operator)]
    pair = _same_type(body, left, right)
    if pair is None:
        _refuse_comparison(body, node, left, right)
        return None
    orders = op not in (Op.EQUAL, Op.NOT_EQUAL)
    if orders and isinstance(pair[0].type, TOptional):
        _refuse_comparison(body, node, left, right)
        return None
    if orders and not is_ordered(pair[0].type):
        body.add(node, rules.ORDER, type=show(pair[0].type))
        return None
    return Apply(type=BOOL, span=span_of(node), op=op, operands=pair)


def _refuse_comparison(body: Body, node: ast.Compare, left: Expr, right: Expr) -> None:
    if {left.type, right.type} == {INT, DECIMAL}:
        body.add(node, rules.MIXED, operator=source_of(node))
        return
    for side, other, source in ((left, right, node.left), (right, left, node.comparators[0])):
        if isinstance(side.type, TOptional) and side.type.element == other.type:
            body.add(node, rules.MAYBE_NONE, source=source_of(source))
            return
    body.add(node, rules.COMPARE, left=show(left.type), right=show(right.type))


def _same_type(body: Body, left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
    if not (is_storable(left.type) and is_storable(right.type)):
        return None
    wider = convert(body, right, left.type)
    if wider is not None:
        return left, wider
    other = convert(body, left, right.type)
    return None if other is None else (other, right)


def is_ordered(type_: Type) -> bool:
    """Say whether values of a type have an order that Python and Daml-LF share."""
    return type_ in _ORDERED or (isinstance(type_, TNamed) and type_.kind is NamedKind.ENUM)


def _membership(
    body: Body, node: ast.Compare, operator: ast.In | ast.NotIn, item: Expr, holder: Expr
) -> Expr | None:
    span = span_of(node)
    match holder.type:
        case TList(element):
            op, wanted = Op.IN_LIST, element
        case TTextMap():
            op, wanted = Op.TEXTMAP_HAS, TEXT
        case TMap(key):
            op, wanted = Op.MAP_HAS, key
        case _:
            body.add(
                node, rules.OPERAND, operator="in", left=show(item.type), right=show(holder.type)
            )
            return None
    converted = convert(body, item, wanted) if is_storable(wanted) else None
    if converted is None:
        body.add(node, rules.COMPARE, left=show(item.type), right=show(wanted))
        return None
    found = Apply(type=BOOL, span=span, op=op, operands=(converted, holder))
    if isinstance(operator, ast.NotIn):
        return Apply(type=BOOL, span=span, op=Op.NOT, operands=(found,))
    return found


def _negative(body: Body, node: ast.UnaryOp, value: int) -> Expr | None:
    if value <= 2**63:
        return Literal(type=INT, span=span_of(node), value=-value)
    body.add(node, rules.INT_RANGE, value="the number")
    return None
