"""Pure functions, one or more for each construct of the contract language."""

from __future__ import annotations

from cantata.lang import (
    Decimal,
    Map,
    Party,
    Text,
    TextMap,
    div,
    first,
    function,
    package,
    parse_decimal,
    parse_int,
    power,
    rem,
    replace,
    require,
    round_half_even,
    sha256,
    to_decimal,
    to_int,
)
from tests.unit.lang.lower.cases.data import Circle, Color, Named, Nothing, Point, Shape, Square

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
