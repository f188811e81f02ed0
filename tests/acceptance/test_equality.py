"""Statements on equality (E4, E5, E7) by single cases whose outcome is written down here."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from cantata.lang import Date, Decimal, Party, Time
from cantata.lf.runtime.values import from_cons, to_cons
from tests.acceptance.cases import texts
from tests.unit.lang.lower.cases import lists, pure
from tests.unit.lang.lower.cases.data import Point
from tests.unit.lang.lower.running import Failed, Twin


@pytest.fixture(scope="module")
def twins() -> dict[ModuleType, Twin]:
    return {module: Twin(module) for module in (lists, pure, texts)}


SMALLEST = -(2**63)

STOPS: dict[str, tuple[ModuleType, str, tuple[Any, ...], bool | str]] = {
    "and, before": (pure, "short_circuit", (0, 0), False),
    "and, behind": (pure, "short_circuit", (SMALLEST, -1), f"(DIV_INT64 {SMALLEST} -1)"),
    "or, before": (pure, "short_circuit", (2**40, 1), True),
    "or, behind": (pure, "short_circuit", (2**40, 0), f"(MUL_INT64 {2**40} {2**40})"),
    "any, before": (lists, "some", ([-3, SMALLEST], -1), True),
    "any, behind": (lists, "some", ([-1, SMALLEST], -1), f"(DIV_INT64 {SMALLEST} -1)"),
    "all, before": (lists, "every", ([60, 3], 3), False),
    "all, behind": (lists, "every", ([4, 3], 3), "(DIV_INT64 100 0)"),
}
"""A condition that stops before a part that fails, and one that reaches it."""


@pytest.mark.parametrize("name", STOPS)
def test_conditions_stop_where_python_stops(twins: dict[ModuleType, Twin], name: str) -> None:
    module, function, arguments, expected = STOPS[name]
    python, compiled = twins[module].outcomes(function, arguments)
    assert python == compiled
    if isinstance(expected, str):
        assert isinstance(python, Failed)
        assert expected in python.message
    else:
        assert python is expected


def test_sorting_keeps_the_order_of_equals(twins: dict[ModuleType, Twin]) -> None:
    keys = (2, 1, 2, 1, 3, 2, 1, 3, 1, 2)
    points = [Point(x=key, y=place) for place, key in enumerate(keys)]
    python, compiled = twins[lists].outcomes("ordered_by", (points,))
    assert python == compiled
    expected = sorted(((key, place) for place, key in enumerate(keys)), key=lambda each: each[0])
    assert from_cons(compiled) == expected
    python, compiled = twins[lists].outcomes("ordered_backwards", (points, 1))
    assert python == compiled
    falling = sorted(
        ((key, place) for place, key in enumerate(keys)), key=lambda each: each[0], reverse=True
    )
    assert compiled == to_cons(falling)


SHOWN: dict[str, list[tuple[Any, str]]] = {
    "of_int": [(0, "0"), (-7, "-7"), (2**63 - 1, str(2**63 - 1)), (-(2**63), str(-(2**63)))],
    "of_decimal": [
        (Decimal("0"), "0.0"),
        (Decimal("-0.0"), "0.0"),
        (Decimal("100"), "100.0"),
        (Decimal("1.50"), "1.5"),
        (Decimal("-0.0000000001"), "-0.0000000001"),
        (Decimal("9999999999999999999999999999.9999999999"), "9" * 28 + "." + "9" * 10),
    ],
    "of_text": [("", ""), ("a\u20ac\U0001d11e{}%'\\", "a\u20ac\U0001d11e{}%'\\")],
    "of_party": [(Party("alice::1220ab"), "alice::1220ab")],
    "of_date": [
        (Date.parse("0001-01-01"), "0001-01-01"),
        (Date.parse("2024-02-29"), "2024-02-29"),
        (Date.parse("9999-12-31"), "9999-12-31"),
    ],
    "of_time": [
        (Time(0), "1970-01-01T00:00:00Z"),
        (Time(500_000), "1970-01-01T00:00:00.500Z"),
        (Time(1), "1970-01-01T00:00:00.000001Z"),
        (Time(-1), "1969-12-31T23:59:59.999999Z"),
        (Time(253_402_300_799_999_999), "9999-12-31T23:59:59.999999Z"),
    ],
}


@pytest.mark.parametrize("name", SHOWN)
def test_every_type_with_a_text_is_written_alike(twins: dict[ModuleType, Twin], name: str) -> None:
    for value, expected in SHOWN[name]:
        assert twins[texts].outcomes(name, (value,)) == (expected, expected)
