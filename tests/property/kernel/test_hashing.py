"""Different values have different canonical bytes; canonical JSON reads back."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.kernel.hashing import Hashable, Json, canonical_bytes, canonical_json

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
values: st.SearchStrategy[Hashable] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def _identity(value: Hashable) -> str:
    """Print a value so that only equal ones of one type print alike (1 is not True)."""
    if isinstance(value, dict):
        items = sorted((repr(key), _identity(item)) for key, item in value.items())
        return f"{{{items}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_identity, value))}]"
    return repr(value)


@settings(max_examples=500)
@given(values, values)
def test_bytes_are_equal_only_for_equal_values(left: Hashable, right: Hashable) -> None:
    same = canonical_bytes(left) == canonical_bytes(right)
    assert same == (_identity(left) == _identity(right))


@settings(max_examples=300)
@given(json_values)
def test_json_reads_back_and_is_written_again_alike(value: Json) -> None:
    written = canonical_json(value)
    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written
