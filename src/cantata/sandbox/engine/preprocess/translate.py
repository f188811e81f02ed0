"""Untyped values read against a type, by the engine's rules for commands.

Records may come with labels in any order or without labels; missing Optional fields are None,
surplus fields are dropped when they are None. Numbers are brought to the type's scale if nothing
is lost. Nesting counts from 0 at the whole value and may reach 100, which also bounds recursion.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from cantata.kernel.ids import ContractId
from cantata.lf.codec.shapes import Shape, Shapes, bind
from cantata.lf.model import Builtin, EnumType, Packages, Record, Ref, Type, Variant
from cantata.lf.runtime.order import compare
from cantata.lf.runtime.values import GenMap, to_cons
from cantata.sandbox.engine.errors import (
    ArgumentNesting,
    ArgumentText,
    IllegalContractId,
    InvalidSubmission,
    TypeMismatch,
    UnknownDefinitionName,
)
from cantata.sandbox.engine.preprocess import untyped
from cantata.sandbox.engine.preprocess.untyped import OptionalArg, RecordArg, Untyped

_ordered = cmp_to_key(compare)

NESTING_MAX = 100
NUMERIC_DIGITS_MAX = 38
TYPE_TEXT_DEPTH_MAX = 20

_PARTY = re.compile(r"[A-Za-z0-9:\-_ ]{1,255}")
_LOCAL_ID_LENGTH = {"00": 66, "01": 26}


class Translator:
    """Reads untyped values as values of closed serializable types over a set of packages."""

    def __init__(self, packages: Packages) -> None:
        self._shapes = Shapes(packages)

    def translate(self, value: Untyped, type_: Type) -> Any:
        """Give an untyped value as a run-time value of the type, or raise why it is none."""
        return self._go(self._shapes.resolve(type_), value, 0)

    def _go(self, shape: Shape, value: Untyped, nesting: int) -> Any:
        if nesting > NESTING_MAX:
            raise ArgumentNesting(NESTING_MAX)
        if isinstance(shape.head, Ref):
            return self._data(shape, shape.head, value, nesting)
        scalar = _SCALARS.get(shape.head) if isinstance(shape.head, Builtin) else None
        if scalar is not None:
            kind, read = scalar
            return read(value) if isinstance(value, kind) else _mismatch(shape, value)
        return self._container(shape, value, nesting + 1)

    def _container(self, shape: Shape, value: Untyped, inner: int) -> Any:
        match shape.head, value:
            case Builtin.NUMERIC, untyped.NumericArg(number):
                return _numeric(number, shape.args[0].head)
            case Builtin.OPTIONAL, OptionalArg(content):
                return None if content is None else (self._go(shape.args[0], content, inner),)
            case Builtin.LIST, untyped.ListArg(items):
                return to_cons([self._go(shape.args[0], item, inner) for item in items])
            case Builtin.TEXTMAP, untyped.TextMapArg(entries):
                return {
                    legal_text(key): self._go(shape.args[0], item, inner) for key, item in entries
                }
            case Builtin.GENMAP, untyped.GenMapArg(pairs):
                return _genmap(
                    [
                        (self._go(shape.args[0], key, inner), self._go(shape.args[1], item, inner))
                        for key, item in pairs
                    ]
                )
        return _mismatch(shape, value)

    def _data(self, shape: Shape, ref: Ref, value: Untyped, nesting: int) -> Any:
        definition = self._shapes.packages.data_type(ref)
        env = bind(ref, definition.params, shape.args)
        match definition.cons, value:
            case Record(fields), RecordArg():
                shapes = tuple((name, self._shapes.resolve(type_, env)) for name, type_ in fields)
                return self._record(ref, shapes, value, nesting + 1)
            case Variant(constructors), untyped.VariantArg(constructor, payload):
                names = [name for name, _ in constructors]
                rank = _rank(names, constructor, f"variant {ref}")
                wanted = self._shapes.resolve(constructors[rank][1], env)
                return rank, self._go(wanted, payload, nesting + 1)
            case EnumType(names), untyped.EnumArg(constructor):
                return _rank(names, constructor, f"enumeration {ref}")
        return _mismatch(shape, value)

    def _record(
        self, ref: Ref, fields: tuple[tuple[str, Shape], ...], value: RecordArg, inner: int
    ) -> tuple[Any, ...]:
        labels = [label for label, _ in value.fields]
        if None in labels:
            given, surplus = _by_position(ref, fields, value)
        else:
            given, surplus = _by_label(fields, value)
        for (name, shape), item in zip(fields, given, strict=True):
            if item is None and shape.head is not Builtin.OPTIONAL:
                raise TypeMismatch(
                    f'Missing non-optional field "{name}", cannot upgrade non-optional fields.'
                )
        record = tuple(
            None if item is None else self._go(shape, item, inner)
            for (_, shape), item in zip(fields, given, strict=True)
        )
        for label, item in surplus:
            _require_none(label, item)
        return record


def legal_text(text: str) -> str:
    """Give a text back, or refuse U+0000 and halves of surrogate pairs."""
    if "\0" in text:
        raise ArgumentText("Text contains null character")
    if not text.isascii():
        for char in text:
            if "\ud800" <= char <= "\udbff":
                raise ArgumentText("Text contains unpaired high surrogate")
            if "\udc00" <= char <= "\udfff":
                raise ArgumentText("Text contains unpaired low surrogate")
    return text


Given = list[Untyped | None]
Surplus = list[tuple[str | None, Untyped]]


def _by_position(
    ref: Ref, fields: tuple[tuple[str, Shape], ...], value: RecordArg
) -> tuple[Given, Surplus]:
    given: Given = []
    for index, (name, _) in enumerate(fields):
        label, item = value.fields[index] if index < len(value.fields) else (None, None)
        if label is not None and label != name:
            raise TypeMismatch(
                f"Mismatching record field label '{label}' (expecting '{name}') for record {ref}"
            )
        given.append(item)
    return given, list(value.fields[len(fields) :])


def _by_label(fields: tuple[tuple[str, Shape], ...], value: RecordArg) -> tuple[Given, Surplus]:
    labelled: dict[str | None, Untyped] = {}
    for label, item in value.fields:
        if label in labelled:
            raise TypeMismatch(f"Duplicate label {label} in record")
        labelled[label] = item
    given: Given = [labelled.pop(name, None) for name, _ in fields]
    return given, list(labelled.items())


def _require_none(label: str | None, item: Untyped) -> None:
    if not isinstance(item, OptionalArg):
        named = "" if label is None else f' "{label}"'
        raise TypeMismatch(f"Found non-optional extra field{named}, cannot remove for downgrading.")
    if item.value is not None:
        named = "" if label is None else f' ("{label}")'
        raise TypeMismatch(
            f"An optional contract field{named} with a value of Some may not be dropped "
            "during downgrading."
        )


def _rank(names: list[str] | tuple[str, ...], constructor: str, where: str) -> int:
    if constructor not in names:
        raise UnknownDefinitionName(f"constructor {constructor} in {where}")
    return names.index(constructor)


def _genmap(pairs: list[tuple[Any, Any]]) -> GenMap:
    """Sort entries by key; of equal keys the last wins."""
    pairs.sort(key=lambda pair: _ordered(pair[0]))
    kept: list[tuple[Any, Any]] = []
    for pair in pairs:
        if kept and kept[-1][0] == pair[0]:
            kept.pop()
        kept.append(pair)
    return GenMap(tuple(key for key, _ in kept), tuple(item for _, item in kept))


def _numeric(number: Decimal, scale: object) -> Decimal:
    assert isinstance(scale, int), "the scale of a Numeric is a number"
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise TypeMismatch(f"{number} is no number")
    units = int("".join(map(str, digits)))
    shift = scale + exponent
    if shift < 0:
        units, lost = divmod(units, 10**-shift)
        if lost:
            raise TypeMismatch(
                f"Cannot represent {number:f} as (Numeric {scale}) without loss of precision"
            )
    elif shift <= NUMERIC_DIGITS_MAX or units == 0:
        units *= 10 ** min(shift, NUMERIC_DIGITS_MAX)
    else:
        raise TypeMismatch(f"Out-of-bounds (Numeric {scale}) {number:f}")
    if units >= 10**NUMERIC_DIGITS_MAX:
        raise TypeMismatch(f"Out-of-bounds (Numeric {scale}) {number:f}")
    return Decimal((sign if units else 0, tuple(map(int, str(units))), -scale))


def _contract_id(value: untyped.ContractIdArg) -> str:
    text = value.value
    if ContractId.pattern.fullmatch(text) is None:
        raise InvalidSubmission(f'cannot parse ContractId "{text[:255]}"')
    if len(text) == _LOCAL_ID_LENGTH[text[:2]]:
        version = "V1" if text.startswith("00") else "V2"
        raise IllegalContractId(text, f"non-suffixed {version} Contract IDs are forbidden")
    return text


def _party(value: untyped.PartyArg) -> str:
    if _PARTY.fullmatch(value.value) is None:
        raise InvalidSubmission(f"malformed Party {value.value[:255]!r}")
    return value.value


def _value(value: Any) -> Any:
    return value.value


def _unit(_value: Any) -> tuple[()]:
    return ()


_SCALARS: dict[Builtin, tuple[type[Untyped], Callable[[Any], Any]]] = {
    Builtin.UNIT: (untyped.UnitArg, _unit),
    Builtin.BOOL: (untyped.BoolArg, _value),
    Builtin.INT64: (untyped.Int64Arg, _value),
    Builtin.TEXT: (untyped.TextArg, lambda value: legal_text(value.value)),
    Builtin.PARTY: (untyped.PartyArg, _party),
    Builtin.DATE: (untyped.DateArg, _value),
    Builtin.TIMESTAMP: (untyped.TimestampArg, _value),
    Builtin.CONTRACT_ID: (untyped.ContractIdArg, _contract_id),
}


def _mismatch(shape: Shape, value: Untyped) -> Any:
    raise TypeMismatch(f"mismatching type: {_type_text(shape)} and value: {value}")


def _type_text(shape: Shape, depth: int = 0) -> str:
    """Print a type without its packages; what is nested absurdly deep is left out."""
    head = shape.head
    if isinstance(head, Builtin):
        name = _NAMES.get(head, head.name.title())
    else:
        name = head.qualified if isinstance(head, Ref) else str(head)
    if depth > TYPE_TEXT_DEPTH_MAX:
        return f"{name} …"
    args = [_type_text(arg, depth + 1) for arg in shape.args]
    return " ".join([name, *(f"({arg})" if " " in arg else arg for arg in args)])


_NAMES = {
    Builtin.CONTRACT_ID: "ContractId",
    Builtin.TEXTMAP: "TextMap",
    Builtin.GENMAP: "GenMap",
}
