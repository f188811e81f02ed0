"""Checks of values as Python code: what is looked at in small types stands in one function.

A check is called for every argument, payload and result; a function for each part of a type would
take several times as long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cantata.lf.runtime.bounded import Metered
from cantata.lf.runtime.errors import MalformedText
from cantata.lf.runtime.values import Value

Check = Callable[[Value], None]

INLINE_MAX = 60
"""Most parts of a type that one function looks at; larger parts get functions of their own."""

BLOCKS_MAX = 8
"""Most loops and conditions that stand inside each other."""


def check_text(text: str) -> None:
    """Refuse a text that holds U+0000 or half of a surrogate pair."""
    if "\0" in text:
        raise MalformedText("Text contains null character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise MalformedText("Text contains unpaired surrogate") from None


def nothing(value: Value) -> None:
    """Accept any value of a type that has only legal values."""


@dataclass(frozen=True, slots=True)
class Look:
    """What to look at in a value.

    `form` is ``text``, ``optional``, ``list``, ``textmap``, ``genmap``, ``record``, ``variant`` or
    ``call``; `parts` are what to look at in its parts (None: at nothing), `check` is what to call.
    """

    form: str
    parts: tuple[Look | None, ...] = ()
    check: Check = nothing
    size: int = 1


TEXT = Look("text")


def call(check: Check) -> Look:
    """Look at a value by calling a function."""
    return Look("call", (), check)


def inside(form: str, parts: tuple[Look | None, ...], machine: Metered) -> Look | None:
    """Look at the parts of a value, if there is something to look at."""
    if form != "textmap" and all(part is None for part in parts):
        return None
    size = 1 + sum(part.size for part in parts if part is not None)
    if size <= INLINE_MAX:
        return Look(form, parts, nothing, size)
    apart = [None if part is None else _apart(part, machine) for part in parts]
    whole = Look(form, tuple(apart))
    return call(compiled(whole, machine))


def _apart(part: Look, machine: Metered) -> Look:
    return part if part.size == 1 else call(compiled(part, machine))


def compiled(look: Look | None, machine: Metered) -> Check:
    """Give the function that looks at a value."""
    if look is None:
        return nothing
    if look.form == "call":
        return look.check
    return _Writer(machine).function(look)


class _Writer:
    """Writes one function."""

    def __init__(self, machine: Metered) -> None:
        self._machine = machine
        self._lines: list[str] = []
        self._scope: dict[str, Any] = {"__builtins__": {}, "machine": machine, "text": check_text}
        self._names = 0

    def function(self, look: Look) -> Check:
        """Give the function of one argument."""
        self._write(look, "value", 1)
        source = "\n".join(["def check(value):", *self._lines])
        exec(compile(source, "<check>", "exec", dont_inherit=True), self._scope)
        check: Check = self._scope["check"]
        return check

    def _write(self, look: Look | None, value: str, depth: int) -> None:
        if look is None:
            return
        if look.form == "call" or depth > BLOCKS_MAX:
            name = self._name("c")
            self._scope[name] = compiled(look, self._machine)
            self._line(depth, f"{name}({value})")
        else:
            getattr(self, f"_{look.form}")(look, value, depth)

    def _text(self, _: Look, value: str, depth: int) -> None:
        self._line(depth, f'if not {value}.isascii() or "\\0" in {value}: text({value})')

    def _optional(self, look: Look, value: str, depth: int) -> None:
        self._line(depth, f"if {value} is not None:")
        self._part(look.parts[0], f"{value}[0]", depth + 1)

    def _list(self, look: Look, value: str, depth: int) -> None:
        head, rest = self._name("h"), self._name("r")
        self._line(depth, f"{rest} = {value}")
        self._line(depth, f"while {rest}:")
        self._line(depth + 1, f"{head}, {rest} = {rest}")
        self._tick(depth + 1)
        self._write(look.parts[0], head, depth + 1)

    def _textmap(self, look: Look, value: str, depth: int) -> None:
        self._entries((TEXT, *look.parts), value, depth)

    def _genmap(self, look: Look, value: str, depth: int) -> None:
        self._entries(look.parts, value, depth)

    def _entries(self, looks: tuple[Look | None, ...], value: str, depth: int) -> None:
        key, item = self._name("k"), self._name("v")
        self._line(depth, f"for {key}, {item} in {value}.items():")
        self._tick(depth + 1)
        self._write(looks[0], key, depth + 1)
        self._write(looks[1], item, depth + 1)

    def _record(self, look: Look, value: str, depth: int) -> None:
        for at, part in enumerate(look.parts):
            self._part(part, f"{value}[{at}]", depth)

    def _variant(self, look: Look, value: str, depth: int) -> None:
        rank, payload = self._name("n"), self._name("p")
        self._line(depth, f"{rank}, {payload} = {value}")
        for at, part in enumerate(look.parts):
            if part is not None:
                self._line(depth, f"if {rank} == {at}:")
                self._write(part, payload, depth + 1)

    def _part(self, part: Look | None, value: str, depth: int) -> None:
        if part is not None:
            name = self._name("x")
            self._line(depth, f"{name} = {value}")
            self._write(part, name, depth)

    def _tick(self, depth: int) -> None:
        self._line(depth, "for _ in machine.budget.ticks: break")

    def _line(self, depth: int, code: str) -> None:
        self._lines.append(" " * depth + code)

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}{self._names}"
