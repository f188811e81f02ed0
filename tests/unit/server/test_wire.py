"""JSON comes in exactly and goes out compactly."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.sandbox.participant.errors import MalformedRequest
from cantata.sandbox.server.wire import decode, encode

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_what_is_written_is_read(value: Any) -> None:
    assert decode(encode(value)) == value
    assert json.loads(encode(value)) == value


@given(st.binary())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(MalformedRequest):
        decode(data)


@pytest.mark.parametrize(
    "text,value",
    [
        ("0.1", Decimal("0.1")),
        (
            "1.00000000000000000000000000000000000001",
            Decimal("1.00000000000000000000000000000000000001"),
        ),
        ("1E400", Decimal("1E400")),
        ("9" * 300, int("9" * 300)),
        ('"\\u00e9\\ud83d\\ude00"', "é😀"),
        ('{"a":1,"a":2}', {"a": 2}),
        (" [1 , 2]\n", [1, 2]),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert decode(text.encode()) == value


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "01", "+1", "'a'", "{a:1}", "[1,]", "\ufeff{}"]
)
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(MalformedRequest):
        decode(text.encode())


@pytest.mark.parametrize(
    "text", ["1e99999999999999999999", "-1e-99999999999999999999", "9" * 9_000]
)
def test_absurd_numbers_do_no_harm(text: str) -> None:
    with suppress(MalformedRequest):
        decode(text.encode())


def test_raw_parts_go_out_as_they_are() -> None:
    assert encode({"a": msgspec.Raw(b"[1.10]"), "b": None}) == b'{"a":[1.10],"b":null}'
