"""Source for constants, variables, functions and data."""

from __future__ import annotations

from decimal import Decimal

from cantata.lf.model import (
    EAbs,
    EBool,
    ECons,
    EDate,
    EEnumCon,
    EFailureCategory,
    EInt64,
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
    EUnit,
    EVal,
    EVar,
    EVariantCon,
    Expr,
    TCon,
    spine,
)
from cantata.lf.runtime.errors import InternalError
from cantata.lf.runtime.translate.code import Code, Env, Var, atom
from cantata.lf.runtime.translate.context import RETURN, Context, Handlers
from cantata.lf.runtime.translate.links import CONSTANT, DECIMAL, MEMO, ref_link, value_link
from cantata.lf.runtime.translate.shapes import lambdas, strip

_UNIT = atom("()")
_NONE = atom("None")


def _var(ctx: Context, expr: EVar, env: Env) -> Code:
    return ctx.variable(env[expr.name])


def _val(ctx: Context, expr: EVal, env: Env) -> Code:
    meant, _ = ctx.shapes.resolve(expr)
    if not isinstance(meant, EVal):
        return ctx.value(meant, {})
    constant = ctx.shapes.constant(meant.ref)
    if constant is not None:
        return ctx.value(constant, {})
    arity = ctx.shapes.shape(meant.ref).arity
    if arity:
        return atom(ctx.link(*value_link(meant.ref, arity)))
    ctx.scope.calls = True
    memo = ctx.link(*ref_link(MEMO, meant.ref))
    compute = ctx.link(*ref_link(CONSTANT, meant.ref))
    total = ctx.shapes.is_total(meant)
    return Code(f"({memo} if {memo} is not U else {compute}())", pure=total)


def _int(ctx: Context, expr: EInt64, env: Env) -> Code:
    return atom(str(expr.value) if expr.value >= 0 else f"({expr.value})")


def decimal_atom(ctx: Context, value: Decimal) -> Code:
    """Give a Numeric constant."""
    return atom(ctx.link(DECIMAL, str(value)))


def function(ctx: Context, lam: Expr, env: Env, name: str, *, run: bool = False) -> int:
    """Write a function and give its arity; with `run`, its result is run too."""
    params, body = lambdas(lam)
    inner = dict(env)
    pythons = []
    for param, type_ in params:
        python = ctx.fresh("x")
        pythons.append(python)
        inner[param] = Var(atom(python), type_)
    with ctx.function(name, [*pythons, "fx"] if run else pythons):
        ctx.into(body, inner, RETURN, run=run)
    return len(params)


def _abs(ctx: Context, expr: EAbs, env: Env) -> Code:
    name = ctx.fresh("l")
    arity = function(ctx, expr, env, name)
    return Code(f"Fun({arity}, {name})", pure=True)


def _tuple(codes: list[Code]) -> Code:
    inner = ", ".join(code.text for code in codes)
    nesting = 1 + max((code.nesting for code in codes), default=0)
    text = f"({inner},)" if len(codes) == 1 else f"({inner})"
    return Code(text, pure=all(code.pure for code in codes), nesting=nesting)


def _rec_con(ctx: Context, expr: ERecCon, env: Env) -> Code:
    layout = ctx.shapes.record(expr.type)
    codes = ctx.operands([item for _, item in expr.fields], env)
    return _placed(ctx, [layout[name] for name, _ in expr.fields], codes)


def _placed(ctx: Context, places: list[int], codes: list[Code]) -> Code:
    """Build a tuple whose parts were evaluated in another order than they are stored."""
    if not codes:
        return _UNIT
    parts = list(codes)
    for at, code in zip(places, codes, strict=True):
        parts[at] = code
    return _tuple(parts)


def _rec_proj(ctx: Context, expr: ERecProj, env: Env) -> Code:
    at = ctx.shapes.record(expr.type)[expr.field]
    return _projected(ctx, ctx.value(expr.record, env), at)


def _projected(ctx: Context, owner: Code, at: int) -> Code:
    return Code(f"{owner.text}[{at}]", pure=owner.pure, nesting=owner.nesting + 1)


def _rec_upd(ctx: Context, expr: ERecUpd, env: Env) -> Code:
    layout = ctx.shapes.record(expr.type)
    new: dict[int, Code] = {}
    record: Expr = expr
    while isinstance(record, ERecUpd):
        code = ctx.spill(ctx.value(record.value, env))
        new.setdefault(layout[record.field], code)
        record = strip(record.record)
    return _updated(ctx, ctx.value(record, env), new, len(layout))


def _updated(ctx: Context, owner: Code, new: dict[int, Code], size: int) -> Code:
    base = ctx.spill(owner)
    parts = [new.get(at) or Code(f"{base.text}[{at}]", pure=True) for at in range(size)]
    return _tuple(parts)


def _variant_con(ctx: Context, expr: EVariantCon, env: Env) -> Code:
    head, _ = spine(expr.type)
    assert isinstance(head, TCon)
    rank = ctx.shapes.layout(head.ref)[expr.constructor]
    return _tuple([atom(str(rank)), ctx.value(expr.arg, env)])


def _enum_con(ctx: Context, expr: EEnumCon, env: Env) -> Code:
    return atom(str(ctx.shapes.layout(expr.ref)[expr.constructor]))


def _struct_con(ctx: Context, expr: EStructCon, env: Env) -> Code:
    order = {name: at for at, name in enumerate(sorted(name for name, _ in expr.fields))}
    codes = ctx.operands([item for _, item in expr.fields], env)
    return _placed(ctx, [order[name] for name, _ in expr.fields], codes)


def _struct_proj(ctx: Context, expr: EStructProj, env: Env) -> Code:
    meant, closed = ctx.shapes.resolve(expr)
    if closed and ctx.may_inline():
        with ctx.inlined(None):
            return ctx.value(meant, {})
    at, _ = _struct_index(ctx, expr.struct, expr.field, env)
    return _projected(ctx, ctx.value(expr.struct, env), at)


def _struct_index(ctx: Context, struct: Expr, field: str, env: Env) -> tuple[int, int]:
    found = ctx.typing.struct_index(struct, field, env)
    if found is None:
        raise InternalError(f"selection of {field} from a value that is not known to be a struct")
    return found


def _struct_upd(ctx: Context, expr: EStructUpd, env: Env) -> Code:
    at, size = _struct_index(ctx, expr.struct, expr.field, env)
    new = ctx.spill(ctx.value(expr.value, env))
    return _updated(ctx, ctx.value(expr.struct, env), {at: new}, size)


def _cons(ctx: Context, expr: ECons, env: Env) -> Code:
    *front, tail = ctx.operands([*expr.front, expr.tail], env)
    if len(front) > 4:
        listed = _tuple(front)
        return Code(f"to_cons({listed.text}, {tail.text})", pure=False)
    text = tail.text
    for code in reversed(front):
        text = f"({code.text}, {text})"
    nesting = max(code.nesting for code in [*front, tail]) + len(front)
    return Code(text, pure=all(code.pure for code in [*front, tail]), nesting=nesting)


HANDLERS = Handlers(
    value={
        EVar: _var,
        EVal: _val,
        EUnit: lambda ctx, expr, env: _UNIT,
        EBool: lambda ctx, expr, env: atom(str(bool(expr.value))),
        EInt64: _int,
        ENumeric: lambda ctx, expr, env: decimal_atom(ctx, expr.value),
        EText: lambda ctx, expr, env: atom(ascii(expr.value)),
        EDate: lambda ctx, expr, env: atom(f"({expr.days})"),
        ETimestamp: lambda ctx, expr, env: atom(f"({expr.micros})"),
        EFailureCategory: lambda ctx, expr, env: atom(str(expr.category)),
        EAbs: _abs,
        ERecCon: _rec_con,
        ERecProj: _rec_proj,
        ERecUpd: _rec_upd,
        EVariantCon: _variant_con,
        EEnumCon: _enum_con,
        EStructCon: _struct_con,
        EStructProj: _struct_proj,
        EStructUpd: _struct_upd,
        ENil: lambda ctx, expr, env: _UNIT,
        ECons: _cons,
        ENone: lambda ctx, expr, env: _NONE,
        ESome: lambda ctx, expr, env: _tuple([ctx.value(expr.value, env)]),
    }
)
