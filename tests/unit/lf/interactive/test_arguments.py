"""JSON as it was sent, beside the value in a transaction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from cantata.lf.interactive import values as v
from cantata.lf.interactive.intent.arguments import mismatches
from cantata.lf.interactive.values import Value

SIX = v.Int64(6)


def some(value: Value) -> Value:
    """Wrap a value."""
    return v.Optional(value)


NONE = v.Optional(None)
MAP = v.GenMap(((v.Int64(1), v.Text("a")), (v.Int64(2), v.Text("b"))))
RECORD = v.Record(None, (("a", SIX), ("b", NONE), ("c", some(v.Text("x")))))

SAME: list[tuple[Any, Value]] = [
    ({}, v.Unit()),
    (None, v.Unit()),
    (True, v.Bool(True)),
    ("6", SIX),
    ("+6", SIX),
    ("006", SIX),
    (6, SIX),
    ("1.50", v.Numeric("1.5000000000")),
    (Decimal("1.5"), v.Numeric("1.5000000000")),
    (7, v.Numeric("7.")),
    ("2023-04-06", v.Date(19_453)),
    ("2023-04-06T00:00:00Z", v.Timestamp(19_453 * 86_400_000_000)),
    ("x", v.Text("x")),
    ("p", v.Party("p")),
    ("00ab", v.ContractId("00ab")),
    ("Red", v.Enum(None, "Red")),
    (None, NONE),
    ("6", some(SIX)),
    ([["6"]], some(some(SIX))),
    ([[]], some(NONE)),
    ([[["6"]]], some(some(some(SIX)))),
    ([], some(v.List(()))),
    (["6", "6"], v.List((SIX, SIX))),
    ({"k": "6"}, v.TextMap((("k", SIX),))),
    ([["1", "a"], ["2", "b"]], MAP),
    ([["2", "b"], ["1", "a"]], MAP),
    ([["1", "z"], ["2", "b"], ["1", "a"]], MAP),
    ({"a": "6", "c": "x"}, RECORD),
    ({"a": "6", "b": None, "c": "x", "later": None}, RECORD),
    ({"tag": "Some6", "value": "6"}, v.Variant(None, "Some6", SIX)),
]

OTHER: list[tuple[Any, Value]] = [
    ("7", SIX),
    (True, v.Int64(1)),
    (1, v.Bool(True)),
    ("x" * 1_000, SIX),
    ("NaN", v.Numeric("1.0")),
    ("1.51", v.Numeric("1.5000000000")),
    ("2023-04-07", v.Date(19_453)),
    ("yesterday", v.Timestamp(0)),
    (6, v.Text("6")),
    ("Blue", v.Enum(None, "Red")),
    ("6", NONE),
    ([], NONE),
    (None, some(SIX)),
    (None, some(v.Unit())),
    ([], some(NONE)),
    ([["7"]], some(some(SIX))),
    (["6"], v.List((SIX, SIX))),
    ("66", v.List((SIX, SIX))),
    ({"k": "6", "j": "6"}, v.TextMap((("k", SIX),))),
    ({}, v.TextMap((("k", SIX),))),
    ([["1", "a"]], MAP),
    ([["1", "a"], ["2", "c"]], MAP),
    ([["1", "a"], ["2", "b"], ["3", "c"]], MAP),
    ([["1", "a"], ["2", "b"], ["1", "z"]], MAP),
    ({"1": "a"}, MAP),
    ({"a": "6"}, RECORD),
    ({"a": "6", "c": "x", "later": "y"}, RECORD),
    ({"a": "6", "c": "x", "later": []}, RECORD),
    ({"a": "6", "b": "y", "c": "x"}, RECORD),
    ("a", RECORD),
    ({"tag": "Other", "value": "6"}, v.Variant(None, "Some6", SIX)),
    ({"tag": "Some6"}, v.Variant(None, "Some6", SIX)),
    ({"a": "6"}, v.Record(None, ((None, SIX),))),
]


@pytest.mark.parametrize("data,value", SAME)
def test_the_same_argument_is_recognized(data: Any, value: Value) -> None:
    assert mismatches(data, value) == []


@pytest.mark.parametrize("data,value", OTHER)
def test_another_argument_is_not(data: Any, value: Value) -> None:
    assert mismatches(data, value)


def test_a_mismatch_says_where() -> None:
    value = v.Record(None, (("amounts", v.List((SIX, SIX))),))
    assert mismatches({"amounts": ["6", "7"]}, value) == [("amounts[1]", "7", "Int64(value=6)")]
