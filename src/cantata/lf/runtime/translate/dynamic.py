"""Source for types as values, exceptions and interfaces."""

from __future__ import annotations

from cantata.lf.model import (
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
    ETypeRep,
    EUnsafeFromInterface,
    EUnsafeFromRequiredInterface,
    EViewInterface,
    Expr,
    Ref,
    TCon,
    Type,
)
from cantata.lf.runtime.errors import InternalError
from cantata.lf.runtime.translate.code import Code, Env, atom
from cantata.lf.runtime.translate.context import Context, Handlers
from cantata.lf.runtime.translate.links import INTERFACE, REF, TEMPLATE, TYPE, ref_link, type_key


def template_name(ctx: Context, ref: Ref) -> str:
    """Give the name of a compiled template."""
    return ctx.link(*ref_link(TEMPLATE, ref))


def interface_name(ctx: Context, ref: Ref) -> str:
    """Give the name of a compiled interface."""
    return ctx.link(*ref_link(INTERFACE, ref))


def type_name(ctx: Context, type_: Type) -> str:
    """Give the name of a type as data."""
    return ctx.link(TYPE, type_key(ctx.typing.expand(type_)))


def method_call(
    ctx: Context, head: ECallInterface, args: list[Expr], env: Env, *, run: bool
) -> Code:
    """Write a call of a method; its own parameters are taken together with it."""
    ctx.scope.calls = True
    codes = ctx.atoms(args, env)
    owner = ctx.spill(ctx.value(head.expr, env))
    method = ctx.fresh("t")
    interface = interface_name(ctx, head.interface)
    ctx.emit(f"{method} = {owner.text}.template.by_interface[{interface}].methods[{head.method!r}]")
    texts = [f"{owner.text}.payload", *(code.text for code in codes)]
    result = ctx.fresh("t")
    with ctx.block(f"if {method}.arity == {len(codes)}:"):
        called = f"run({', '.join([*texts, 'fx'])})" if run else f"call({', '.join(texts)})"
        ctx.emit(f"{result} = {method}.{called}")
    with ctx.block("else:"):
        rest = "".join(f"{code.text}, " for code in codes)
        ctx.emit(f"{result} = METHOD({method}, {owner.text}.payload, ({rest}))")
        if run:
            ctx.emit(f"{result} = {result}(fx)")
    return atom(result)


def _call_interface(ctx: Context, expr: ECallInterface, env: Env) -> Code:
    return method_call(ctx, expr, [], env, run=False)


def _to_any(ctx: Context, expr: EToAny, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(f"AnyValue({type_name(ctx, expr.type)}, {inner.text})", pure=inner.pure)


def _from_any(ctx: Context, expr: EFromAny, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(f"FROM_ANY({type_name(ctx, expr.type)}, {inner.text})", pure=inner.pure)


def _type_rep(ctx: Context, expr: ETypeRep, env: Env) -> Code:
    return Code(f"TypeRepValue({type_name(ctx, expr.type)})", pure=True)


def _exception(ctx: Context, type_: Type) -> str:
    type_ = ctx.typing.expand(type_)
    if not isinstance(type_, TCon):
        raise InternalError(f"{type_} is not an exception")
    return ctx.link(*ref_link(REF, type_.ref))


def _to_exception(ctx: Context, expr: EToAnyException, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(f"ExceptionValue({_exception(ctx, expr.type)}, {inner.text})", pure=inner.pure)


def _from_exception(ctx: Context, expr: EFromAnyException, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(f"FROM_EXCEPTION({_exception(ctx, expr.type)}, {inner.text})", pure=inner.pure)


def _throw(ctx: Context, expr: EThrow, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(f"THROW({_exception(ctx, expr.exception)}, {inner.text})")


def _to_interface(ctx: Context, expr: EToInterface, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(
        f"InterfaceValue({template_name(ctx, expr.template)}, {inner.text})", pure=inner.pure
    )


def _from_interface(ctx: Context, expr: EFromInterface, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    ctx.scope.calls = True
    return Code(f"FROM_INTERFACE({template_name(ctx, expr.template)}, {inner.text})")


def _unsafe_from_interface(ctx: Context, expr: EUnsafeFromInterface, env: Env) -> Code:
    cid, inner = ctx.operands([expr.cid, expr.expr], env)
    ctx.scope.calls = True
    template = template_name(ctx, expr.template)
    return Code(f"UNSAFE_FROM_INTERFACE({template}, {cid.text}, {inner.text})")


def _from_required(ctx: Context, expr: EFromRequiredInterface, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(
        f"FROM_REQUIRED({interface_name(ctx, expr.requiring)}, {inner.text})", pure=inner.pure
    )


def _unsafe_from_required(ctx: Context, expr: EUnsafeFromRequiredInterface, env: Env) -> Code:
    cid, inner = ctx.operands([expr.cid, expr.expr], env)
    required = interface_name(ctx, expr.required)
    requiring = interface_name(ctx, expr.requiring)
    return Code(f"UNSAFE_FROM_REQUIRED({required}, {requiring}, {cid.text}, {inner.text})")


def _of_template(ctx: Context, expr: Expr, env: Env, part: str) -> Code:
    owner = ctx.spill(ctx.value(expr, env))
    ctx.scope.calls = True
    return Code(f"{owner.text}.template.{part}({owner.text}.payload)")


def _view(ctx: Context, expr: EViewInterface, env: Env) -> Code:
    owner = ctx.spill(ctx.value(expr.expr, env))
    ctx.scope.calls = True
    interface = interface_name(ctx, expr.interface)
    return Code(f"{owner.text}.template.by_interface[{interface}].view({owner.text}.payload)")


def _template_rep(ctx: Context, expr: EInterfaceTemplateTypeRep, env: Env) -> Code:
    inner = ctx.value(expr.expr, env)
    return Code(f"TypeRepValue({inner.text}.template.payload_type)", pure=inner.pure)


HANDLERS = Handlers(
    value={
        ECallInterface: _call_interface,
        EToAny: _to_any,
        EFromAny: _from_any,
        ETypeRep: _type_rep,
        EToAnyException: _to_exception,
        EFromAnyException: _from_exception,
        EThrow: _throw,
        EToInterface: _to_interface,
        EFromInterface: _from_interface,
        EUnsafeFromInterface: _unsafe_from_interface,
        EToRequiredInterface: lambda ctx, expr, env: ctx.value(expr.expr, env),
        EFromRequiredInterface: _from_required,
        EUnsafeFromRequiredInterface: _unsafe_from_required,
        ESignatoryInterface: lambda ctx, expr, env: _of_template(
            ctx, expr.expr, env, "signatories"
        ),
        EObserverInterface: lambda ctx, expr, env: _of_template(ctx, expr.expr, env, "observers"),
        EViewInterface: _view,
        EInterfaceTemplateTypeRep: _template_rep,
    }
)
