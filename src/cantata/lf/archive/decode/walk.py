"""The walk over nested messages: one loop with its own stack, so that depth costs no recursion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from cantata.lf.archive.errors import (
    ArchiveError,
    InvalidPackage,
    LimitExceeded,
    MalformedMessage,
    UnknownField,
)
from cantata.lf.archive.schema import SCHEMA, rows
from cantata.lf.archive.wire import BYTES, FIXED64, PADDING, VARINT, read_varint

# What a field holds; the loop below asks in this order.
_MESSAGE, _MESSAGES, _NUMBER, _NUMBERS, _PACKED, _FIXED, _RAW = range(7)

_FIXED_FORMS = frozenset({"timestamp"})
_RAW_FORMS = frozenset({"written_type"})

MEMO_BYTES = 40
"""Messages up to this size are decoded once and shared: equal bytes mean equal things here."""

_UNSET = {
    "SelfOrImportedPackageId": "PackageId.SUM_NOT_SET",
    "DefDataType": "DefDataType.DATACONS_NOT_SET",
    "Type@ref": "SUM_NOT_SET is not supported outside type interning table",
    "Type@type_rep": "SUM_NOT_SET is not supported outside type interning table",
}

Field: TypeAlias = "tuple[int, int, Any]"
"""What the field holds, its slot, and the `Spec` or conversion of its content."""


class Spec:
    """One message: its fields by tag, defaults for what is absent, and what becomes of it."""

    __slots__ = ("blank", "build", "defaults", "memo", "name", "table")

    def __init__(self, name: str) -> None:
        self.name = name
        self.table: dict[int, Field] = {}
        self.blank: list[Any] = []
        self.defaults: list[tuple[int, Callable[[], Any]]] = []
        self.build: Callable[..., Any] = _unbound
        self.memo: dict[bytes, Any] = {}

    @property
    def wire_name(self) -> str:
        """Give the message's name in the published format."""
        return f"daml_lf_2.{self.name.partition('@')[0]}"


def _unbound(*_values: Any) -> Any:
    raise AssertionError("a message without meaning")


def method_name(message: str) -> str:
    """Give the builder's method for a message: ``Expr.RecCon`` → ``expr_rec_con``."""
    plain, _, variant = message.partition("@")
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in plain.replace(".", ""))
    return words.removeprefix("_") + (f"_{variant}" if variant else "")


_ROWS = {name: rows(text) for name, text in SCHEMA.items()}
_METHODS = {name: method_name(name) for name in SCHEMA}


def bind(builder: object) -> dict[str, Spec]:
    """Connect every message of the schema with the builder's method of its name."""
    specs = {name: Spec(name) for name in SCHEMA}
    for name, spec in specs.items():
        spec.build = getattr(builder, _METHODS[name])
        slots: dict[str, int] = {}
        for slot, number, form, mark in _ROWS[name]:
            alternative = slot in slots
            index = slots.setdefault(slot, len(slots))
            content = specs.get(form) or getattr(builder, form)
            _add_field(spec, number, index, content, form=form, repeated=mark in ("*", "+"))
            if not alternative and mark != "?":
                spec.defaults.append((index, _default(spec, slot, content, mark)))
        spec.blank = [None] * len(slots)
    return specs


def _add_field(
    spec: Spec, number: int, index: int, content: Any, *, form: str, repeated: bool
) -> None:
    """Enter a field under each tag that it may have on the wire."""
    table = spec.table
    if isinstance(content, Spec):
        table[number << 3 | BYTES] = (_MESSAGES if repeated else _MESSAGE, index, content)
    elif form in _FIXED_FORMS:
        table[number << 3 | FIXED64] = (_FIXED, index, content)
    elif form in _RAW_FORMS:
        table[number << 3 | BYTES] = (_RAW, index, content)
    elif repeated:
        table[number << 3 | VARINT] = (_NUMBERS, index, content)
        table[number << 3 | BYTES] = (_PACKED, index, content)
    else:
        table[number << 3 | VARINT] = (_NUMBER, index, content)


def _default(spec: Spec, slot: str, content: Any, mark: str) -> Callable[[], Any]:
    """Give what an absent field means: the value 0, the empty message, or a refusal."""
    if slot == "is":
        return _refuse(_UNSET.get(spec.name, f"{spec.name.partition('@')[0]}.SUM_NOT_SET"))
    if mark == "+":
        return _refuse(f"Unexpected empty {slot}")
    if mark == "*":
        return tuple
    if isinstance(content, Spec):
        return lambda: _complete(content, content.blank.copy())
    return lambda: content(0)


def _refuse(message: str) -> Callable[[], Any]:
    def refuse() -> Any:
        raise InvalidPackage(message)

    return refuse


def _complete(spec: Spec, values: list[Any]) -> Any:
    """Fill what is absent (a chain bounded by the schema) and build."""
    for slot, default in spec.defaults:
        if values[slot] is None:
            values[slot] = default()
    return spec.build(*values)


def walk(spec: Spec, message: bytes, max_depth: int) -> Any:
    """Decode one message, `max_depth` further levels deep at most; give what it was built into.

    Raise `ArchiveError`; the error's context names the path of messages down to the fault.
    """
    stack: list[tuple[Spec, list[Any], int, int, int, bytes | None]] = []
    try:
        return _walk(spec, message + PADDING, len(message), max_depth, stack)
    except ArchiveError as error:
        error.context.setdefault("path", " > ".join(frame[0].name for frame in stack))
        raise


# One loop on purpose: a call for each of a package's million fields would double the time.
def _walk(  # noqa: C901, PLR0912, PLR0915
    spec: Spec, data: bytes, end: int, max_depth: int, stack: list[Any]
) -> Any:
    table, values = spec.table, spec.blank.copy()
    pos = 0
    key: bytes | None = None
    while True:
        if pos < end:
            tag = data[pos]
            pos += 1
            if tag > 0x7F:
                tag, pos = read_varint(data, pos - 1)
            field = table.get(tag)
            if field is None:
                raise _refuse_tag(spec, tag)
            kind, slot, content = field
            if kind <= _MESSAGES:
                size = data[pos]
                pos += 1
                if size > 0x7F:
                    size, pos = read_varint(data, pos - 1)
                stop = pos + size
                if stop > end:
                    raise MalformedMessage(f"{spec.wire_name} ends inside a field")
                known = None
                memo_key = None
                if size <= MEMO_BYTES:
                    memo_key = data[pos:stop]
                    known = content.memo.get(memo_key)
                if known is None:
                    if len(stack) >= max_depth:
                        raise LimitExceeded("nesting of messages", max_depth)
                    stack.append((spec, values, end, kind, slot, key))
                    spec, end, key = content, stop, memo_key
                    table, values = spec.table, spec.blank.copy()
                    continue
                value, pos = known, stop
            elif kind <= _NUMBERS:
                number = data[pos]
                pos += 1
                if number > 0x7F:
                    number, pos = read_varint(data, pos - 1)
                value = content(number)
            else:
                value, pos = _read_rare(kind, content, data, pos, end)
        else:
            if pos > end:
                raise MalformedMessage(f"{spec.wire_name} ends inside a field")
            for absent, default in spec.defaults:
                if values[absent] is None:
                    values[absent] = default()
            value = spec.build(*values)
            if key is not None:
                spec.memo[key] = value
            if not stack:
                return value
            spec, values, end, kind, slot, key = stack.pop()
            table = spec.table
        if kind in _REPEATED:
            if values[slot] is None:
                values[slot] = []
            if kind == _PACKED:
                values[slot] += value
            else:
                values[slot].append(value)
        elif values[slot] is None:
            values[slot] = value
        else:
            raise MalformedMessage(f"{spec.wire_name} holds two values where one is allowed")


_REPEATED = frozenset({_MESSAGES, _NUMBERS, _PACKED})


def _read_rare(kind: int, content: Any, data: bytes, pos: int, end: int) -> tuple[Any, int]:
    """Read a field of fixed size, or of raw or packed content; give value and next position."""
    if kind == _FIXED:
        stop = pos + 8
    else:
        size, pos = read_varint(data, pos)
        stop = pos + size
    if stop > end:
        raise MalformedMessage("a message ends inside a field")
    if kind == _FIXED:
        return content(int.from_bytes(data[pos:stop], "little", signed=True)), stop
    if kind == _RAW:
        return content(data[pos:stop]), stop
    numbers = []
    while pos < stop:
        number, pos = read_varint(data, pos)
        numbers.append(content(number))
    if pos > stop:
        raise MalformedMessage("a packed field ends inside a number")
    return numbers, stop


def _refuse_tag(spec: Spec, tag: int) -> ArchiveError:
    number, form = tag >> 3, tag & 7
    if number == 0 or form in (6, 7):
        return MalformedMessage(f"{spec.wire_name} contains the invalid tag {tag}")
    return UnknownField(spec.wire_name, number)
