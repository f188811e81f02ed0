"""Types of expressions, as far as translation needs them.

LF is explicitly typed and checked before it runs; a few forms (selection from a struct, a case
with only a default) have a meaning that depends on the type of an operand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cantata.lf.model import (
    ANY,
    ANY_EXCEPTION,
    BOOL,
    DATE,
    FAILURE_CATEGORY,
    INT64,
    PARTY,
    TEXT,
    TIMESTAMP,
    TYPE_REP,
    UNIT,
    Builtin,
    EAbs,
    EApp,
    EBool,
    EBuiltin,
    ECallInterface,
    ECase,
    ECons,
    EDate,
    EEnumCon,
    EFailureCategory,
    EFromAny,
    EFromAnyException,
    EFromInterface,
    EFromRequiredInterface,
    EInt64,
    EInterfaceTemplateTypeRep,
    ELet,
    ELocated,
    ENil,
    ENone,
    ENumeric,
    EObserverInterface,
    ERecCon,
    ERecProj,
    ERecUpd,
    ESignatoryInterface,
    ESome,
    EStructCon,
    EStructProj,
    EStructUpd,
    EText,
    EThrow,
    ETimestamp,
    EToAny,
    EToAnyException,
    EToInterface,
    EToRequiredInterface,
    ETyAbs,
    ETyApp,
    ETypeRep,
    EUnit,
    EUnsafeFromInterface,
    EUnsafeFromRequiredInterface,
    EVal,
    EVar,
    EVariantCon,
    EViewInterface,
    Expr,
    Packages,
    Pattern,
    PCons,
    PSome,
    PVariant,
    Record,
    TApp,
    TBuiltin,
    TCon,
    TForall,
    TStruct,
    TSyn,
    TVar,
    Type,
    UBlock,
    UCreate,
    UCreateInterface,
    UEmbed,
    UExercise,
    UExerciseByKey,
    UExerciseInterface,
    UFetch,
    UFetchInterface,
    UGetTime,
    ULedgerTimeLT,
    UPure,
    UTryCatch,
    Variant,
    apply,
    arrow,
    contract_id,
    list_of,
    numeric,
    optional,
    spine,
    update,
)
from cantata.lf.runtime.translate.builtin_types import result_type
from cantata.lf.runtime.translate.code import Code, Env, Var

Known = Type | None
_NOWHERE = Code("", pure=True)


def substitute(type_: Type, by_name: dict[str, Type]) -> Type:
    """Replace type variables."""
    if not by_name:
        return type_
    match type_:
        case TVar(name):
            return by_name.get(name, type_)
        case TApp(fun, arg):
            return TApp(substitute(fun, by_name), substitute(arg, by_name))
        case TSyn(ref, args):
            return TSyn(ref, tuple(substitute(arg, by_name) for arg in args))
        case TStruct(fields):
            return TStruct(tuple((name, substitute(item, by_name)) for name, item in fields))
        case TForall(var, kind, body):
            inner = {name: item for name, item in by_name.items() if name != var}
            return TForall(var, kind, substitute(body, inner))
        case _:
            return type_


class Typing:
    """Finds types of expressions, on demand."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages

    def expand(self, type_: Type) -> Type:
        """Give the type with synonyms at its head replaced."""
        while True:
            head, args = spine(type_)
            if not isinstance(head, TSyn):
                return type_
            synonym = self.packages.synonym(head.ref)
            by_name = {name: arg for (name, _), arg in zip(synonym.params, head.args, strict=True)}
            type_ = apply(substitute(synonym.type, by_name), *args)

    def struct_index(self, struct: Expr, field: str, env: Env) -> tuple[int, int] | None:
        """Give the position of a struct's field and the number of its fields."""
        type_ = self.of(struct, env)
        if not isinstance(type_, TStruct):
            return None
        names = sorted(name for name, _ in type_.fields)
        return names.index(field), len(names)

    def of(self, expr: Expr, env: Env) -> Known:
        """Give the type of an expression with its head expanded, or None if it is not known."""
        rule = _RULES.get(type(expr))
        type_ = rule(self, expr, env) if rule else None
        return None if type_ is None else self.expand(type_)

    def fields(self, type_: Type) -> dict[str, Type]:
        """Give the field or constructor types of a record or variant type."""
        head, args = spine(self.expand(type_))
        assert isinstance(head, TCon)
        data = self.packages.data_type(head.ref)
        by_name = {name: arg for (name, _), arg in zip(data.params, args, strict=False)}
        match data.cons:
            case Record(items) | Variant(items):
                return {name: substitute(item, by_name) for name, item in items}
        return {}

    def binders(self, pattern: Pattern, scrutinee: Known) -> dict[str, Known]:
        """Give the types of the variables that a pattern binds."""
        match pattern:
            case PVariant(_, constructor, binder):
                known = None if scrutinee is None else self.fields(scrutinee).get(constructor)
                return {binder: known}
            case PCons(head, tail):
                return {head: _argument(scrutinee, 0), tail: scrutinee}
            case PSome(binder):
                return {binder: _argument(scrutinee, 0)}
        return {}


def typed(type_: Type | Callable[[], Known] | None) -> Var:
    """Give a variable of which only the type matters."""
    return Var(_NOWHERE, type_)


def _argument(type_: Known, at: int) -> Known:
    if type_ is None:
        return None
    _, args = spine(type_)
    return args[at] if at < len(args) else None


def _var(typing: Typing, expr: EVar, env: Env) -> Known:
    var = env.get(expr.name)
    if var is None:
        return None
    known = var.type
    return known() if callable(known) else known


def _app(typing: Typing, expr: EApp, env: Env) -> Known:
    builtin = _builtin(expr)
    if builtin is not None:
        return builtin
    type_ = typing.of(expr.fun, env)
    for _ in expr.args:
        if type_ is None:
            return None
        head, args = spine(typing.expand(type_))
        if head != TBuiltin(Builtin.ARROW) or len(args) != 2:
            return None
        type_ = args[1]
    return type_


def _builtin(expr: EApp) -> Known:
    """Give the type of a call of a built-in function."""
    fun = expr.fun
    types: tuple[Type, ...] = ()
    while isinstance(fun, ETyApp | ELocated):
        if isinstance(fun, ETyApp):
            types = fun.types + types
            fun = fun.expr
        else:
            fun = fun.body
    return result_type(fun.name, types) if isinstance(fun, EBuiltin) else None


def _ty_app(typing: Typing, expr: ETyApp, env: Env) -> Known:
    if isinstance(expr.expr, EBuiltin):
        return result_type(expr.expr.name, expr.types)
    type_ = typing.of(expr.expr, env)
    for arg in expr.types:
        if not isinstance(type_, TForall):
            return None
        type_ = typing.expand(substitute(type_.body, {type_.var: arg}))
    return type_


def _abs(typing: Typing, expr: EAbs, env: Env) -> Known:
    inner = {**env, **{name: typed(type_) for name, type_ in expr.params}}
    body = typing.of(expr.body, inner)
    return None if body is None else arrow(*(type_ for _, type_ in expr.params), body)


def _ty_abs(typing: Typing, expr: ETyAbs, env: Env) -> Known:
    type_ = typing.of(expr.body, env)
    if type_ is None:
        return None
    for name, kind in reversed(expr.params):
        type_ = TForall(name, kind, type_)
    return type_


def _let(typing: Typing, expr: ELet | UBlock, env: Env) -> Known:
    inner = dict(env)
    for binding in expr.bindings:
        if binding.name is not None:
            inner[binding.name] = typed(binding.type)
    return typing.of(expr.body, inner)


def _case(typing: Typing, expr: ECase, env: Env) -> Known:
    first = expr.alternatives[0]
    bound = typing.binders(first.pattern, typing.of(expr.scrutinee, env))
    inner = {**env, **{name: typed(type_) for name, type_ in bound.items()}}
    return typing.of(first.body, inner)


def _struct_con(typing: Typing, expr: EStructCon, env: Env) -> Known:
    fields = []
    for name, item in expr.fields:
        type_ = typing.of(item, env)
        fields.append((name, UNIT if type_ is None else type_))
    return TStruct(tuple(fields))


def _struct_proj(typing: Typing, expr: EStructProj, env: Env) -> Known:
    type_ = typing.of(expr.struct, env)
    return dict(type_.fields).get(expr.field) if isinstance(type_, TStruct) else None


def _rec_proj(typing: Typing, expr: ERecProj, env: Env) -> Known:
    return typing.fields(expr.type).get(expr.field)


def _call_interface(typing: Typing, expr: ECallInterface, env: Env) -> Known:
    methods = typing.packages.interface(expr.interface).methods
    return next((method.type for method in methods if method.name == expr.method), None)


def _exercise(typing: Typing, expr: UExercise | UExerciseByKey, env: Env) -> Known:
    choice = typing.packages.template(expr.template).choice(expr.choice)
    return None if choice is None else update(choice.result)


def _exercise_interface(typing: Typing, expr: UExerciseInterface, env: Env) -> Known:
    choice = typing.packages.interface(expr.interface).choice(expr.choice)
    return None if choice is None else update(choice.result)


def _numeric_literal(typing: Typing, expr: ENumeric, env: Env) -> Known:
    exponent = expr.value.as_tuple().exponent
    return numeric(-exponent) if isinstance(exponent, int) else None


def _fixed(type_: Type) -> Any:
    return lambda typing, expr, env: type_


_RULES: dict[type, Callable[[Typing, Any, Env], Known]] = {
    EVar: _var,
    EVal: lambda t, e, env: t.packages.value(e.ref).type,
    EUnit: _fixed(UNIT),
    EBool: _fixed(BOOL),
    EInt64: _fixed(INT64),
    ENumeric: _numeric_literal,
    EText: _fixed(TEXT),
    EDate: _fixed(DATE),
    ETimestamp: _fixed(TIMESTAMP),
    EFailureCategory: _fixed(FAILURE_CATEGORY),
    ERecCon: lambda t, e, env: e.type,
    ERecProj: _rec_proj,
    ERecUpd: lambda t, e, env: e.type,
    EVariantCon: lambda t, e, env: e.type,
    EEnumCon: lambda t, e, env: TCon(e.ref),
    EStructCon: _struct_con,
    EStructProj: _struct_proj,
    EStructUpd: lambda t, e, env: t.of(e.struct, env),
    ENil: lambda t, e, env: list_of(e.type),
    ECons: lambda t, e, env: list_of(e.type),
    ENone: lambda t, e, env: optional(e.type),
    ESome: lambda t, e, env: optional(e.type),
    EApp: _app,
    ETyApp: _ty_app,
    EAbs: _abs,
    ETyAbs: _ty_abs,
    ELet: _let,
    ECase: _case,
    ELocated: lambda t, e, env: t.of(e.body, env),
    EToAny: _fixed(ANY),
    EFromAny: lambda t, e, env: optional(e.type),
    ETypeRep: _fixed(TYPE_REP),
    EToAnyException: _fixed(ANY_EXCEPTION),
    EFromAnyException: lambda t, e, env: optional(e.type),
    EThrow: lambda t, e, env: e.result,
    EToInterface: lambda t, e, env: TCon(e.interface),
    EFromInterface: lambda t, e, env: optional(TCon(e.template)),
    EUnsafeFromInterface: lambda t, e, env: TCon(e.template),
    EToRequiredInterface: lambda t, e, env: TCon(e.required),
    EFromRequiredInterface: lambda t, e, env: optional(TCon(e.requiring)),
    EUnsafeFromRequiredInterface: lambda t, e, env: TCon(e.requiring),
    ECallInterface: _call_interface,
    EViewInterface: lambda t, e, env: t.packages.interface(e.interface).view,
    ESignatoryInterface: _fixed(list_of(PARTY)),
    EObserverInterface: _fixed(list_of(PARTY)),
    EInterfaceTemplateTypeRep: _fixed(TYPE_REP),
    UPure: lambda t, e, env: update(e.type),
    UBlock: _let,
    UCreate: lambda t, e, env: update(contract_id(TCon(e.template))),
    UCreateInterface: lambda t, e, env: update(contract_id(TCon(e.interface))),
    UExercise: _exercise,
    UExerciseByKey: _exercise,
    UExerciseInterface: _exercise_interface,
    UFetch: lambda t, e, env: update(TCon(e.template)),
    UFetchInterface: lambda t, e, env: update(TCon(e.interface)),
    UGetTime: _fixed(update(TIMESTAMP)),
    ULedgerTimeLT: _fixed(update(BOOL)),
    UEmbed: lambda t, e, env: update(e.type),
    UTryCatch: lambda t, e, env: update(e.result),
}
