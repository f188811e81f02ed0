"""Random well-typed contract modules, to compare plain Python with compiled Daml-LF."""

from __future__ import annotations

import random
from collections.abc import Callable

HEAD = """
from __future__ import annotations

from cantata.lang import (
    Constructor, Decimal, Record, Text, div, first, function, package, parse_int, power, rem,
    replace, require, round_half_even, to_decimal, to_int,
)

PACKAGE = package("random", "1.0.0", module="Random")
LIMIT = 9223372036854775807


class Pair(Record):
    left: int
    right: Decimal


class Whole(Constructor):
    n: int
    pair: Pair


class Nothing(Constructor):
    pass


Shape = Whole | Nothing


@function
def half(n: int) -> int:
    require(rem(n, 2) == 0, "odd", f"{n} is odd", n=n)
    return div(n, 2)


@function
def shape(n: int, x: Decimal) -> Shape:
    if n > 2:
        return Whole(n=n, pair=Pair(right=x / Decimal("3"), left=n * n))
    return Nothing()


@function
def f(
    n: int, m: int, x: Decimal, t: Text, b: bool, o: int | None, xs: list[int], ds: list[Decimal]
) -> Text:
"""

_INTS = ("0", "1", "2", "-1", "3", "7", "LIMIT", "9223372036854775806", "-9223372036854775808")
_DECIMALS = ("0", "1.5", "-2.5", "0.0000000001", "9999999999999999999999999999", "3", "0.3")
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


class Programs:
    """Writes one module; the same seed writes the same. Texts and lists do not grow in loops."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._lines: list[str] = []
        self._names = {
            "int": ["n", "m"],
            "Decimal": ["x"],
            "Text": ["t"],
            "bool": ["b"],
            "list[int]": ["xs"],
            "list[Decimal]": ["ds"],
        }
        self._count = 0
        self._in_loop = False

    def module(self) -> str:
        """Write a module with a function `f`."""
        self._block(1, self._rng.randint(2, 6))
        shown = " ".join(f"{{{name}}}" for name in self._names["int"] + self._names["Decimal"])
        self._line(1, f'return f"{shown} " + {self._text(2)}')
        return HEAD + "\n".join(self._lines) + "\n"

    def _line(self, level: int, text: str) -> None:
        self._lines.append("    " * level + text)

    def _pick(self, *options: Callable[[], str]) -> str:
        return self._rng.choice(options)()

    def _new(self, type_: str) -> str:
        self._count += 1
        name = f"v{self._count}"
        self._names[type_].append(name)
        return name

    def _block(self, level: int, count: int) -> None:
        for _ in range(count):
            kinds = (
                self._assign_new,
                self._assign,
                self._if,
                self._for,
                self._return,
                self._match,
                self._none,
                self._require,
                self._optional,
                self._variant,
            )
            self._rng.choice(kinds)(level)

    def _inner(self, level: int) -> None:
        """Write a block whose new names do not outlive it."""
        if level > 3:
            self._assign(level)
            return
        before = {type_: list(names) for type_, names in self._names.items()}
        self._block(level, self._rng.randint(1, 2))
        self._assign(level)
        self._names = before

    def _assign_new(self, level: int) -> None:
        type_ = self._rng.choice(("int", "Decimal", "Text", "bool", "list[int]"))
        value = self._of(type_, 2)
        self._line(level, f"{self._new(type_)} = {value}")

    def _assign(self, level: int) -> None:
        types = ("int", "Decimal") if self._in_loop else ("int", "Decimal", "Text", "list[int]")
        type_ = self._rng.choice(types)
        self._line(level, f"{self._rng.choice(self._names[type_])} = {self._of(type_, 2)}")

    def _if(self, level: int) -> None:
        self._line(level, f"if {self._bool(2)}:")
        self._inner(level + 1)
        if self._rng.random() < 0.5:
            self._line(level, "else:")
            self._inner(level + 1)

    def _for(self, level: int) -> None:
        self._count += 1
        name, type_ = f"i{self._count}", self._rng.choice(("int", "Decimal"))
        self._line(level, f"for {name} in {self._of(f'list[{type_}]', 1)}:")
        outer, self._in_loop = self._in_loop, True
        self._names[type_].append(name)
        self._inner(level + 1)
        self._names[type_].remove(name)
        self._in_loop = outer

    def _return(self, level: int) -> None:
        self._line(level, f"if {self._bool(1)}:")
        self._line(level + 1, f"return {self._text(2)}")

    def _match(self, level: int) -> None:
        self._count += 1
        self._line(level, f"match shape({self._int(1)}, {self._decimal(1)}):")
        self._line(level + 1, f"case Whole(n=k{self._count}, pair=p{self._count}):")
        self._names["int"].append(f"k{self._count}")
        self._names["Decimal"].append(f"p{self._count}.right")
        names = (f"k{self._count}", f"p{self._count}.right")
        self._line(level + 2, f"n = {self._int(1)}")
        self._names["Decimal"].remove(names[1])
        self._names["int"].remove(names[0])
        self._line(level + 1, "case Nothing():")
        self._line(level + 2, f"m = {self._int(1)}")

    def _none(self, level: int) -> None:
        self._line(level, f"if o is None{self._rng.choice(('', ' or o > 3'))}:")
        self._line(level + 1, f"n = {self._int(1)}")
        self._line(level, "else:")
        self._line(level + 1, f"n = o + {self._int(1)}")

    def _optional(self, level: int) -> None:
        """Write an optional name that is tested, filled, and rebound in a loop."""
        self._count += 1
        name = f"w{self._count}"
        value = self._rng.choice(("None", "o", self._int(1)))
        self._line(level, f"{name}: int | None = {value}")
        for _ in range(self._rng.randint(1, 3)):
            self._rng.choice((self._fill, self._best, self._leave, self._use))(level, name)

    def _fill(self, level: int, name: str) -> None:
        self._line(level, f"if {name} is None:")
        self._line(level + 1, f"{name} = {self._int(1)}")
        self._line(level, f"n = {name} - {self._int(1)}")
        if self._rng.random() < 0.5:
            self._line(level, f"{name} = {self._rng.choice(('None', 'o', self._int(1)))}")

    def _best(self, level: int, name: str) -> None:
        self._line(level, f"for e in {self._ints(1)}:")
        test = self._rng.choice((f"{name} is None or e > {name}", f"not ({name} is not None)"))
        self._line(level + 1, f"if {test}:")
        self._line(level + 2, f"{name} = {self._rng.choice(('e', f'e + {self._int(0)}', 'None'))}")
        if self._rng.random() < 0.5:
            self._line(level + 1, f"elif {name} is not None:")
            self._line(level + 2, f"m = {name}")

    def _leave(self, level: int, name: str) -> None:
        self._line(level, f"if {name} is None{self._rng.choice(('', f' or {name} > 5'))}:")
        self._line(level + 1, f"return {self._text(1)}")
        self._line(level, f"m = {name} + {self._int(0)}")

    def _use(self, level: int, name: str) -> None:
        self._line(level, f"match {name}:")
        self._line(level + 1, "case None:")
        self._line(level + 2, f"{name} = {self._rng.choice(('o', self._int(1)))}")
        self._line(level + 1, "case k:")
        self._line(level + 2, f"n = k + {name}")
        self._line(level, f"if {name} is not None and {name} > {self._int(1)}:")
        self._line(level + 1, f"m = {name}")

    def _variant(self, level: int) -> None:
        """Write a name that holds a variant and is rebound in a loop."""
        self._count += 1
        name = f"s{self._count}"
        self._line(level, f"{name} = shape({self._int(1)}, x)")
        self._line(level, f"for e in {self._ints(1)}:")
        self._line(level + 1, f"match {name}:")
        self._line(level + 2, "case Whole(n=k):")
        self._line(level + 3, f"m = {name}.n - {name}.pair.left")
        if self._rng.random() < 0.5:
            self._line(level + 3, f"{name} = shape(k - 1, {name}.pair.right)")
        self._line(level + 2, f"case {self._rng.choice(('_', 'Nothing()'))}:")
        self._line(level + 3, f"{name} = shape(e, {self._decimal(0)})")

    def _require(self, level: int) -> None:
        fields = f"a={self._int(1)}, b={self._text(1)}"
        condition = f"{self._bool(1)} or {self._bool(1)}"
        self._line(level, f'require({condition}, "refused", {self._text(1)}, {fields})')

    def _of(self, type_: str, depth: int) -> str:
        return {
            "int": self._int,
            "Decimal": self._decimal,
            "Text": self._text,
            "bool": self._bool,
            "list[int]": self._ints,
            "list[Decimal]": self._decimals,
        }[type_](depth)

    def _int(self, depth: int) -> str:
        if depth <= 0 or self._rng.random() < 0.2:
            return self._rng.choice((*self._names["int"], self._rng.choice(_INTS)))
        a, b = self._int(depth - 1), self._int(depth - 1)
        name = self._rng.choice(self._names["int"])
        return self._pick(
            lambda: f"({name} {self._rng.choice('+-*')} {b})",
            lambda: f"({a} {self._rng.choice('+-')} {name})",
            lambda: f"-{name}",
            lambda: f"{self._rng.choice(('div', 'rem', 'power'))}({name}, {b})",
            lambda: f"len({self._ints(depth - 1)})",
            lambda: f"len({self._text(depth - 1)})",
            lambda: f"to_int({self._rng.choice(self._names['Decimal'])})",
            lambda: f"({a} if {self._bool(depth - 1)} else {b})",
            lambda: f"{self._rng.choice(('min', 'max'))}({a}, {b})",
            lambda: f"sum({self._ints(depth - 1)})",
            lambda: f"sum(e * {name} for e in {self._ints(depth - 1)})",
            lambda: f"max({self._ints(depth - 1)}, default={name})",
            lambda: f"half({name})",
            lambda: f"(o if o is not None else {b})",
            lambda: f"replace(Pair(left={a}, right={self._decimal(0)}), left={b}).left",
        )

    def _decimal(self, depth: int) -> str:
        if depth <= 0 or self._rng.random() < 0.2:
            literal = f'Decimal("{self._rng.choice(_DECIMALS)}")'
            return self._rng.choice((*self._names["Decimal"], literal))
        a, name = self._decimal(depth - 1), self._rng.choice(self._names["Decimal"])
        return self._pick(
            lambda: f"({a} {self._rng.choice('+-*/')} {name})",
            lambda: f"({name} {self._rng.choice('+-*/')} {a})",
            lambda: f"-{name}",
            lambda: f"to_decimal({self._rng.choice(self._names['int'])})",
            lambda: f"round_half_even({name}, {self._int(depth - 1)})",
            lambda: f"({a} if {self._bool(depth - 1)} else {name})",
            lambda: f'sum({self._decimals(depth - 1)}, Decimal("0"))',
            lambda: f"Pair(right={a}, left={self._int(depth - 1)}).right",
        )

    def _bool(self, depth: int) -> str:
        if depth <= 0:
            return self._rng.choice((*self._names["bool"], "True", "False"))
        a, b = self._int(depth - 1), self._int(depth - 1)
        sign = self._rng.choice(_COMPARISONS)
        return self._pick(
            lambda: f"({a} {sign} {b})",
            lambda: f"({self._decimal(depth - 1)} {sign} {self._decimal(depth - 1)})",
            lambda: f"({self._text(depth - 1)} {sign} {self._text(depth - 1)})",
            lambda: f"({a} {self._rng.choice(('<', '<='))} {self._int(depth - 1)} < {b})",
            lambda: f"({self._bool(depth - 1)} {self._rng.choice(('and', 'or'))} {self._bool(1)})",
            lambda: f"(not {self._bool(depth - 1)})",
            lambda: f"({a} {self._rng.choice(('in', 'not in'))} {self._ints(depth - 1)})",
            lambda: f"{self._rng.choice(('any', 'all'))}(e {sign} {b} for e in {self._ints(1)})",
            lambda: f"(o is not None and o {sign} {b})",
            lambda: f"({self._ints(depth - 1)} == {self._ints(depth - 1)})",
        )

    def _text(self, depth: int) -> str:
        if depth <= 0:
            return self._rng.choice((*self._names["Text"], '"é𝄞"', '""'))
        name = self._rng.choice(self._names["int"])
        return self._pick(
            lambda: f'f"{{{name}}}-{{{self._rng.choice(self._names["Decimal"])}}}"',
            lambda: f"({self._text(depth - 1)} + {self._text(depth - 1)})",
            lambda: f"({self._text(0)} if {self._bool(depth - 1)} else {self._text(depth - 1)})",
        )

    def _ints(self, depth: int) -> str:
        if depth <= 0:
            return self._rng.choice(self._names["list[int]"])
        source = self._ints(depth - 1)
        return self._pick(
            lambda: f"[{self._int(depth - 1)}, *{source}, {self._int(depth - 1)}]",
            lambda: f"[{self._int(0)} + e for e in {source} if {self._bool(depth - 1)}]",
            lambda: f"[div(e, g) for e in {source} for g in [0, {self._int(0)}] if g != e]",
            lambda: f"sorted({source}, key=lambda e: rem(e, 3), reverse={depth == 1})",
            lambda: f"({source} + {self._ints(depth - 1)})",
        )

    def _decimals(self, depth: int) -> str:
        if depth <= 0:
            return self._rng.choice(self._names["list[Decimal]"])
        return f"[{self._decimal(0)} / e for e in {self._decimals(depth - 1)}]"
