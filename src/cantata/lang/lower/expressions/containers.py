"""How operations on lists and maps are written in Daml-LF."""

from __future__ import annotations

from collections.abc import Callable

from cantata.lang.ir import expressions as ix
from cantata.lang.ir import types as it
from cantata.lang.ir.operations import Op
from cantata.lang.lower import build
from cantata.lang.lower.context import Context
from cantata.lang.lower.names import UNUSED
from cantata.lf import model as lf

Values = tuple[lf.Expr, ...]
Writer = Callable[[Context, ix.Apply, Values], lf.Expr]


def _concat_list(context: Context, node: ix.Apply, values: Values) -> lf.Expr:
    front, tail = values
    element = _element(context, node.type)
    if isinstance(front, lf.ENil):
        return tail
    if isinstance(tail, lf.ENil):
        return front
    if isinstance(front, lf.ECons) and isinstance(front.tail, lf.ENil):
        return lf.ECons(element, front.front, tail)
    list_type = lf.list_of(element)
    x, rest = context.names.variable("x"), context.names.variable("rest")
    step = lf.EAbs(((x.name, element), (rest.name, list_type)), lf.ECons(element, (x,), rest))
    return build.fold_right(element, list_type, step, tail, front)


def _len_list(context: Context, node: ix.Apply, values: Values) -> lf.Expr:
    return build.count(_element(context, node.operands[0].type), values[0])


def _in_list(context: Context, node: ix.Apply, values: Values) -> lf.Expr:
    wanted, source = values
    element = context.type(node.operands[0].type)
    found, x = context.names.variable("found"), context.names.variable("x")
    same = build.call("EQUAL", (element,), x, wanted)
    step = lf.EAbs(
        ((found.name, lf.BOOL), (x.name, element)),
        build.branch(found, lf.EBool(value=True), same),
    )
    return build.fold_left(element, lf.BOOL, step, lf.EBool(value=False), source)


def _head_list(context: Context, node: ix.Apply, values: Values) -> lf.Expr:
    element = _element(context, node.operands[0].type)
    x = context.names.variable("x")
    return lf.ECase(
        values[0],
        (
            lf.Alternative(lf.PNil(), lf.ENone(element)),
            lf.Alternative(lf.PCons(x.name, UNUSED), lf.ESome(element, x)),
        ),
    )


def _element(context: Context, type_: it.Type) -> lf.Type:
    assert isinstance(type_, it.TList), type_
    return context.type(type_.element)


def _map_types(context: Context, type_: it.Type) -> tuple[lf.Type, ...]:
    if isinstance(type_, it.TTextMap):
        return (context.type(type_.value),)
    assert isinstance(type_, it.TMap), type_
    return (context.type(type_.key), context.type(type_.value))


def _map(name: str) -> Writer:
    def write(context: Context, node: ix.Apply, values: Values) -> lf.Expr:
        types = _map_types(context, node.operands[0].type)
        return build.call(name, types, *values[1:], values[0])

    return write


def _map_has(name: str) -> Writer:
    def write(context: Context, node: ix.Apply, values: Values) -> lf.Expr:
        types = _map_types(context, node.operands[1].type)
        found = build.call(name, types, *values)
        return build.is_none(found, yes=lf.EBool(value=False), no=lf.EBool(value=True))

    return write


def _textmap_parts(part: str) -> Writer:
    def write(context: Context, node: ix.Apply, values: Values) -> lf.Expr:
        (value,) = _map_types(context, node.operands[0].type)
        entry = lf.TStruct((("key", lf.TEXT), ("value", value)))
        element = lf.TEXT if part == "key" else value
        list_type = lf.list_of(element)
        x, rest = context.names.variable("entry"), context.names.variable("rest")
        step = lf.EAbs(
            ((x.name, entry), (rest.name, list_type)),
            lf.ECons(element, (lf.EStructProj(part, x),), rest),
        )
        entries = build.call("TEXTMAP_TO_LIST", (value,), values[0])
        return build.fold_right(entry, list_type, step, lf.ENil(element), entries)

    return write


WRITERS: dict[Op, Writer] = {
    Op.CONCAT_LIST: _concat_list,
    Op.LEN_LIST: _len_list,
    Op.IN_LIST: _in_list,
    Op.HEAD_LIST: _head_list,
    Op.TEXTMAP_GET: _map("TEXTMAP_LOOKUP"),
    Op.TEXTMAP_INSERT: _map("TEXTMAP_INSERT"),
    Op.TEXTMAP_DELETE: _map("TEXTMAP_DELETE"),
    Op.TEXTMAP_KEYS: _textmap_parts("key"),
    Op.TEXTMAP_VALUES: _textmap_parts("value"),
    Op.TEXTMAP_LEN: _map("TEXTMAP_SIZE"),
    Op.TEXTMAP_HAS: _map_has("TEXTMAP_LOOKUP"),
    Op.MAP_GET: _map("GENMAP_LOOKUP"),
    Op.MAP_INSERT: _map("GENMAP_INSERT"),
    Op.MAP_DELETE: _map("GENMAP_DELETE"),
    Op.MAP_KEYS: _map("GENMAP_KEYS"),
    Op.MAP_VALUES: _map("GENMAP_VALUES"),
    Op.MAP_LEN: _map("GENMAP_SIZE"),
    Op.MAP_HAS: _map_has("GENMAP_LOOKUP"),
}
"""What writes each operation on lists and maps."""
