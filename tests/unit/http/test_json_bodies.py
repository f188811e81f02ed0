"""JSON bodies mean one thing to every reader, or are refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.http.errors import MalformedJson
from cantata.http.json_bodies import DEPTH_MAX, require_sound

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_json_writes_is_sound(value: object) -> None:
    require_sound(json.dumps(value).encode())
    require_sound(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"{",
        b'{"a": 01}',
        b"{'a': 1}",
        b'"\xff"',
        '{"a": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1),
        b'{"a":' * 100_000,
        b"[" + b"9" * 5_000 + b"]",
    ],
)
def test_what_is_unclear_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        require_sound(body)


def test_brackets_in_texts_are_texts() -> None:
    require_sound(json.dumps({"a": "[" * 1_000, "b": '\\"{' * 1_000}).encode())
    require_sound(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)
