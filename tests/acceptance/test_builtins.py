"""Numbers of any scale against exact fractions: values, and what a failure says (R7, R8)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from random import Random

from cantata.lf.model import INT64, TEXT, ENumeric, Expr, TNat, Type, numeric
from cantata.lf.runtime.errors import FailureStatus
from tests.unit.lf.runtime.build import call, i, package, ref, runtime

ROUNDS = 250
BOUND = 10**38
INT_MIN, INT_MAX = -(2**63), 2**63 - 1
SCALES = (0, 1, 2, 5, 9, 10, 11, 19, 20, 36, 37)

Outcome = tuple[str, object]
Case = tuple[Type, Expr, Outcome]


def shown(units: int, scale: int) -> str:
    """Print a Numeric as texts of failures do: without trailing zeros, at least one decimal."""
    digits = str(abs(units)).rjust(scale + 1, "0")
    whole, part = (digits[:-scale], digits[-scale:]) if scale else (digits, "")
    return f"{'-' if units < 0 else ''}{whole}.{part.rstrip('0') or '0'}"


def failed(name: str, *arguments: str) -> Outcome:
    """Give the failure of an arithmetic builtin."""
    return "failure", f"ArithmeticError while evaluating ({name} {' '.join(arguments)})."


def half_even(exact: Fraction) -> int:
    """Round to the nearest integer, halves to the even one."""
    below = exact.numerator // exact.denominator
    rest = exact - below
    return below + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1))


def fits(units: int | None, scale: int, otherwise: Outcome) -> Outcome:
    """Give a Numeric if there is one of these units."""
    if units is None or abs(units) >= BOUND:
        return otherwise
    return "numeric", (units, scale)


def literal(units: int, scale: int) -> Expr:
    return ENumeric(Decimal((int(units < 0), tuple(map(int, str(abs(units)))), -scale)))


class Cases:
    """Random cases with their exact outcomes."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def units(self) -> int:
        """Give units of any size, edges often."""
        digits = self.random.choice((1, 2, 5, 10, 20, 37, 38))
        edge = self.random.choice((0, 1, -1, 5, -5, BOUND - 1, 1 - BOUND))
        return self.random.choice((self.random.randrange(1 - 10**digits, 10**digits), edge))

    def integer(self) -> int:
        """Give an Int64, edges often."""
        edge = self.random.choice((INT_MIN, INT_MAX, 0, 1, -1, 2, 10, 64))
        near = self.random.randrange(-70, 71)
        return self.random.choice((edge, near, self.random.randrange(INT_MIN, INT_MAX + 1)))

    def all(self) -> Iterator[Case]:
        """Give one case of each kind."""
        yield from self.of_one_scale()
        yield from self.of_three_scales()
        yield from self.of_integers()

    def of_one_scale(self) -> Iterator[Case]:
        """Sums, differences, rounding, conversions from and to Int64, texts."""
        scale, x, y = self.random.choice(SCALES), self.units(), self.units()
        a, b, nat = literal(x, scale), literal(y, scale), (TNat(scale),)
        for name, result in (("ADD_NUMERIC", x + y), ("SUB_NUMERIC", x - y)):
            text = failed(name, shown(x, scale), shown(y, scale))
            yield numeric(scale), call(name, a, b, types=nat), fits(result, scale, text)
        digits = self.random.choice((scale, scale + 1, scale - 37, scale - 38, 0, self.integer()))
        rounded = None
        if scale - 38 < digits <= scale:
            step = 10 ** (scale - digits)
            rounded = half_even(Fraction(x, step)) * step
        text = failed("ROUND_NUMERIC", str(digits), shown(x, scale))
        expr = call("ROUND_NUMERIC", i(digits), a, types=nat)
        yield numeric(scale), expr, fits(rounded, scale, text)
        whole = abs(x) // 10**scale * (1 if x >= 0 else -1)
        text = failed("NUMERIC_TO_INT64", shown(x, scale))
        yield INT64, call("NUMERIC_TO_INT64", a, types=nat), _int(whole, text)
        n = self.integer()
        text = failed("INT64_TO_NUMERIC", shown(0, scale), str(n))
        expr = call("INT64_TO_NUMERIC", literal(0, scale), i(n), types=nat)
        yield numeric(scale), expr, fits(n * 10**scale, scale, text)
        yield TEXT, call("NUMERIC_TO_TEXT", a, types=nat), ("text", shown(x, scale))

    def of_three_scales(self) -> Iterator[Case]:
        """Products, quotients, changes of scale."""
        one, two, to = (self.random.choice(SCALES) for _ in range(3))
        x, y = self.units(), self.units()
        first, second, zero = Fraction(x, 10**one), Fraction(y, 10**two), literal(0, to)
        nats = (TNat(one), TNat(two), TNat(to))
        exact = {"MUL_NUMERIC": first * second, "DIV_NUMERIC": first / second if y else None}
        for name, value in exact.items():
            expr = call(name, zero, literal(x, one), literal(y, two), types=nats)
            text = failed(name, shown(0, to), shown(x, one), shown(y, two))
            units = None if value is None else half_even(value * 10**to)
            yield numeric(to), expr, fits(units, to, text)
        moved = first * 10**to
        text = failed("CAST_NUMERIC", shown(0, to), shown(x, one))
        expr = call("CAST_NUMERIC", zero, literal(x, one), types=(TNat(one), TNat(to)))
        yield numeric(to), expr, fits(int(moved) if moved.denominator == 1 else None, to, text)
        expr = call("SHIFT_NUMERIC", zero, literal(x, one), types=(TNat(one), TNat(to)))
        yield numeric(to), expr, ("numeric", (x, to))

    def of_integers(self) -> Iterator[Case]:
        """The six operations on Int64."""
        a, b = self.integer(), self.integer()
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1) if b else None
        results = {
            "ADD_INT64": a + b,
            "SUB_INT64": a - b,
            "MUL_INT64": a * b,
            "DIV_INT64": quotient,
            "MOD_INT64": None if quotient is None else a - quotient * b,
            "EXP_INT64": _power(a, b),
        }
        for name, result in results.items():
            text = failed(name, str(a), str(b))
            yield INT64, call(name, i(a), i(b)), _int(result, text)


def _power(base: int, exponent: int) -> int | None:
    if exponent < 0:
        return None
    if base in (-1, 0, 1):
        return base ** min(exponent, 2 + exponent % 2) if exponent else 1
    return None if exponent > 64 else base**exponent


def _int(value: int | None, otherwise: Outcome) -> Outcome:
    return otherwise if value is None or not INT_MIN <= value <= INT_MAX else ("int", value)


def _outcome(value: object) -> Outcome:
    if isinstance(value, Decimal):
        sign, digits, exponent = value.as_tuple()
        assert isinstance(exponent, int)
        units = int("".join(map(str, digits)))
        assert units or not sign, "there is no negative zero"
        return "numeric", (-units if sign else units, -exponent)
    return ("int" if isinstance(value, int) else "text"), value


def test_numbers_agree_with_exact_arithmetic() -> None:
    cases = Cases(20260101)
    made = [case for _ in range(ROUNDS) for case in cases.all()]
    values = {f"c{at}": (type_, expr) for at, (type_, expr, _) in enumerate(made)}
    run = runtime(package(values))
    failures = 0
    for at, (_, expr, expected) in enumerate(made):
        try:
            found = _outcome(run.evaluate(ref(f"c{at}")))
        except FailureStatus as failure:
            found = "failure", failure.message
            failures += 1
        assert found == expected, expr
    assert 500 < failures < len(made) - 500
