"""What messages about expressions become."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from cantata.lf.archive.builtins import BUILTIN_NUMBERS, SINCE
from cantata.lf.archive.decode.tables import check_numeric
from cantata.lf.archive.decode.types import NamedKind, NamedType, TypeBuilder
from cantata.lf.archive.errors import InvalidPackage
from cantata.lf.archive.limits import MERGED_PARAMETERS
from cantata.lf.archive.wire import signed64, zigzag
from cantata.lf.model import (
    Alternative,
    Binding,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECase,
    ECons,
    EDate,
    EEnumCon,
    EFailureCategory,
    EInt64,
    ELet,
    ENil,
    ENone,
    ENumeric,
    ERecCon,
    ERecProj,
    ERecUpd,
    ESome,
    EStructCon,
    EStructProj,
    EStructUpd,
    EText,
    ETimestamp,
    ETyAbs,
    ETyApp,
    EUnit,
    EVal,
    EVar,
    EVariantCon,
    Expr,
    Pattern,
    PBool,
    PCons,
    PDefault,
    PEnum,
    PNil,
    PNone,
    PSome,
    PUnit,
    PVariant,
    Ref,
    Type,
)

_BUILTINS = {number: EBuiltin(name) for name, number in BUILTIN_NUMBERS.items()}
_UNIT, _FALSE, _TRUE = EUnit(), EBool(False), EBool(True)
_CATEGORIES = {0: EFailureCategory(8), 1: EFailureCategory(9)}
_CONSTRUCTORS: dict[int, Expr] = {0: _UNIT, 1: _FALSE, 2: _TRUE}
_CONSTRUCTOR_PATTERNS: dict[int, Pattern] = {0: PUnit(), 1: PBool(False), 2: PBool(True)}
_DEFAULT, _NIL, _NONE = PDefault(), PNil(), PNone()

# 0001-01-01 and 9999-12-31, in days and in microseconds since 1970-01-01.
_MIN_DATE, _MAX_DATE = -719162, 2932896
_MIN_TIME, _MAX_TIME = -62135596800_000_000, 253402300799_999_999

NamedExpr = tuple[str, Expr]


class ExpressionBuilder(TypeBuilder):
    """Builds expressions of data, functions and control, and patterns."""

    def variable(self, index: int) -> Expr:
        """Read a local variable."""
        return EVar(self.name(index))

    def value_id(self, module: tuple[str, str], name: str) -> Expr:
        """Read a reference to a top-level value."""
        return EVal(Ref(*module, name))

    def builtin(self, number: int) -> Expr:
        """Read a built-in function."""
        known = _BUILTINS.get(number)
        if known is None:
            raise InvalidPackage(f"BuiltinFunction.UNRECOGNIZED, value looked up was {number}")
        since = SINCE.get(known.name)
        if since:
            self.since(since, known.name)
        return known

    def builtin_con(self, number: int) -> Expr:
        """Read unit, False or True."""
        known = _CONSTRUCTORS.get(number)
        if known is None:
            raise InvalidPackage("BuiltinCon.UNRECOGNIZED")
        return known

    def builtin_lit(self, literal: Expr) -> Expr:
        """Read a literal."""
        return literal

    def int64(self, number: int) -> Expr:
        """Read an integer literal."""
        return EInt64(zigzag(number))

    def timestamp(self, micros: int) -> Expr:
        """Read a time literal."""
        if not _MIN_TIME <= micros <= _MAX_TIME:
            raise InvalidPackage(f"error decoding timestamp: {micros} is out of range")
        return ETimestamp(micros)

    def date(self, number: int) -> Expr:
        """Read a date literal."""
        days = signed64(number)
        if not _MIN_DATE <= days <= _MAX_DATE:
            raise InvalidPackage(f"error decoding date: {days} is out of range")
        return EDate(days)

    def numeric(self, index: int) -> Expr:
        """Read a numeric literal."""
        return ENumeric(check_numeric(self.text(index)))

    def text_literal(self, index: int) -> Expr:
        """Read a text literal."""
        return EText(self.text(index))

    def failure_category(self, number: int) -> Expr:
        """Read a failure category."""
        known = _CATEGORIES.get(number)
        if known is None:
            raise InvalidPackage("BuiltinLitFailureCategory.UNRECOGNIZED")
        return known

    def expr(self, location: object, expr: Expr) -> Expr:
        """Read an expression; its location is dropped."""
        return expr

    def expr_entry(self, location: object, expr: Expr) -> Expr:
        """Read an entry of the table of expressions."""
        return expr

    def interned_expr(self, index: int) -> Expr:
        """Look an expression up in its table."""
        self.since("2", "INTERNED_EXPR")
        return self.at(self.exprs, index, "internedExprs")

    def bare_interned_expr(self, index: int) -> NoReturn:
        """Refuse an entry of the table that is only a reference to another."""
        raise InvalidPackage("Immediate InternedExpr in interning table")

    def field_with_expr(self, name: str, expr: Expr) -> NamedExpr:
        """Read a field with its value."""
        return name, expr

    def expr_rec_con(self, tycon: Type, fields: list[NamedExpr]) -> Expr:
        """Read a record construction."""
        return ERecCon(tycon, tuple(fields))

    def expr_rec_proj(self, tycon: Type, field: str, record: Expr) -> Expr:
        """Read a record projection."""
        return ERecProj(tycon, field, record)

    def expr_rec_upd(self, tycon: Type, field: str, record: Expr, value: Expr) -> Expr:
        """Read a record update."""
        return ERecUpd(tycon, field, record, value)

    def expr_variant_con(self, tycon: Type, constructor: str, arg: Expr) -> Expr:
        """Read a variant construction."""
        return EVariantCon(tycon, constructor, arg)

    def expr_enum_con(self, tycon: Ref, constructor: str) -> Expr:
        """Read an enum value."""
        return EEnumCon(tycon, constructor)

    def expr_struct_con(self, fields: list[NamedExpr]) -> Expr:
        """Read a structural record."""
        return EStructCon(tuple(fields))

    def expr_struct_proj(self, field: str, struct: Expr) -> Expr:
        """Read a projection of a structural record."""
        return EStructProj(field, struct)

    def expr_struct_upd(self, field: str, struct: Expr, value: Expr) -> Expr:
        """Read an update of a structural record."""
        return EStructUpd(field, struct, value)

    def expr_nil(self, type_: Type) -> Expr:
        """Read an empty list."""
        return ENil(type_)

    def expr_cons(self, type_: Type, front: list[Expr], tail: Expr) -> Expr:
        """Read elements in front of a list."""
        return ECons(type_, tuple(front), tail)

    def expr_optional_none(self, type_: Type) -> Expr:
        """Read an absent optional."""
        return ENone(type_)

    def expr_optional_some(self, type_: Type, value: Expr) -> Expr:
        """Read a present optional."""
        return ESome(type_, value)

    def expr_app(self, fun: Expr, args: list[Expr]) -> Expr:
        """Read an application."""
        return EApp(fun, tuple(args))

    def expr_ty_app(self, expr: Expr, types: list[Type]) -> Expr:
        """Read a type application; LF 2.2's nested ones become one of many types."""
        self.only_one(types, "types")
        if self.flat and isinstance(expr, ETyApp) and _may_merge(expr.types):
            return ETyApp(expr.expr, (*expr.types, *types))
        return ETyApp(expr, tuple(types))

    def expr_abs(self, params: list[NamedType], body: Expr) -> Expr:
        """Read a function; LF 2.2's nested ones become one of many parameters."""
        self.only_one(params, "params")
        if self.flat and isinstance(body, EAbs) and _may_merge(body.params):
            return EAbs((*params, *body.params), body.body)
        return EAbs(tuple(params), body)

    def expr_ty_abs(self, params: list[NamedKind], body: Expr) -> Expr:
        """Read a type abstraction; LF 2.2's nested ones become one of many parameters."""
        self.only_one(params, "params")
        if self.flat and isinstance(body, ETyAbs) and _may_merge(body.params):
            return ETyAbs((*params, *body.params), body.body)
        return ETyAbs(tuple(params), body)

    def binding(self, binder: NamedType, bound: Expr) -> Binding:
        """Read a local definition."""
        return Binding(*binder, bound)

    def block_let(self, bindings: list[Binding], body: Expr) -> Expr:
        """Read local definitions with their body."""
        return ELet(tuple(bindings), body)

    def case(self, scrutinee: Expr, alternatives: list[Alternative]) -> Expr:
        """Read a case."""
        return ECase(scrutinee, tuple(alternatives))

    def case_alt(self, pattern: Pattern, body: Expr) -> Alternative:
        """Read an alternative of a case."""
        return Alternative(pattern, body)

    def unit_default(self) -> Pattern:
        """Read the pattern that matches everything."""
        return _DEFAULT

    def unit_nil(self) -> Pattern:
        """Read the pattern of the empty list."""
        return _NIL

    def unit_none(self) -> Pattern:
        """Read the pattern of an absent optional."""
        return _NONE

    def builtin_con_pattern(self, number: int) -> Pattern:
        """Read the pattern of unit, False or True."""
        known = _CONSTRUCTOR_PATTERNS.get(number)
        if known is None:
            raise InvalidPackage("BuiltinCon.UNRECOGNIZED")
        return known

    def case_alt_variant(self, con: Ref, constructor: str, binder: str) -> Pattern:
        """Read the pattern of a variant's constructor."""
        return PVariant(con, constructor, binder)

    def case_alt_enum(self, con: Ref, constructor: str) -> Pattern:
        """Read the pattern of an enum's constructor."""
        return PEnum(con, constructor)

    def case_alt_cons(self, head: str, tail: str) -> Pattern:
        """Read the pattern of a list that is not empty."""
        return PCons(head, tail)

    def case_alt_optional_some(self, binder: str) -> Pattern:
        """Read the pattern of a present optional."""
        return PSome(binder)


def _may_merge(items: Sequence[object]) -> bool:
    """Say whether one more may join: the bound keeps the work linear in the input."""
    return len(items) < MERGED_PARAMETERS
