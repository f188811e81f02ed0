"""Typing of data: records, variants, structs, lists and optionals."""

from __future__ import annotations

from bisect import bisect_left
from itertools import islice
from operator import eq

from cantata.lf.check.nodes import Struct, Ty
from cantata.lf.check.printing import show
from cantata.lf.check.trampoline import Step
from cantata.lf.check.typer import Applied, Form, Typer
from cantata.lf.model import (
    Builtin,
    ECons,
    ERecCon,
    ERecProj,
    ERecUpd,
    ESome,
    EStructCon,
    EStructProj,
    EStructUpd,
    EVariantCon,
    Expr,
    Record,
    Type,
    Variant,
)

NAMES_SHOWN = 20
"""Most fields listed in a message."""


def _record_construction(typer: Typer, expr: ERecCon) -> Step:
    applied = _record(typer, expr.type)
    if applied:
        _check_names(typer, applied, [name for name, _ in expr.fields])
    for name, part in expr.fields:
        expected = _member(typer, applied, name) or typer.hole
        found = typer.now(part) or (yield typer.later(part))
        typer.expect(part, found, expected)
    return applied[2] if applied else typer.hole


def _check_names(typer: Typer, applied: Applied, given: list[str]) -> None:
    declared = applied[0].members
    if len(given) == len(declared) and all(map(eq, given, declared)):
        return
    listed = ", ".join(given[:NAMES_SHOWN])
    wanted = ", ".join(islice(declared, NAMES_SHOWN))
    text = f"field mismatch: {show(applied[2])} has fields {wanted}, the expression {listed}"
    typer.report("EFieldMismatch", text)


def _record_projection(typer: Typer, expr: ERecProj) -> Step:
    applied = _record(typer, expr.type)
    field = _field(typer, applied, expr.field)
    found = typer.now(expr.record) or (yield typer.later(expr.record))
    typer.expect(expr.record, found, applied[2] if applied else typer.hole)
    return field


def _record_update(typer: Typer, expr: ERecUpd) -> Step:
    applied = _record(typer, expr.type)
    whole = applied[2] if applied else typer.hole
    found = typer.now(expr.record) or (yield typer.later(expr.record))
    typer.expect(expr.record, found, whole)
    field = _field(typer, applied, expr.field)
    found = typer.now(expr.value) or (yield typer.later(expr.value))
    typer.expect(expr.value, found, field)
    return whole


def _record(typer: Typer, type_: Type) -> Applied | None:
    applied = typer.applied(type_)
    if applied and not isinstance(applied[0].cons, Record):
        text = f"expected record type, found {show(applied[2])}"
        typer.report("EExpectedRecordType", text)
        return None
    return applied


def _member(typer: Typer, applied: Applied | None, name: str) -> Ty | None:
    if applied is None:
        return None
    member = applied[0].members.get(name)
    return None if member is None else typer.arena.instantiate(member, applied[1])


def _field(typer: Typer, applied: Applied | None, name: str) -> Ty:
    member = _member(typer, applied, name)
    if member is None and applied is not None:
        text = f"tried to access nonexistent field {name} on value of type {show(applied[2])}"
        typer.report("EUnknownField", text)
    return member or typer.hole


def _variant_construction(typer: Typer, expr: EVariantCon) -> Step:
    applied = typer.applied(expr.type)
    if applied and not isinstance(applied[0].cons, Variant):
        text = f"expected variant type: {applied[0].ref.qualified}"
        typer.report("EExpectedVariantType", text)
        applied = None
    payload = _member(typer, applied, expr.constructor)
    if payload is None and applied:
        typer.report("EUnknownVariantCon", f"unknown variant constructor: {expr.constructor}")
    found = typer.now(expr.arg) or (yield typer.later(expr.arg))
    typer.expect(expr.arg, found, payload or typer.hole)
    return applied[2] if applied else typer.hole


def _struct_construction(typer: Typer, expr: EStructCon) -> Step:
    fields: dict[str, Ty] = {}
    for name, part in expr.fields:
        found = typer.now(part) or (yield typer.later(part))
        if name in fields:
            typer.report("EDuplicateField", f"duplicate field: {name}")
        fields[name] = found
    return typer.arena.struct(tuple(fields.items()))


def _struct_projection(typer: Typer, expr: EStructProj) -> Step:
    found = typer.now(expr.struct) or (yield typer.later(expr.struct))
    return _struct_field(typer, found, expr.field)[1]


def _struct_update(typer: Typer, expr: EStructUpd) -> Step:
    found = typer.now(expr.struct) or (yield typer.later(expr.struct))
    struct, field = _struct_field(typer, found, expr.field)
    value = typer.now(expr.value) or (yield typer.later(expr.value))
    typer.expect(expr.value, value, field)
    return struct


def _struct_field(typer: Typer, found: Ty, name: str) -> tuple[Ty, Ty]:
    struct = typer.struct(found)
    if struct is None:
        return typer.hole, typer.hole
    field = _named(struct, name)
    if field is None:
        text = f"tried to access nonexistent field {name} on value of type {show(struct)}"
        typer.report("EUnknownField", text)
    return struct, field or typer.hole


def _named(struct: Struct, name: str) -> Ty | None:
    place = bisect_left(struct.names, name)
    found = place < len(struct.names) and struct.names[place] == name
    return struct.types[place] if found else None


def _cons(typer: Typer, expr: ECons) -> Step:
    element = typer.star(expr.type)
    if not expr.front:
        typer.report("EEmptyConsFront", "empty Cons front")
    for part in expr.front:
        found = typer.now(part) or (yield typer.later(part))
        typer.expect(part, found, element)
    whole = typer.prim(Builtin.LIST, element)
    found = typer.now(expr.tail) or (yield typer.later(expr.tail))
    typer.expect(expr.tail, found, whole)
    return whole


def _some(typer: Typer, expr: ESome) -> Step:
    element = typer.star(expr.type)
    found = typer.now(expr.value) or (yield typer.later(expr.value))
    typer.expect(expr.value, found, element)
    return typer.prim(Builtin.OPTIONAL, element)


DATA: dict[type[Expr], Form] = {
    ERecCon: _record_construction,
    ERecProj: _record_projection,
    ERecUpd: _record_update,
    EVariantCon: _variant_construction,
    EStructCon: _struct_construction,
    EStructProj: _struct_projection,
    EStructUpd: _struct_update,
    ECons: _cons,
    ESome: _some,
}
"""How each expression that makes or takes apart data is typed."""
