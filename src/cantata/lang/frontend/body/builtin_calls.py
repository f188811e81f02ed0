"""Calls of the functions of Python and of `cantata.lang` that take values to values."""

from __future__ import annotations

import ast
from collections.abc import Callable

from cantata.lang.diagnostics import expressions as rules
from cantata.lang.frontend.body import collections, literals
from cantata.lang.frontend.body.arguments import positional
from cantata.lang.frontend.body.context import Body
from cantata.lang.frontend.body.conversion import check
from cantata.lang.frontend.body.folding import apply
from cantata.lang.frontend.symbols import InterfaceInfo, TemplateInfo, source_of, span_of
from cantata.lang.frontend.vocabulary import CATEGORIES, FORBIDDEN
from cantata.lang.frontend.world import show
from cantata.lang.ir.expressions import (
    Apply,
    CoerceContractId,
    Expr,
    FromInterface,
    MapDisplay,
    Replace,
)
from cantata.lang.ir.operations import Op
from cantata.lang.ir.types import (
    DATE,
    DECIMAL,
    INT,
    PARTY,
    RELTIME,
    TEXT,
    TIME,
    NamedKind,
    TContractId,
    TList,
    TMap,
    TNamed,
    TOptional,
    TTextMap,
    Type,
)

_STRICT: dict[str, tuple[Op, tuple[Type, ...], Type]] = {
    "div": (Op.DIV_INT, (INT, INT), INT),
    "rem": (Op.REM_INT, (INT, INT), INT),
    "power": (Op.POWER_INT, (INT, INT), INT),
    "round_half_even": (Op.ROUND_DECIMAL, (DECIMAL, INT), DECIMAL),
    "to_int": (Op.TRUNCATE_DECIMAL, (DECIMAL,), INT),
    "to_decimal": (Op.INT_TO_DECIMAL, (INT,), DECIMAL),
    "parse_int": (Op.PARSE_INT, (TEXT,), TOptional(INT)),
    "parse_decimal": (Op.PARSE_DECIMAL, (TEXT,), TOptional(DECIMAL)),
    "parse_party": (Op.PARSE_PARTY, (TEXT,), TOptional(PARTY)),
    "sha256": (Op.SHA256, (TEXT,), TEXT),
    "Date": (Op.DATE_OF_DAYS, (INT,), DATE),
    "Time": (Op.TIME_OF_MICROSECONDS, (INT,), TIME),
    "RelTime": (Op.RELTIME_OF, (INT,), RELTIME),
}


def lang_call(body: Body, node: ast.Call, name: str, expected: Type | None) -> Expr | None:
    """Type the call of a name of `cantata.lang` that has no effect."""
    if name in _STRICT:
        op, types, result = _STRICT[name]
        operands = positional(body, node, name, types)
        return None if operands is None else apply(body, node, op, result, *operands)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(body, node, expected)
    if name == "require":
        body.add(node, rules.REQUIRE, detail="it has no value")
    elif name in ("Party", "ContractId"):
        body.add(node, rules.IDENTITY_LITERAL, type=name)
    elif name in CATEGORIES:
        body.add(node, rules.PATH_CALL, source=name)
    else:
        kind, instead = "part of a declaration", "use it in annotations and declarations"
        body.add(node, rules.NOT_A_VALUE, name=name, kind=kind, instead=instead)
    return None


def named_literal(body: Body, node: ast.Call, name: str, attribute: str) -> Expr | None:
    """Type ``Date.parse("…")``, ``Time.parse("…")`` and ``RelTime.of(…)``."""
    if (name, attribute) == ("RelTime", "of"):
        return literals.span(body, node)
    if attribute == "parse" and name in ("Date", "Time"):
        return literals.parsed(body, node, DATE if name == "Date" else TIME)
    body.add(node, rules.ATTRIBUTE, type=name, name=attribute, known="")
    return None


def python_call(body: Body, node: ast.Call, name: str) -> Expr | None:
    """Type the call of a function of Python."""
    match name:
        case "len":
            return _length(body, node)
        case "any" | "all":
            return collections.any_all(body, node, name)
        case "sum":
            return collections.total(body, node)
        case "min" | "max":
            return collections.extreme(body, node, name)
        case "sorted":
            return collections.arranged(body, node)
    if name in FORBIDDEN:
        why, instead = FORBIDDEN[name]
        body.add(node, rules.FORBIDDEN, name=name, why=why, instead=instead)
    else:
        body.add(node.func, rules.UNKNOWN_NAME, name=name)
    return None


def _length(body: Body, node: ast.Call) -> Expr | None:
    if len(node.args) != 1 or node.keywords:
        detail = f"{len(node.args)} by position"
        body.add(node, rules.ARGUMENTS, name="len", detail=detail, expected="len(xs)")
        return None
    value = body.infer(node.args[0])
    if value is None:
        return None
    match value.type:
        case TList():
            op = Op.LEN_LIST
        case TTextMap():
            op = Op.TEXTMAP_LEN
        case TMap():
            op = Op.MAP_LEN
        case _ if value.type == TEXT:
            op = Op.LEN_TEXT
        case _:
            shown = show(value.type)
            body.add(
                node,
                rules.TARGET,
                name="len",
                wanted="a list, map or Text",
                actual=shown,
                instead="give one of these",
            )
            return None
    return Apply(type=INT, span=span_of(node), op=op, operands=(value,))


def _decimal(body: Body, node: ast.Call, _expected: Type | None) -> Expr | None:
    return literals.decimal(body, node)


def _first(body: Body, node: ast.Call, _expected: Type | None) -> Expr | None:
    value = body.infer(node.args[0]) if len(node.args) == 1 and not node.keywords else None
    if value is not None and isinstance(value.type, TList):
        element = value.type.element
        if not isinstance(element, TOptional):
            type_ = TOptional(element)
            return Apply(type=type_, span=span_of(node), op=Op.HEAD_LIST, operands=(value,))
    wanted, instead = "a list of values that are not optional", "give such a list"
    actual = show(value.type) if value is not None else "something else"
    if value is not None or len(node.args) != 1:
        body.add(node, rules.TARGET, name="first", wanted=wanted, actual=actual, instead=instead)
    return None


def _map_display(body: Body, node: ast.Call, expected: Type | None) -> Expr | None:
    """Type ``TextMap()``, ``Map({k: v})`` and the like."""
    symbol = body.symbol(node.func)
    is_text = getattr(symbol, "name", "") == "TextMap"
    display = node.args[0] if node.args else ast.Dict(keys=[], values=[])
    if len(node.args) > 1 or node.keywords or not isinstance(display, ast.Dict):
        shown = "TextMap({key: value})" if is_text else "Map({key: value})"
        body.add(node, rules.ARGUMENTS, name=source_of(node.func), detail="", expected=shown)
        return None
    hint = expected if isinstance(expected, TTextMap if is_text else TMap) else None
    key: Type | None = TEXT if is_text else getattr(hint, "key", None)
    value: Type | None = getattr(hint, "value", None)
    items: list[tuple[Expr, Expr]] = []
    sound = True
    for key_node, value_node in zip(display.keys, display.values, strict=True):
        if key_node is None:
            why, instead = "entries are given one by one", "use m.insert(key, value)"
            body.add(value_node, rules.COLLECTION, what="`**`", why=why, instead=instead)
            sound = False
            continue
        left = check(body, key_node, key, "this key")
        right = check(body, value_node, value, "this value")
        key = key or (left.type if left else None)
        value = value or (right.type if right else None)
        if left is None or right is None:
            sound = False
        else:
            items.append((left, right))
    if not sound:
        return None
    if key is None or value is None or isinstance(value, TOptional):
        body.add(node, rules.CANNOT_INFER, source=source_of(node))
        return None
    type_ = TTextMap(value) if is_text else TMap(key, value)
    return MapDisplay(type=type_, span=span_of(node), items=tuple(items))


def _replace(body: Body, node: ast.Call, _expected: Type | None) -> Expr | None:
    if len(node.args) != 1 or any(word.arg is None for word in node.keywords):
        shown = "replace(record, field=value)"
        body.add(node, rules.ARGUMENTS, name="replace", detail="", expected=shown)
        return None
    record = body.infer(node.args[0])
    info = body.world.record(record.type) if record is not None else None
    if record is None:
        return None
    if info is None:
        shown = show(record.type)
        body.add(
            node,
            rules.TARGET,
            name="replace",
            wanted="a record",
            actual=shown,
            instead="give a record or payload",
        )
        return None
    fields: list[tuple[str, Expr]] = []
    sound = True
    for word in node.keywords:
        field = info.fields.get(word.arg or "")
        if field is None:
            known = "its fields are " + ", ".join(info.fields)
            body.add(word.value, rules.ATTRIBUTE, type=info.name, name=word.arg, known=known)
            sound = False
            continue
        value = check(body, word.value, field.type, f"{field.name} of {info.name}")
        sound = sound and value is not None
        if value is not None:
            fields.append((field.daml, value))
    if not sound:
        return None
    return Replace(type=record.type, span=span_of(node), record=record, fields=tuple(fields))


def _contract_type(body: Body, node: ast.Call, index: int, name: str) -> TNamed | None:
    """Read an argument that names a template or interface."""
    if len(node.args) == 2 and not node.keywords:
        found = body.symbol(node.args[index])
        if isinstance(found, TemplateInfo | InterfaceInfo):
            return found.type
        source = source_of(node.args[index])
        body.add(node.args[index], rules.CONVERSION, source=source, target="a contract type")
        return None
    shown = "coerce(cid, Token)" if name == "coerce" else "from_interface(Token, value)"
    body.add(node, rules.ARGUMENTS, name=name, detail="two by position", expected=shown)
    return None


def _coerce(body: Body, node: ast.Call, _expected: Type | None) -> Expr | None:
    target = _contract_type(body, node, 1, "coerce")
    value = body.infer(node.args[0]) if target is not None else None
    if value is None or target is None:
        return None
    if not isinstance(value.type, TContractId):
        source = source_of(node.args[0])
        body.add(node, rules.CONVERSION, source=source, target="a contract id")
        return None
    if value.type.target == target:
        return value
    return CoerceContractId(type=TContractId(target), span=span_of(node), value=value)


def _from_interface(body: Body, node: ast.Call, _expected: Type | None) -> Expr | None:
    target = _contract_type(body, node, 0, "from_interface")
    value = body.infer(node.args[1]) if target is not None else None
    if value is None or target is None:
        return None
    source = value.type
    fits = isinstance(source, TNamed) and source.kind is NamedKind.INTERFACE and source != target
    if not fits or not isinstance(source, TNamed) or not body.world.is_a(target, source):
        shown = f"an interface of {target.ref.name}"
        body.add(node, rules.CONVERSION, source=source_of(node.args[1]), target=shown)
        return None
    return FromInterface(type=TOptional(target), span=span_of(node), value=value, target=target)


_SPECIAL: dict[str, Callable[[Body, ast.Call, Type | None], Expr | None]] = {
    "Decimal": _decimal,
    "Map": _map_display,
    "TextMap": _map_display,
    "coerce": _coerce,
    "first": _first,
    "from_interface": _from_interface,
    "replace": _replace,
}
