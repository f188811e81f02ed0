"""Typing of run-time types, exceptions and interface values."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lf.check.forms.atoms import any_type
from cantata.lf.check.infos import InterfaceInfo
from cantata.lf.check.nodes import Ty
from cantata.lf.check.trampoline import Step
from cantata.lf.check.typer import Form, Typer
from cantata.lf.model import (
    Builtin,
    ECallInterface,
    EFromAny,
    EFromAnyException,
    EFromInterface,
    EFromRequiredInterface,
    EInterfaceTemplateTypeRep,
    EObserverInterface,
    ESignatoryInterface,
    EThrow,
    EToAny,
    EToAnyException,
    EToInterface,
    EToRequiredInterface,
    EUnsafeFromInterface,
    EUnsafeFromRequiredInterface,
    EViewInterface,
    Expr,
    Ref,
    TCon,
    Type,
)


def _to_any(typer: Typer, expr: EToAny) -> Step:
    type_ = any_type(typer, expr.type)
    yield typer.check(expr.expr, type_)
    return typer.prim(Builtin.ANY)


def _from_any(typer: Typer, expr: EFromAny) -> Step:
    type_ = any_type(typer, expr.type)
    yield typer.check(expr.expr, typer.prim(Builtin.ANY))
    return typer.prim(Builtin.OPTIONAL, type_)


def _throw(typer: Typer, expr: EThrow) -> Step:
    result = typer.star(expr.result)
    yield typer.check(expr.expr, _exception(typer, expr.exception))
    return result


def _to_any_exception(typer: Typer, expr: EToAnyException) -> Step:
    yield typer.check(expr.expr, _exception(typer, expr.type))
    return typer.prim(Builtin.ANY_EXCEPTION)


def _from_any_exception(typer: Typer, expr: EFromAnyException) -> Step:
    exception = _exception(typer, expr.type)
    yield typer.check(expr.expr, typer.prim(Builtin.ANY_EXCEPTION))
    return typer.prim(Builtin.OPTIONAL, exception)


def _exception(typer: Typer, type_: Type) -> Ty:
    if not isinstance(type_, TCon):
        typer.report("EExpectedExceptionType", "expected an exception type")
        return typer.hole
    return typer.read(type_) if typer.world.exception(type_.ref) else typer.hole


def _to_interface(typer: Typer, expr: EToInterface) -> Step:
    _check_instance(typer, expr.interface, expr.template)
    yield typer.check(expr.expr, typer.con(expr.template))
    return typer.con(expr.interface)


def _from_interface(typer: Typer, expr: EFromInterface) -> Step:
    _check_instance(typer, expr.interface, expr.template)
    yield typer.check(expr.expr, typer.con(expr.interface))
    return typer.prim(Builtin.OPTIONAL, typer.con(expr.template))


def _unsafe_from_interface(typer: Typer, expr: EUnsafeFromInterface) -> Step:
    typer.world.forbid_from_minor(2, "unsafe_from_interface")
    _check_instance(typer, expr.interface, expr.template)
    interface = typer.con(expr.interface)
    yield typer.check(expr.cid, typer.prim(Builtin.CONTRACT_ID, interface))
    yield typer.check(expr.expr, interface)
    return typer.con(expr.template)


def _check_instance(typer: Typer, interface: Ref, template: Ref) -> None:
    if typer.world.interface(interface) is None or typer.world.template(template) is None:
        return
    if not typer.world.implements(interface, template):
        text = f"unknown interface instance {interface} for {template}"
        typer.report("EUnknownDefinition", text)


def _to_required(typer: Typer, expr: EToRequiredInterface) -> Step:
    _check_requires(typer, expr.requiring, expr.required)
    yield typer.check(expr.expr, typer.con(expr.requiring))
    return typer.con(expr.required)


def _from_required(typer: Typer, expr: EFromRequiredInterface) -> Step:
    _check_requires(typer, expr.requiring, expr.required)
    yield typer.check(expr.expr, typer.con(expr.required))
    return typer.prim(Builtin.OPTIONAL, typer.con(expr.requiring))


def _unsafe_from_required(typer: Typer, expr: EUnsafeFromRequiredInterface) -> Step:
    _check_requires(typer, expr.requiring, expr.required)
    required = typer.con(expr.required)
    yield typer.check(expr.cid, typer.prim(Builtin.CONTRACT_ID, required))
    yield typer.check(expr.expr, required)
    return typer.con(expr.requiring)


def _check_requires(typer: Typer, requiring: Ref, required: Ref) -> None:
    interface = typer.world.interface(requiring)
    if interface is not None and required not in interface.requires:
        text = f"interface {requiring} does not require {required}"
        typer.report("EWrongInterfaceRequirement", text)


def _call(typer: Typer, expr: ECallInterface) -> Step:
    result: Ty = typer.hole
    interface = typer.world.interface(expr.interface)
    if interface is not None:
        found = interface.methods.get(expr.method)
        if found is None:
            text = f"unknown method {expr.method} in interface {expr.interface}"
            typer.report("EUnknownDefinition", text)
        else:
            result = typer.read(found)
    yield typer.check(expr.expr, typer.con(expr.interface))
    return result


def _of_interface(result: Callable[[Typer, InterfaceInfo], Ty]) -> Form:
    def typed(
        typer: Typer,
        expr: EViewInterface | ESignatoryInterface | EObserverInterface | EInterfaceTemplateTypeRep,
    ) -> Step:
        interface = typer.world.interface(expr.interface)
        yield typer.check(expr.expr, typer.con(expr.interface))
        return result(typer, interface) if interface is not None else typer.hole

    return typed


def _parties(typer: Typer, _: InterfaceInfo) -> Ty:
    return typer.prim(Builtin.LIST, typer.prim(Builtin.PARTY))


DYNAMIC: dict[type[Expr], Form] = {
    EToAny: _to_any,
    EFromAny: _from_any,
    EThrow: _throw,
    EToAnyException: _to_any_exception,
    EFromAnyException: _from_any_exception,
    EToInterface: _to_interface,
    EFromInterface: _from_interface,
    EUnsafeFromInterface: _unsafe_from_interface,
    EToRequiredInterface: _to_required,
    EFromRequiredInterface: _from_required,
    EUnsafeFromRequiredInterface: _unsafe_from_required,
    ECallInterface: _call,
    EViewInterface: _of_interface(lambda typer, interface: typer.read(interface.view)),
    ESignatoryInterface: _of_interface(_parties),
    EObserverInterface: _of_interface(_parties),
    EInterfaceTemplateTypeRep: _of_interface(lambda typer, _: typer.prim(Builtin.TYPE_REP)),
}
"""How each expression about run-time types, exceptions and interfaces is typed."""
