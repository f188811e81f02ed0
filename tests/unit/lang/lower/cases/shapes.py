"""Pure functions on records, variants, optionals, texts and maps."""

from __future__ import annotations

from cantata.lang import (
    Decimal,
    Map,
    Party,
    Text,
    TextMap,
    first,
    function,
    package,
    parse_decimal,
    parse_int,
    replace,
    sha256,
    to_int,
)
from tests.unit.lang.lower.cases.data import Circle, Color, Named, Nothing, Point, Shape, Square

PACKAGE = package("cantata-cases", "1.0.0", module="Cases.Shapes")


@function
def color_name(color: Color) -> Text:
    match color:
        case Color.RED:
            return "red"
        case Color.GREEN:
            return "green"
        case _:
            return "other"


@function
def area(shape: Shape) -> Decimal:
    match shape:
        case Circle(radius=radius):
            return radius * radius * Decimal("3.1415926536")
        case Square(side):
            return side * side
        case Nothing():
            return Decimal("0")


@function
def grown(shape: Shape, by: Decimal) -> Shape:
    result: Shape = shape
    match shape:
        case Circle() as circle:
            result = replace(circle, radius=circle.radius + by)
        case Square(side=side):
            result = Square(side=side + by)
        case Nothing():
            pass
    return result


@function
def noted(named: Named) -> Text:
    if named.note is None:
        return named.name
    return f"{named.name}: {named.note}"


@function
def narrowed(a: int | None, b: int | None) -> int:
    if a is None or b is None:
        return 0
    total = a + b
    if total > 10:
        total = total * 2
    return total


@function
def matched_option(a: int | None) -> int:
    match a:
        case None:
            return -1
        case value:
            return value + 1


@function
def moved(named: Named, x: int, y: int) -> Named:
    return replace(named, at=Point(y=y + x, x=x * y), tags=[*named.tags, "moved"])


@function
def texts(a: int, b: Decimal, c: Party, d: Text) -> Text:
    return f"<{a}|{b}|{c}|{d}>" + d


@function
def parsed(text: Text) -> int:
    number = parse_int(text)
    decimal = parse_decimal(text)
    if number is None:
        if decimal is None:
            return -1
        return to_int(decimal)
    return number + len(text)


@function
def hashed(text: Text) -> Text:
    return sha256(text)


@function
def looked_up(weights: TextMap[int], key: Text) -> int:
    weight = weights.get(key)
    if weight is None:
        return len(weights)
    return weight


@function
def changed_map(weights: TextMap[int], key: Text, value: int) -> TextMap[int]:
    if key in weights:
        return weights.delete(key)
    return weights.insert(key, value)


@function
def listed(weights: TextMap[int]) -> list[Text]:
    keys = weights.keys()
    return [f"{key}" for key in keys] + [f"{value}" for value in weights.values()]


@function
def mapped_points(points: list[Point]) -> list[int]:
    found_map: Map[int, int] = Map({0: 0})
    for point in points:
        found_map = found_map.insert(point.x, point.y)
    return found_map.keys() + found_map.values()


@function
def head(values: list[int]) -> int | None:
    return first(values)
