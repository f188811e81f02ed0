"""Reading JSON text exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cantata.lf.codec import MalformedJson, dumps, loads


def test_numbers_are_exact() -> None:
    assert loads("[1, 0.1, 1e3, 12345678901234567890.5]") == [
        1,
        Decimal("0.1"),
        Decimal("1E+3"),
        Decimal("12345678901234567890.5"),
    ]
    assert isinstance(loads("9" * 100_000), Decimal)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "[Infinity]",
        "-Infinity",
        b"\xff",
        pytest.param("[" * 100_000, id="deep"),
        "1e99999999999999999999",
        "1 2",
    ],
)
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(MalformedJson):
        loads(text)


def test_writes_compactly() -> None:
    assert dumps({"a": ["é", None]}) == '{"a":["é",null]}'
