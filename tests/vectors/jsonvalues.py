"""Run-time values in the JSON of the frozen answers, and errors in theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from cantata.lf.model import (
    Builtin,
    EnumType,
    Packages,
    Record,
    TApp,
    TBuiltin,
    TCon,
    TForall,
    TStruct,
    Type,
    Variant,
    spine,
)
from cantata.lf.runtime.errors import FailureStatus, InterpretationError
from cantata.lf.runtime.translate.typing import Typing
from cantata.lf.runtime.values import Value, from_cons

FIXED = (
    "0001080f161d242b323940474e555c636a71787f868d949ba2a9b0b7bec5ccd3daca100000",
    "000e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9e0e7ca100001",
    "001b222930373e454c535a61686f767d848b9299a0a7aeb5bcc3cad1d8dfe6edf4ca100002",
    "00282f363d444b525960676e757c838a91989fa6adb4bbc2c9d0d7dee5ecf3fa01ca100003",
    "00353c434a51585f666d747b828990979ea5acb3bac1c8cfd6dde4ebf2f900070e",
    "00424950575e656c737a81888f969da4abb2b9c0c7ced5dce3eaf1f8ff060d141b",
)
"""The contract ids that the vectors call ``$fixed0`` to ``$fixed5``."""

ARITHMETIC = "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError"

_NAMES = {cid: f"$fixed{at}" for at, cid in enumerate(FIXED)}
_SIMPLE: dict[Builtin, Callable[[Any], Any]] = {
    Builtin.UNIT: lambda value: {"unit": True},
    Builtin.BOOL: lambda value: value,
    Builtin.INT64: lambda value: {"int64": str(value)},
    Builtin.TEXT: lambda value: _NAMES.get(value, value),
    Builtin.DATE: lambda value: {"date": _date(value)},
    Builtin.TIMESTAMP: lambda value: {"timestamp": str(value)},
    Builtin.PARTY: lambda value: {"party": value},
    Builtin.FAILURE_CATEGORY: lambda value: {"failureCategory": value},
}


_Part = Callable[[Any], Any]


class JsonValues:
    """Prints values of the types of a package; its own types are named without its id."""

    def __init__(self, packages: Packages, own: str) -> None:
        self.packages = packages
        self.own = own
        self.typing = Typing(packages)

    def name(self, type_: Type) -> str:
        """Print a type constructor."""
        head, _ = spine(type_)
        assert isinstance(head, TCon)
        ref = head.ref
        return ref.qualified if ref.package == self.own else str(ref)

    def json(self, value: Value, type_: Type) -> Any:
        """Print a value."""
        type_ = self.typing.expand(type_)
        head, args = spine(type_)
        if isinstance(head, TForall):
            return {"function": True}
        if isinstance(head, TStruct):
            fields = sorted(head.fields)
            parts = zip(fields, value, strict=True)
            return {"struct": [[name, self.json(part, item)] for (name, item), part in parts]}
        if isinstance(head, TCon):
            return self._data(value, type_, head)
        assert isinstance(head, TBuiltin)
        return self._builtin(value, head.builtin, args)

    def _builtin(self, value: Value, builtin: Builtin, args: tuple[Type, ...]) -> Any:
        if builtin in _SIMPLE:
            return _SIMPLE[builtin](value)
        parts = [partial(self.json, type_=part) for part in args]
        return _CONTAINERS[builtin](self, value, parts)

    def _data(self, value: Value, type_: Type, head: TCon) -> Any:
        name = self.name(type_)
        match self.packages.data_type(head.ref).cons:
            case Record():
                fields = self.typing.fields(type_).items()
                parts = zip(fields, value, strict=True)
                return {
                    "record": [[field, self.json(part, item)] for (field, item), part in parts],
                    "type": name,
                }
            case Variant():
                rank, payload = value
                constructor, item = list(self.typing.fields(type_).items())[rank]
                return {
                    "variant": constructor,
                    "value": self.json(payload, item),
                    "type": name,
                }
            case EnumType(constructors=constructors):
                return {"enum": constructors[value], "type": name}
        raise AssertionError(f"no JSON for {name}")


_CONTAINERS: dict[Builtin, Callable[[JsonValues, Any, Sequence[_Part]], Any]] = {
    Builtin.NUMERIC: lambda printer, value, parts: _numeric(value),
    Builtin.CONTRACT_ID: lambda printer, value, parts: {"contractId": _NAMES.get(value, value)},
    Builtin.OPTIONAL: lambda printer, value, parts: (
        {"none": True} if value is None else {"some": parts[0](value[0])}
    ),
    Builtin.LIST: lambda printer, value, parts: [parts[0](item) for item in from_cons(value)],
    Builtin.TEXTMAP: lambda printer, value, parts: {
        "textMap": [[key, parts[0](value[key])] for key in sorted(value)]
    },
    Builtin.GENMAP: lambda printer, value, parts: {
        "genMap": [[parts[0](key), parts[1](item)] for key, item in value.items()]
    },
    Builtin.ANY: lambda printer, value, parts: {
        "any": printer.json(value.value, value.type),
        "type": printer.name(value.type),
    },
    Builtin.TYPE_REP: lambda printer, value, parts: {"typeRep": printer.name(value.type)},
    Builtin.ARROW: lambda printer, value, parts: {"function": True},
    Builtin.UPDATE: lambda printer, value, parts: {"function": True},
}


def error_json(error: InterpretationError) -> dict[str, Any]:
    """Print an error."""
    shown: dict[str, Any] = {"kind": error.kind, "message": error.message}
    if error.pretty != error.message:
        shown["pretty"] = error.pretty
    if isinstance(error, FailureStatus):
        if error.error_id == ARITHMETIC:
            shown["kind"] = "ArithmeticError"
        shown.update(errorId=error.error_id, category=error.category)
        if error.metadata:
            shown["metadata"] = error.metadata
    return shown


def update_result(type_: Type) -> Type:
    """Give the type of the result of an update."""
    assert isinstance(type_, TApp)
    return type_.arg


def _date(days: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def _numeric(value: Decimal) -> dict[str, Any]:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    text = format(value, "f")
    return {"numeric": text if exponent else f"{text}.", "scale": -exponent}
