"""Types, kinds and references as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from cantata.lf.model import (
    Builtin,
    KArrow,
    Kind,
    KNat,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    TForall,
    TNat,
    TStruct,
    TSyn,
    TVar,
    Type,
    spine,
)
from cantata.lf.steps import Steps, each, run

Label: TypeAlias = Callable[[str], str]
"""How a package is called in text: nothing for the package at hand."""

_NAMES = {
    Builtin.UNIT: "Unit",
    Builtin.BOOL: "Bool",
    Builtin.INT64: "Int64",
    Builtin.DATE: "Date",
    Builtin.TIMESTAMP: "Timestamp",
    Builtin.NUMERIC: "Numeric",
    Builtin.PARTY: "Party",
    Builtin.TEXT: "Text",
    Builtin.CONTRACT_ID: "ContractId",
    Builtin.OPTIONAL: "Optional",
    Builtin.LIST: "List",
    Builtin.GENMAP: "GenMap",
    Builtin.ANY: "Any",
    Builtin.ANY_EXCEPTION: "AnyException",
    Builtin.TYPE_REP: "TypeRep",
    Builtin.ARROW: "->",
    Builtin.UPDATE: "Update",
    Builtin.FAILURE_CATEGORY: "FailureCategory",
    Builtin.TEXTMAP: "TextMap",
}
_ATOM, _APPLICATION, _ARROW, _FORALL = range(4)

_Shown: TypeAlias = "tuple[str, int]"


def short_label(package_id: str) -> str:
    """Call a package by the first eight digits of its id."""
    return package_id[:8]


def show_ref(ref: Ref, label: Label) -> str:
    """Give ``Module:Name``, or ``package:Module:Name`` for another package."""
    package = label(ref.package)
    return f"{package}:{ref.qualified}" if package else ref.qualified


def show_kind(kind: Kind) -> str:
    """Give a kind: ``*``, ``nat`` or ``* -> *``."""
    return run(kind, _kind_steps)[0]


def show_params(params: tuple[tuple[str, Kind], ...]) -> str:
    """Give type parameters: names alone where the kind is ``*``."""
    shown = []
    for name, kind in params:
        text = show_kind(kind)
        shown.append(name if text == "*" else f"({name} : {text})")
    return " ".join(shown)


def _kind_steps(kind: Kind) -> Steps[Kind, _Shown]:
    if isinstance(kind, KArrow):
        param = _within((yield kind.param), _APPLICATION)
        result, _ = yield kind.result
        return f"{param} -> {result}", _ARROW
    return "nat" if isinstance(kind, KNat) else "*", _ATOM


def show_type(type_: Type, label: Label = short_label) -> str:
    """Give a type on one line."""

    def steps(inner: Type) -> Steps[Type, _Shown]:
        return _type_steps(inner, label)

    return run(type_, steps)[0]


def _type_steps(type_: Type, label: Label) -> Steps[Type, _Shown]:
    match type_:
        case TVar(name):
            return name, _ATOM
        case TNat(value):
            return str(value), _ATOM
        case TCon(ref):
            return show_ref(ref, label), _ATOM
        case TBuiltin(builtin):
            return _NAMES[builtin], _ATOM
        case TSyn(ref, args):
            shown: list[_Shown] = yield from each(args)
            return _applied(f"|{show_ref(ref, label)}|", shown)
        case TStruct(fields):
            types: list[_Shown] = yield from each([field for _, field in fields])
            pairs = zip(fields, types, strict=True)
            return f"<{', '.join(f'{name}: {text}' for (name, _), (text, _) in pairs)}>", _ATOM
        case TForall(var, kind, body):
            inner, _ = yield body
            return f"forall {show_params(((var, kind),))}. {inner}", _FORALL
        case TApp():
            return (yield from _application_steps(type_))


def _application_steps(type_: TApp) -> Steps[Type, _Shown]:
    head, args = spine(type_)
    shown: list[_Shown] = yield from each(args)
    if head == TBuiltin(Builtin.ARROW) and len(shown) == 2:
        return f"{_within(shown[0], _APPLICATION)} -> {_within(shown[1], _ARROW)}", _ARROW
    return _applied(_within((yield head), _ATOM), shown)


def _applied(head: str, args: list[_Shown]) -> _Shown:
    if not args:
        return head, _ATOM
    return " ".join([head, *(_within(arg, _ATOM) for arg in args)]), _APPLICATION


def _within(shown: _Shown, level: int) -> str:
    text, own = shown
    return text if own <= level else f"({text})"
