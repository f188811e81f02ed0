"""Pure functions on single values: arithmetic, conditions, requirements, calls."""

from __future__ import annotations

from cantata.lang import (
    Decimal,
    Text,
    div,
    function,
    package,
    power,
    rem,
    require,
    round_half_even,
    to_decimal,
    to_int,
)

PACKAGE = package("cantata-cases", "1.0.0", module="Cases.Pure")

LIMIT = 100
HALF = Decimal("0.5")


@function
def int_arithmetic(a: int, b: int) -> int:
    return a * b - (a + b) * LIMIT


@function
def two_can_fail(a: int, b: int) -> int:
    return div(a, b) + a * a * b


@function
def three_can_fail(a: int, b: int, c: int) -> list[int]:
    return [div(a, b), rem(b, c), power(c, a)]


@function
def negated(a: int) -> int:
    return -a


@function
def decimal_arithmetic(a: Decimal, b: Decimal) -> Decimal:
    return a * b + a / b - HALF


@function
def rounded(a: Decimal, digits: int) -> Decimal:
    return round_half_even(a, digits)


@function
def converted(a: Decimal, b: int) -> int:
    return to_int(a) + to_int(to_decimal(b) * HALF)


@function
def compared(a: int, b: int, c: int) -> bool:
    return (a < b + 1 <= c and not (a > 0 and b > 0)) or b != c


@function
def short_circuit(a: int, b: int) -> bool:
    return (b != 0 and div(a, b) > 1) or (a > 0 and a * a * a > b)


@function
def conditional(a: int, b: int) -> int:
    return div(a, b) if b > 0 else a + b if a > b else a * b


@function
def extremes(a: int, b: int) -> list[int]:
    return [min(a, b), max(a, b)]


@function
def rebound(a: int, b: int) -> int:
    total = a
    if a > b:
        total = total + b
    elif a == b:
        total = 0
    return total + 1


@function
def rebound_twice(a: int, b: int) -> int:
    low = a
    high = b
    if low > high:
        swap = low
        low = high
        high = swap
    return high - low


@function
def early(a: int) -> Text:
    if a < 0:
        return "negative"
    if a == 0:
        return "zero"
    return "positive"


@function
def mixed_exits(a: int, b: int) -> int:
    value = a
    if a > 0:
        if b > a:
            return b
        value = a * 2
    else:
        value = value - b
        if b == 7:
            return 70
    return value + 1


@function
def unused_assignment(a: int, b: int) -> int:
    _ignored = div(a, b)
    return a


@function
def required(a: int, b: int) -> int:
    require(
        a > b,
        "cases/too-small",
        f"{a} is not above {b}",
        a=a,
        b=b,
        half=to_decimal(b) / to_decimal(a),
    )
    return a


@function
def required_twice(a: int, name: Text) -> Text:
    require(a >= 0, "cases/negative", "negative", category=8, name=name)
    if a > LIMIT:
        require(name != "", "cases/unnamed", "unnamed")
    return name


@function
def helper(a: int, b: int = 3) -> int:
    return a * LIMIT + b


@function
def calls(a: int, b: int) -> int:
    return helper(a) + helper(b=div(a, b), a=a * b)


@function
def added(a: Decimal, b: Decimal) -> Decimal:
    return a + b


@function
def subtracted(a: Decimal, b: Decimal) -> Decimal:
    return a - b


@function
def multiplied(a: Decimal, b: Decimal) -> Decimal:
    return a * b


@function
def divided(a: Decimal, b: Decimal) -> Decimal:
    return a / b
