"""Source for built-in functions: in place where that is cheap, else calls of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cantata.lf.model import (
    Builtin,
    Expr,
    TBuiltin,
    Type,
    spine,
)
from cantata.lf.runtime.translate.code import Code, Env, atom
from cantata.lf.runtime.translate.context import Context
from cantata.lf.runtime.translate.folds import fold, fold_result
from cantata.lf.runtime.translate.links import BUILTIN
from cantata.lf.runtime.translate.ordering import Order, order_of

__all__ = ["CALLS", "Call", "builtin_call", "builtin_value", "fold_result"]


@dataclass(frozen=True, slots=True)
class Call:
    """How a saturated call of a built-in function is written.

    `text` has ``{0}``, ``{1}``… for operands; `total` functions never fail; `atoms` says that
    operands are written more than once.
    """

    arity: int
    text: str
    total: bool = False
    atoms: bool = False


_OPERATORS = {"EQUAL": "==", "LESS": "<", "LESS_EQ": "<=", "GREATER": ">", "GREATER_EQ": ">="}
_INT_OPERATORS = {"ADD_INT64": "+", "SUB_INT64": "-", "MUL_INT64": "*"}


def _table(arity: int, names: str, *, total: bool = False) -> dict[str, Call]:
    operands = ", ".join(f"{{{at}}}" for at in range(arity))
    return {name: Call(arity, f"{name}({operands})", total) for name in names.split()}


CALLS: dict[str, Call] = {
    **{name: Call(2, "", total=False) for name in (*_OPERATORS, *_INT_OPERATORS)},
    **_table(2, "DIV_INT64 MOD_INT64 EXP_INT64 ADD_NUMERIC SUB_NUMERIC"),
    **_table(2, "ROUND_NUMERIC CAST_NUMERIC INT64_TO_NUMERIC APPEND_TEXT"),
    **_table(2, "SHIFT_NUMERIC TEXT_TO_NUMERIC TEXTMAP_DELETE", total=True),
    **_table(3, "MUL_NUMERIC DIV_NUMERIC SECP256K1_BOOL SECP256K1_WITH_ECDSA_BOOL"),
    **_table(1, "NUMERIC_TO_INT64 UNIX_DAYS_TO_DATE UNIX_MICROSECONDS_TO_TIMESTAMP"),
    **_table(1, "CODE_POINTS_TO_TEXT SHA256_HEX KECCAK256_TEXT HEX_TO_TEXT ERROR"),
    **_table(1, "ANY_EXCEPTION_MESSAGE IMPLODE_TEXT TEXT_TO_HEX"),
    **_table(1, "INT64_TO_TEXT NUMERIC_TO_TEXT TIMESTAMP_TO_TEXT DATE_TO_TEXT", total=True),
    **_table(1, "CONTRACT_ID_TO_TEXT TEXT_TO_PARTY TEXT_TO_INT64 EXPLODE_TEXT", total=True),
    **_table(1, "TEXT_TO_CODE_POINTS SHA256_TEXT TEXTMAP_TO_LIST", total=True),
    **_table(1, "GENMAP_KEYS GENMAP_VALUES", total=True),
    **_table(3, "EQUAL_LIST FOLDL FOLDR GENMAP_INSERT TEXTMAP_INSERT"),
    **_table(2, "GENMAP_LOOKUP GENMAP_DELETE TRACE"),
    **_table(4, "FAIL_WITH_STATUS"),
    **_table(1, "SECP256K1_VALIDATE_KEY"),
    "TEXTMAP_LOOKUP": Call(2, "(({1}[{0}],) if {0} in {1} else None)", total=True, atoms=True),
    "TEXTMAP_SIZE": Call(1, "len({0})", total=True),
    "GENMAP_SIZE": Call(1, "len({0})", total=True),
    "TEXTMAP_EMPTY": Call(0, "EMPTY_TEXTMAP", total=True),
    "GENMAP_EMPTY": Call(0, "EMPTY_GENMAP", total=True),
    "PARTY_TO_TEXT": Call(1, "{0}", total=True),
    "DATE_TO_UNIX_DAYS": Call(1, "{0}", total=True),
    "TIMESTAMP_TO_UNIX_MICROSECONDS": Call(1, "{0}", total=True),
    "COERCE_CONTRACT_ID": Call(1, "{0}", total=True),
}


def builtin_value(ctx: Context, name: str) -> Code:
    """Give a built-in function as a value."""
    if CALLS[name].arity == 0:
        return atom(CALLS[name].text)
    return atom(ctx.link(BUILTIN, name))


def builtin_call(
    ctx: Context, name: str, args: list[Expr], types: tuple[Type, ...], env: Env
) -> Code:
    """Write a saturated call."""
    special = _SPECIAL.get(name)
    if special is not None:
        return special(ctx, name, args, types, env)
    rule = CALLS[name]
    codes = ctx.operands(args, env)
    if rule.atoms:
        codes = [ctx.spill(code) for code in codes]
    if rule.text == "{0}":
        return codes[0]
    if not rule.total and name not in _LEAVES:
        ctx.scope.calls = True
    pure = rule.total and all(code.pure for code in codes)
    nesting = 1 + max((code.nesting for code in codes), default=0)
    return Code(rule.text.format(*(code.text for code in codes)), pure=pure, nesting=nesting)


_LEAVES = frozenset(
    {
        "ADD_NUMERIC",
        "CAST_NUMERIC",
        "DIV_INT64",
        "DIV_NUMERIC",
        "ERROR",
        "EXP_INT64",
        "INT64_TO_NUMERIC",
        "MOD_INT64",
        "MUL_NUMERIC",
        "NUMERIC_TO_INT64",
        "ROUND_NUMERIC",
        "SUB_NUMERIC",
        "TRACE",
    }
)
"""Fallible functions of bounded cost, for which a caller need not count itself."""


def _integer(ctx: Context, name: str, args: list[Expr], types: tuple[Type, ...], env: Env) -> Code:
    left, right = ctx.atoms(args, env)
    result = ctx.fresh("t")
    ctx.emit(f"{result} = {left.text} {_INT_OPERATORS[name]} {right.text}")
    ctx.emit(f"if not -9223372036854775808 <= {result} <= 9223372036854775807:")
    ctx.emit(f"    AE({name!r}, {left.text}, {right.text})")
    return atom(result)


def _comparison(
    ctx: Context, name: str, args: list[Expr], types: tuple[Type, ...], env: Env
) -> Code:
    left, right = ctx.operands(args, env)
    operator = _OPERATORS[name]
    order = order_of(ctx.typing, types[0]) if types else Order.GENERIC
    nesting = 1 + max(left.nesting, right.nesting)
    if order is Order.TOTAL or (order is Order.EQUALITY and name == "EQUAL"):
        pure = left.pure and right.pure
        return Code(f"({left.text} {operator} {right.text})", pure=pure, nesting=nesting)
    ctx.scope.calls = True
    head, _ = spine(ctx.typing.expand(types[0])) if types else (None, ())
    function = "COMPARE_IDS" if head == TBuiltin(Builtin.CONTRACT_ID) else "COMPARE"
    return Code(f"({function}({left.text}, {right.text}) {operator} 0)", nesting=nesting)


def _foldl(ctx: Context, name: str, args: list[Expr], types: tuple[Type, ...], env: Env) -> Code:
    return fold(ctx, args, env) or _plain_fold(ctx, name, args, env)


def _foldr(ctx: Context, name: str, args: list[Expr], types: tuple[Type, ...], env: Env) -> Code:
    return _plain_fold(ctx, name, args, env)


def _plain_fold(ctx: Context, name: str, args: list[Expr], env: Env) -> Code:
    ctx.scope.calls = True
    codes = ctx.operands(args, env)
    return Code(f"{name}({', '.join(code.text for code in codes)})")


_Special = Callable[[Context, str, list[Expr], tuple[Type, ...], Env], Code]
_SPECIAL: dict[str, _Special] = {
    **dict.fromkeys(_INT_OPERATORS, _integer),
    **dict.fromkeys(_OPERATORS, _comparison),
    "FOLDL": _foldl,
    "FOLDR": _foldr,
}
