"""Pure functions with loops, comprehensions and reductions."""

from __future__ import annotations

from cantata.lang import Decimal, div, function, package, rem, require, to_decimal
from tests.unit.lang.lower.cases.data import Point

PACKAGE = package("cantata-cases", "1.0.0", module="Cases.Lists")

LIMIT = 100


@function
def total_of(values: list[int]) -> int:
    total = 0
    for value in values:
        total = total + value
    return total


@function
def mean(values: list[Decimal]) -> Decimal:
    total = Decimal("0")
    count = 0
    for value in values:
        total = total + value
        count = count + 1
    if count == 0:
        return total
    return total / to_decimal(count)


@function
def found(values: list[int], wanted: int) -> int:
    position = 0
    for value in values:
        if value == wanted:
            return position
        position = position + 1
    return -1


@function
def found_pair(left: list[int], right: list[int], wanted: int) -> Point | None:
    for a in left:
        for b in right:
            if a + b == wanted:
                return Point(x=a, y=b)
    return None


@function
def collected(values: list[int], limit: int) -> list[int]:
    taken: list[int] = []
    used = 0
    for value in values:
        if used + value <= limit:
            taken = [*taken, value]
            used = used + value
    return taken


@function
def checked(values: list[int]) -> int:
    for value in values:
        require(value > 0, "cases/not-positive", f"{value}", value=value)
    return len(values)


@function
def nested_loops(rows: list[list[int]]) -> int:
    best = 0
    count = 0
    for row in rows:
        line = 0
        for value in row:
            line = line + value
        if line > best:
            best = line
            count = count + 1
    return best * count


@function
def mapped(values: list[int]) -> list[int]:
    return [value * value for value in values]


@function
def filtered(values: list[int], divisor: int) -> list[int]:
    return [value for value in values if rem(value, divisor) == 0]


@function
def selected(values: list[int]) -> list[int]:
    return [value for value in values if value > 3 if value < 50]


@function
def crossed(left: list[int], right: list[int]) -> list[Point]:
    return [Point(x=a, y=b) for a in left if a != 2 for b in right if a < b]


@function
def crossed_failing(left: list[int], right: list[int]) -> list[int]:
    return [div(a, b) for a in left for b in right if a * b != 6]


@function
def some(values: list[int], divisor: int) -> bool:
    return any(div(value, divisor) > 2 for value in values)


@function
def every(values: list[int], divisor: int) -> bool:
    return all(div(LIMIT, value - divisor) > 2 for value in values)


@function
def flags(values: list[bool]) -> list[bool]:
    return [any(values), all(values)]


@function
def sums(values: list[int], amounts: list[Decimal]) -> Decimal:
    return to_decimal(sum(values)) + sum((amount for amount in amounts), start=Decimal("0"))


@function
def contained(values: list[int], a: int, b: int) -> bool:
    return div(a, b) in values


@function
def ordered(values: list[int]) -> list[int]:
    return sorted(values)


@function
def ordered_by(points: list[Point]) -> list[Point]:
    return sorted(points, key=lambda point: point.x)


@function
def ordered_backwards(points: list[Point], divisor: int) -> list[Point]:
    return sorted(points, key=lambda point: div(point.x, divisor), reverse=True)


@function
def point_order(a: Point, b: Point) -> list[bool]:
    return [a == b, a != b]
