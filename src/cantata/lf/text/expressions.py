"""Expressions as text, in the manner of the engine's own notation."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias

from cantata.lf.archive.encode.expressions import numeric_text
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
    Type,
    UBlock,
    UTryCatch,
    spine,
)
from cantata.lf.steps import Steps, each, run
from cantata.lf.text.dynamic import KEYWORDS
from cantata.lf.text.layout import (
    APPLICATION,
    ATOM,
    OPEN,
    Block,
    below,
    listed,
    stacked,
    text,
    words,
)
from cantata.lf.text.types import Label, short_label, show_params, show_ref, show_type

BlockSteps: TypeAlias = Steps[Expr, Block]
Blocks: TypeAlias = Generator[Expr, Block, list[Block]]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def show_expression(expr: Expr, label: Label = short_label) -> str:
    """Give an expression as lines of text."""
    return "\n".join(Printer(label).block(expr).lines)


class Printer:
    """Prints expressions; `label` says how other packages are called."""

    def __init__(self, label: Label) -> None:
        self._label = label
        self._atoms: dict[type, Callable[[Any], Block]] = {
            EVar: lambda e: text(e.name),
            EVal: lambda e: text(show_ref(e.ref, label)),
            EBuiltin: lambda e: text(e.name),
            EUnit: lambda _: text("()"),
            EBool: lambda e: text(str(e.value)),
            EInt64: lambda e: text(str(e.value), ATOM if e.value >= 0 else OPEN),
            ENumeric: lambda e: text(numeric_text(e.value), ATOM if e.value >= 0 else OPEN),
            EText: lambda e: text(json.dumps(e.value, ensure_ascii=not e.value.isprintable())),
            EDate: lambda e: text((date(1970, 1, 1) + timedelta(days=e.days)).isoformat()),
            ETimestamp: lambda e: text(
                (_EPOCH + timedelta(microseconds=e.micros)).isoformat().replace("+00:00", "Z")
            ),
            EFailureCategory: lambda e: text(f"failure_category {e.category}", APPLICATION),
            EEnumCon: lambda e: text(f"{show_ref(e.ref, label)}:{e.constructor}"),
            ENil: lambda e: text(f"Nil {self._at(e.type)}", APPLICATION),
            ENone: lambda e: text(f"None {self._at(e.type)}", APPLICATION),
        }
        self._forms: dict[type, Callable[[Any], BlockSteps]] = {
            ELocated: self._located,
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
            UBlock: self._update_block,
            UTryCatch: self._try_catch,
        }

    def block(self, expr: Expr) -> Block:
        """Give an expression as a block."""
        return run(expr, self._steps)

    def type(self, type_: Type) -> str:
        """Give a type on one line."""
        return show_type(type_, self._label)

    def _steps(self, expr: Expr) -> BlockSteps:
        atom = self._atoms.get(type(expr))
        if atom is not None:
            return atom(expr)
        return (yield from self._forms.get(type(expr), self._keyword)(expr))

    def _at(self, type_: Type) -> str:
        shown = self.type(type_)
        return f"@({shown})" if " " in shown and not shown.startswith("<") else f"@{shown}"

    def _head(self, type_: Type) -> Block:
        """Give the type of a record or variant: constructor, then arguments after ``@``."""
        head, args = spine(type_)
        return text(" ".join([self.type(head), *map(self._at, args)]))

    def _located(self, expr: ELocated) -> BlockSteps:
        return (yield expr.body)

    def _fields(self, fields: Sequence[tuple[str, Expr]]) -> Blocks:
        blocks: list[Block] = yield from each([value for _, value in fields])
        pairs = zip(fields, blocks, strict=True)
        return [below(f"{name} =", block) for (name, _), block in pairs]

    def _rec_con(self, expr: ERecCon) -> BlockSteps:
        fields = yield from self._fields(expr.fields)
        return words([self._head(expr.type), listed("{", fields, "}")], APPLICATION)

    def _rec_proj(self, expr: ERecProj) -> BlockSteps:
        record = (yield expr.record).within(ATOM)
        return words([self._head(expr.type), text(f"{{{expr.field}}}"), record], APPLICATION)

    def _rec_upd(self, expr: ERecUpd) -> BlockSteps:
        both: list[Block] = yield from each((expr.record, expr.value))
        record, value = both
        update = below(f"with {expr.field} =", value)
        return words([self._head(expr.type), text("{"), record, update, text("}")], APPLICATION)

    def _variant_con(self, expr: EVariantCon) -> BlockSteps:
        head, args = spine(expr.type)
        name = " ".join([f"{self.type(head)}:{expr.constructor}", *map(self._at, args)])
        return words([text(name), (yield expr.arg).within(ATOM)], APPLICATION)

    def _struct_con(self, expr: EStructCon) -> BlockSteps:
        return listed("<", (yield from self._fields(expr.fields)), ">")

    def _struct_proj(self, expr: EStructProj) -> BlockSteps:
        struct = (yield expr.struct).within(ATOM)
        *lines, last = struct.lines
        return Block((*lines, f"{last}.{expr.field}"))

    def _struct_upd(self, expr: EStructUpd) -> BlockSteps:
        both: list[Block] = yield from each((expr.struct, expr.value))
        struct, value = both
        return words([text("<"), struct, below(f"with {expr.field} =", value), text(">")])

    def _cons(self, expr: ECons) -> BlockSteps:
        front: list[Block] = yield from each(expr.front)
        tail = (yield expr.tail).within(ATOM)
        head = text(f"Cons {self._at(expr.type)}")
        return words([head, listed("[", front, "]"), tail], APPLICATION)

    def _some(self, expr: ESome) -> BlockSteps:
        value = (yield expr.value).within(ATOM)
        return words([text(f"Some {self._at(expr.type)}"), value], APPLICATION)

    def _app(self, expr: EApp) -> BlockSteps:
        fun = (yield expr.fun).within(APPLICATION)
        args: list[Block] = yield from each(expr.args)
        return words([fun, *(arg.within(ATOM) for arg in args)], APPLICATION)

    def _ty_app(self, expr: ETyApp) -> BlockSteps:
        fun = (yield expr.expr).within(APPLICATION)
        return words([fun, *(text(self._at(type_)) for type_ in expr.types)], APPLICATION)

    def _abs(self, expr: EAbs) -> BlockSteps:
        params = " ".join(f"({name} : {self.type(type_)})" for name, type_ in expr.params)
        return below(f"\\{params} ->", (yield expr.body))

    def _ty_abs(self, expr: ETyAbs) -> BlockSteps:
        return below(f"/\\{show_params(expr.params)}.", (yield expr.body))

    def _let(self, expr: ELet) -> BlockSteps:
        bindings = yield from self._bindings("let", "=", expr.bindings)
        return stacked([*bindings, below("in", (yield expr.body))])

    def _bindings(self, keyword: str, sign: str, bindings: Sequence[Binding]) -> Blocks:
        blocks: list[Block] = yield from each([binding.bound for binding in bindings])
        return [
            below(f"{keyword} {binding.name or '_'} : {self.type(binding.type)} {sign}", block)
            for binding, block in zip(bindings, blocks, strict=True)
        ]

    def _case(self, expr: ECase) -> BlockSteps:
        scrutinee = yield expr.scrutinee
        bodies: list[Block] = yield from each([option.body for option in expr.alternatives])
        options = [
            below(f"{self._pattern(option.pattern)} ->", body)
            for option, body in zip(expr.alternatives, bodies, strict=True)
        ]
        head = words([text("case"), scrutinee, text("of")])
        return stacked([head, Block(tuple(f"  {line}" for o in options for line in o.lines))])

    def _pattern(self, pattern: Pattern) -> str:
        match pattern:
            case PVariant(ref, constructor, binder):
                return f"{show_ref(ref, self._label)}:{constructor} {binder}"
            case PEnum(ref, constructor):
                return f"{show_ref(ref, self._label)}:{constructor}"
            case PCons(head, tail):
                return f"Cons {head} {tail}"
            case PSome(binder):
                return f"Some {binder}"
            case PBool(value):
                return str(value)
            case _:
                return _CONSTANTS[type(pattern)]

    def _update_block(self, expr: UBlock) -> BlockSteps:
        bindings = yield from self._bindings("ubind", "<-", expr.bindings)
        return stacked([*bindings, below("in", (yield expr.body))])

    def _try_catch(self, expr: UTryCatch) -> BlockSteps:
        both: list[Block] = yield from each((expr.body, expr.handler))
        body, handler = both
        head = f"try {self._at(expr.result)}"
        return stacked([below(head, body), below(f"catch {expr.binder} ->", handler)])

    def _keyword(self, expr: Expr) -> BlockSteps:
        """Print a form as its keyword followed by its fields."""
        keyword, fields = KEYWORDS[type(expr)]
        parts = [text(keyword)]
        for field in fields:
            value = getattr(expr, field)
            if isinstance(value, Expr):
                parts.append((yield value).within(ATOM))
            elif isinstance(value, str):
                parts.append(text(value))
            elif field in _TYPE_FIELDS:
                parts.append(text(self._at(value)))
            else:
                parts.append(text(f"@{show_ref(value, self._label)}"))
        return words(parts, APPLICATION if fields else ATOM)


_CONSTANTS = {PDefault: "_", PUnit: "()", PNil: "Nil", PNone: "None"}
_TYPE_FIELDS = frozenset({"type", "result", "exception"})
