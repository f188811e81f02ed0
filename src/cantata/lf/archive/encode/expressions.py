"""Expressions to the wire, one generator for each form: it asks for the expressions inside."""

from __future__ import annotations

from collections.abc import Callable, Generator
from decimal import Decimal
from typing import Any

from cantata.lf.archive.builtins import BUILTIN_NUMBERS
from cantata.lf.archive.encode.fields import alternative, message
from cantata.lf.archive.encode.interning import Interner
from cantata.lf.archive.wire import to_zigzag
from cantata.lf.model import (
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
    ELocated,
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
)
from cantata.lf.steps import Steps, each, run

ExprSteps = Steps[Expr, bytes]
UNNAMED = "_"
"""What an unnamed binder is called on the wire, where every binder has a name."""


class ExpressionEncoder(Interner):
    """Writes expressions of data, functions and control.

    In LF 2.1 an expression holds the expressions inside it. From 2.2 on each one enters a table
    and is referred to, so that no message nests deep.
    """

    def __init__(self, package_id: str, minor: str, stable_ids: frozenset[str]) -> None:
        super().__init__(package_id, minor, stable_ids)
        self.exprs: dict[bytes, int] = {}
        self._known_exprs: dict[int, tuple[Expr, bytes]] = {}
        self._forms: dict[type, Callable[[Any], ExprSteps]] = {
            ERecCon: self._rec_con,
            ERecProj: self._rec_proj,
            ERecUpd: self._rec_upd,
            EVariantCon: self._variant_con,
            EStructCon: self._struct_con,
            EStructProj: self._struct_proj,
            EStructUpd: self._struct_upd,
            ECons: self._cons,
            ESome: self._some,
            EApp: self._app,
            ETyApp: self._ty_app,
            EAbs: self._abs,
            ETyAbs: self._ty_abs,
            ELet: self._let,
            ECase: self._case,
        }
        self._atoms: dict[type, Callable[[Any], bytes]] = {
            EVar: lambda e: alternative("Expr", "variable", self.string(e.name)),
            EVal: lambda e: alternative("Expr", "ValueId", self.reference("ValueId", e.ref)),
            EBuiltin: lambda e: alternative("Expr", "builtin", BUILTIN_NUMBERS[e.name]),
            EUnit: lambda _: alternative("Expr", "builtin_con", 0),
            EBool: lambda e: alternative("Expr", "builtin_con", 2 if e.value else 1),
            EInt64: lambda e: _literal("int64", to_zigzag(e.value)),
            ENumeric: lambda e: _literal("numeric", self.string(numeric_text(e.value))),
            EText: lambda e: _literal("text_literal", self.string(e.value)),
            EDate: lambda e: _literal("date", e.days),
            ETimestamp: lambda e: _literal("timestamp", e.micros),
            EFailureCategory: lambda e: _literal("failure_category", e.category - 8),
            EEnumCon: self._enum_con,
            ENil: lambda e: _form("Expr.Nil", self.type_ref(e.type)),
            ENone: lambda e: _form("Expr.OptionalNone", self.type_ref(e.type)),
        }

    def expr(self, expr: Expr) -> bytes:
        """Write an expression and all inside it."""
        return run(expr, self._expr_steps)

    def _expr_steps(self, expr: Expr) -> ExprSteps:
        known = self._known_exprs.get(id(expr))
        if known is not None:
            return known[1]
        inner = expr
        while isinstance(inner, ELocated):
            inner = inner.body
        atom = self._atoms.get(type(inner))
        field = atom(inner) if atom else (yield from self._forms[type(inner)](inner))
        written = self._placed(message("Expr", None, field))
        self._known_exprs[id(expr)] = expr, written
        return written

    def _placed(self, written: bytes) -> bytes:
        """Give the expression itself, or from LF 2.2 on the reference to it in the table."""
        if not self.flat:
            return written
        index = self.exprs.setdefault(written, len(self.exprs))
        return message("Expr", None, alternative("Expr", "interned_expr", index))

    def _rec_con(self, expr: ERecCon) -> ExprSteps:
        tycon = self.applied(expr.type)
        return _form("Expr.RecCon", tycon, (yield from self._fields(expr.fields)))

    def _fields(self, fields: tuple[tuple[str, Expr], ...]) -> Generator[Expr, bytes, list[bytes]]:
        written = []
        for name, value in fields:
            index = self.string(name)
            written.append(message("FieldWithExpr", index, (yield value)))
        return written

    def _rec_proj(self, expr: ERecProj) -> ExprSteps:
        tycon, field = self.applied(expr.type), self.string(expr.field)
        return _form("Expr.RecProj", tycon, field, (yield expr.record))

    def _rec_upd(self, expr: ERecUpd) -> ExprSteps:
        tycon, field = self.applied(expr.type), self.string(expr.field)
        record = yield expr.record
        return _form("Expr.RecUpd", tycon, field, record, (yield expr.value))

    def _variant_con(self, expr: EVariantCon) -> ExprSteps:
        tycon, constructor = self.applied(expr.type), self.string(expr.constructor)
        return _form("Expr.VariantCon", tycon, constructor, (yield expr.arg))

    def _enum_con(self, expr: EEnumCon) -> bytes:
        tycon = self.reference("TypeConId", expr.ref)
        return _form("Expr.EnumCon", tycon, self.string(expr.constructor))

    def _struct_con(self, expr: EStructCon) -> ExprSteps:
        return _form("Expr.StructCon", (yield from self._fields(expr.fields)))

    def _struct_proj(self, expr: EStructProj) -> ExprSteps:
        field = self.string(expr.field)
        return _form("Expr.StructProj", field, (yield expr.struct))

    def _struct_upd(self, expr: EStructUpd) -> ExprSteps:
        field = self.string(expr.field)
        struct = yield expr.struct
        return _form("Expr.StructUpd", field, struct, (yield expr.value))

    def _cons(self, expr: ECons) -> ExprSteps:
        type_ = self.type_ref(expr.type)
        front: list[bytes] = yield from each(expr.front)
        return _form("Expr.Cons", type_, front, (yield expr.tail))

    def _some(self, expr: ESome) -> ExprSteps:
        type_ = self.type_ref(expr.type)
        return _form("Expr.OptionalSome", type_, (yield expr.value))

    def _app(self, expr: EApp) -> ExprSteps:
        fun = yield expr.fun
        args: list[bytes] = yield from each(expr.args)
        return _form("Expr.App", fun, args)

    def _ty_app(self, expr: ETyApp) -> ExprSteps:
        inner = yield expr.expr
        refs = [self.type_ref(type_) for type_ in expr.types]
        for ref in refs[:-1] if self.flat else ():
            inner = self._placed(message("Expr", None, _form("Expr.TyApp", inner, [ref])))
        return _form("Expr.TyApp", inner, refs[-1:] if self.flat else refs)

    def _abs(self, expr: EAbs) -> ExprSteps:
        params = [self.typed("VarWithType", name, type_) for name, type_ in expr.params]
        return self._nested("Expr.Abs", params, (yield expr.body))

    def _ty_abs(self, expr: ETyAbs) -> ExprSteps:
        params = self.type_params(expr.params)
        return self._nested("Expr.TyAbs", params, (yield expr.body))

    def _nested(self, form: str, params: list[bytes], body: bytes) -> bytes:
        """Write an abstraction; from LF 2.2 on each parameter has one of its own."""
        for param in reversed(params[1:]) if self.flat else ():
            body = self._placed(message("Expr", None, _form(form, [param], body)))
        return _form(form, params[:1] if self.flat else params, body)

    def _let(self, expr: ELet) -> ExprSteps:
        block = yield from self.block("Block@let", expr.bindings, expr.body)
        return alternative("Expr", "Block@let", block)

    def block(self, name: str, bindings: tuple[Binding, ...], body: Expr) -> ExprSteps:
        """Write the bindings and the body of a let or of an update."""
        written = []
        for binding in bindings:
            binder = self.typed("VarWithType", binding.name or UNNAMED, binding.type)
            written.append(message("Binding", binder, (yield binding.bound)))
        return message(name, written, (yield body))

    def _case(self, expr: ECase) -> ExprSteps:
        scrutinee = yield expr.scrutinee
        options = []
        for option in expr.alternatives:
            pattern = self._pattern(option.pattern)
            options.append(message("CaseAlt", pattern, (yield option.body)))
        return _form("Case", scrutinee, options)

    def _pattern(self, pattern: Pattern) -> bytes:
        match pattern:
            case PDefault():
                return alternative("CaseAlt", "Unit@default")
            case PVariant(ref, constructor, binder):
                con = self.reference("TypeConId", ref)
                name, bound = self.string(constructor), self.string(binder)
                return _pattern_form("CaseAlt.Variant", con, name, bound)
            case PEnum(ref, constructor):
                con = self.reference("TypeConId", ref)
                return _pattern_form("CaseAlt.Enum", con, self.string(constructor))
            case PCons(head, tail):
                return _pattern_form("CaseAlt.Cons", self.string(head), self.string(tail))
            case PSome(binder):
                return _pattern_form("CaseAlt.OptionalSome", self.string(binder))
            case _:
                return _CONSTANT_PATTERNS[pattern]


_CONSTANT_PATTERNS: dict[Pattern, bytes] = {
    PUnit(): alternative("CaseAlt", "builtin_con_pattern", 0),
    PBool(False): alternative("CaseAlt", "builtin_con_pattern", 1),
    PBool(True): alternative("CaseAlt", "builtin_con_pattern", 2),
    PNil(): alternative("CaseAlt", "Unit@nil"),
    PNone(): alternative("CaseAlt", "Unit@none"),
}


def _form(form: str, *values: Any) -> bytes:
    """Write the field of an expression that holds a form's message."""
    return alternative("Expr", form, message(form, *values))


def _pattern_form(form: str, *values: Any) -> bytes:
    return alternative("CaseAlt", form, message(form, *values))


def _literal(form: str, content: int) -> bytes:
    literal = message("BuiltinLit", alternative("BuiltinLit", form, content))
    return alternative("Expr", "BuiltinLit", literal)


def numeric_text(value: Decimal) -> str:
    """Give a numeric literal's text: as many decimals as its scale, ``5.`` for scale 0."""
    text = f"{value:f}"
    return text if "." in text else f"{text}."
