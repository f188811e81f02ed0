"""The vectors' form of values in ledger files, read and written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from cantata.lf.codec.shapes import Shape, Shapes, bind
from cantata.lf.model import Builtin, EnumType, Packages, Record, Ref, Type, Variant
from cantata.lf.runtime.values import from_cons
from cantata.sandbox.engine.preprocess import untyped
from cantata.sandbox.engine.preprocess.untyped import Untyped

DAYS_TO_1970 = 719_163

Rename = Callable[[str], str]


def read(value: Any, rename: Rename) -> Untyped:
    """Read a value; `rename` gives the real contract id for a name such as ``$c0``."""
    if isinstance(value, bool):
        return untyped.BoolArg(value)
    if isinstance(value, str):
        return untyped.TextArg(value)
    if isinstance(value, list):
        return untyped.ListArg(tuple(read(item, rename) for item in value))
    if "scale" in value:
        return untyped.NumericArg(_decimal(value["numeric"], value["scale"]))
    if "variant" in value:
        return untyped.VariantArg(value["variant"], read(value["value"], rename))
    ((form, content),) = value.items()
    if form == "contractId":
        return untyped.ContractIdArg(rename(content))
    return _CONTAINERS[form](content, rename) if form in _CONTAINERS else _SCALARS[form](content)


def _labelled(content: list[Any], rename: Rename) -> Untyped:
    return untyped.RecordArg(tuple((label, read(item, rename)) for label, item in content))


def _textmap(content: list[Any], rename: Rename) -> Untyped:
    return untyped.TextMapArg(tuple((key, read(item, rename)) for key, item in content))


def _genmap(content: list[Any], rename: Rename) -> Untyped:
    return untyped.GenMapArg(
        tuple((read(key, rename), read(item, rename)) for key, item in content)
    )


_CONTAINERS: dict[str, Callable[[Any, Rename], Untyped]] = {
    "none": lambda _content, _rename: untyped.OptionalArg(None),
    "some": lambda content, rename: untyped.OptionalArg(read(content, rename)),
    "record": lambda content, rename: _labelled([(None, item) for item in content], rename),
    "labelled": _labelled,
    "textMap": _textmap,
    "genMap": _genmap,
}

_SCALARS: dict[str, Callable[[Any], Untyped]] = {
    "int64": lambda text: untyped.Int64Arg(int(text)),
    "date": lambda text: untyped.DateArg(_days(text)),
    "timestamp": lambda text: untyped.TimestampArg(int(text)),
    "party": untyped.PartyArg,
    "unit": lambda _content: untyped.UnitArg(),
    "enum": untyped.EnumArg,
}


class Printer:
    """Writes typed values as the engine stores them: no labels, no trailing None."""

    def __init__(self, packages: Packages, rename: Rename) -> None:
        self._shapes = Shapes(packages)
        self._rename = rename

    def write(self, value: Any, type_: Type) -> Any:
        """Write a value of a type."""
        return self._write(self._shapes.resolve(type_), value)

    def _write(self, shape: Shape, value: Any) -> Any:
        match shape.head:
            case Ref():
                return self._data(shape.head, shape, value)
            case Builtin.OPTIONAL:
                if value is None:
                    return {"none": True}
                return {"some": self._write(shape.args[0], value[0])}
            case Builtin.LIST:
                return [self._write(shape.args[0], item) for item in from_cons(value)]
            case Builtin.TEXTMAP:
                return {
                    "textMap": [[k, self._write(shape.args[0], value[k])] for k in sorted(value)]
                }
            case Builtin.GENMAP:
                key, item = shape.args
                return {
                    "genMap": [
                        [self._write(key, k), self._write(item, v)] for k, v in value.items()
                    ]
                }
        return self._scalar(shape, value)

    def _scalar(self, shape: Shape, value: Any) -> Any:
        match shape.head:
            case Builtin.UNIT:
                return {"unit": True}
            case Builtin.INT64:
                return {"int64": str(value)}
            case Builtin.NUMERIC:
                text = format(value, "f")
                return {
                    "numeric": text if "." in text else f"{text}.",
                    "scale": shape.args[0].head,
                }
            case Builtin.DATE:
                return {"date": _date_text(value)}
            case Builtin.TIMESTAMP:
                return {"timestamp": str(value)}
            case Builtin.PARTY:
                return {"party": value}
            case Builtin.CONTRACT_ID:
                return {"contractId": self._rename(value)}
        return value

    def _data(self, ref: Ref, shape: Shape, value: Any) -> Any:
        definition = self._shapes.packages.data_type(ref)
        env = bind(ref, definition.params, shape.args)
        match definition.cons:
            case Record(fields):
                items = [
                    self._write(self._shapes.resolve(type_, env), item)
                    for (_, type_), item in zip(fields, value, strict=True)
                ]
                while items and items[-1] == {"none": True}:
                    items.pop()
                return {"record": items}
            case Variant(constructors):
                name, type_ = constructors[value[0]]
                payload = self._write(self._shapes.resolve(type_, env), value[1])
                return {"variant": name, "value": payload}
            case EnumType(names):
                return {"enum": names[value]}
        raise AssertionError(f"no values of {ref}")


def _decimal(text: str, scale: int) -> Decimal:
    number = Decimal(text.rstrip("."))
    assert -int(number.as_tuple().exponent) == scale, f"{text} has another scale than {scale}"
    return number


def _days(text: str) -> int:
    return date.fromisoformat(text).toordinal() - DAYS_TO_1970


def _date_text(days: int) -> str:
    return date.fromordinal(days + DAYS_TO_1970).isoformat()
