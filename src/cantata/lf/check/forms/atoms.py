"""Typing of expressions without parts: variables, references and literals."""

from __future__ import annotations

from cantata.lf.check.builtins import FROM_LF_23
from cantata.lf.check.nodes import Ty
from cantata.lf.check.typer import Atom, Typer
from cantata.lf.model import (
    Builtin,
    EBool,
    EBuiltin,
    EDate,
    EEnumCon,
    EFailureCategory,
    EInt64,
    ENil,
    ENone,
    ENumeric,
    EnumType,
    EText,
    ETimestamp,
    ETypeRep,
    EUnit,
    EVal,
    EVar,
    Expr,
    TCon,
    Type,
    UGetTime,
)

SCALE_MAX = 37
"""Greatest scale of a Numeric."""


def _variable(typer: Typer, expr: EVar) -> Ty:
    return typer.variable(expr.name)


def _value(typer: Typer, expr: EVal) -> Ty:
    return typer.world.value_type(expr.ref)


def _builtin(typer: Typer, expr: EBuiltin) -> Ty:
    if expr.name in FROM_LF_23:
        typer.world.require_minor(3, f"builtin function {expr.name}")
    return typer.world.builtin_type(expr.name)


def _literal(builtin: Builtin) -> Atom:
    def typed(typer: Typer, _: Expr) -> Ty:
        return typer.prim(builtin)

    return typed


def _numeric(typer: Typer, expr: ENumeric) -> Ty:
    exponent = expr.value.as_tuple().exponent
    scale = -exponent if isinstance(exponent, int) else -1
    if not 0 <= scale <= SCALE_MAX:
        text = f"numeric literal {expr.value} has no scale between 0 and {SCALE_MAX}"
        typer.report("EMalformedLiteral", text)
        return typer.hole
    return typer.prim(Builtin.NUMERIC, typer.arena.nat(scale))


def _enum_constructor(typer: Typer, expr: EEnumCon) -> Ty:
    info = typer.world.data(expr.ref)
    if info is None:
        return typer.hole
    if not isinstance(info.cons, EnumType):
        typer.report("EExpectedEnumType", f"expected enum type: {expr.ref.qualified}")
    elif expr.constructor not in info.constructors:
        typer.report("EUnknownEnumCon", f"unknown enum constructor: {expr.constructor}")
    return info.node


def _nil(typer: Typer, expr: ENil) -> Ty:
    return typer.prim(Builtin.LIST, typer.star(expr.type))


def _none(typer: Typer, expr: ENone) -> Ty:
    return typer.prim(Builtin.OPTIONAL, typer.star(expr.type))


def any_type(typer: Typer, type_: Type) -> Ty:
    """Give a type that can be packed in an Any; report unless it is a bare constructor."""
    if not isinstance(type_, TCon):
        text = "expected a type constructor without arguments for a value of type Any"
        typer.report("EExpectedAnyType", text)
        return typer.hole
    return typer.star(type_)


def _type_rep(typer: Typer, expr: ETypeRep) -> Ty:
    any_type(typer, expr.type)
    return typer.prim(Builtin.TYPE_REP)


def _get_time(typer: Typer, _: UGetTime) -> Ty:
    return typer.prim(Builtin.UPDATE, typer.prim(Builtin.TIMESTAMP))


ATOMS: dict[type[Expr], Atom] = {
    EVar: _variable,
    EVal: _value,
    EBuiltin: _builtin,
    EUnit: _literal(Builtin.UNIT),
    EBool: _literal(Builtin.BOOL),
    EInt64: _literal(Builtin.INT64),
    EText: _literal(Builtin.TEXT),
    EDate: _literal(Builtin.DATE),
    ETimestamp: _literal(Builtin.TIMESTAMP),
    EFailureCategory: _literal(Builtin.FAILURE_CATEGORY),
    ENumeric: _numeric,
    EEnumCon: _enum_constructor,
    ENil: _nil,
    ENone: _none,
    ETypeRep: _type_rep,
    UGetTime: _get_time,
}
"""How each expression without parts is typed."""
