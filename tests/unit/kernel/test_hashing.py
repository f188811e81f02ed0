"""Canonical bytes and JSON: one form for one value, refusals typed, any depth."""

from __future__ import annotations

import hashlib
import math

import pytest

from cantata.kernel.generators import RandomIds, SeededIds, fresh_command_id, fresh_seed
from cantata.kernel.hashing import (
    Hashable,
    Json,
    NotCanonical,
    canonical_bytes,
    canonical_hash,
    canonical_json,
)
from cantata.kernel.money import Decimal

DEPTH = 100_000


def test_form_of_the_bytes() -> None:
    expected = b"L" + (2).to_bytes(8, "big")
    expected += b"T" + (1).to_bytes(8, "big") + b"a"
    expected += b"M" + (1).to_bytes(8, "big")
    expected += b"T" + (1).to_bytes(8, "big") + b"k" + b"B" + (1).to_bytes(8, "big") + b"\x01"
    assert canonical_bytes(["a", {"k": True}]) == expected


def test_kinds_are_kept_apart() -> None:
    values: list[Hashable] = [
        None, False, 0, "", b"", Decimal("0"), [], {}, [[]], "0", b"0", ["a", "b"], ["ab"],
        [["a"], "b"], {"a": "b"}, True, 1, "1", Decimal("1"),
    ]  # fmt: skip
    assert len({canonical_bytes(value) for value in values}) == len(values)


def test_order_of_keys_does_not_matter() -> None:
    assert canonical_bytes({"a": 1, "b": 2}) == canonical_bytes({"b": 2, "a": 1})
    assert canonical_json({"b": 2, "a": 1}) == b'{"a":1,"b":2}'


def test_purposes_are_kept_apart() -> None:
    assert canonical_hash("a", "b") != canonical_hash("b", "a")
    assert canonical_hash("p", 1) == hashlib.sha256(canonical_bytes(["p", 1])).digest()


def test_any_depth() -> None:
    deep: list[object] = []
    for _ in range(DEPTH):
        deep = [deep]
    assert len(canonical_bytes(deep)) == 9 * (DEPTH + 1)  # type: ignore[arg-type]
    assert canonical_json(deep) == b"[" * (DEPTH + 1) + b"]" * (DEPTH + 1)  # type: ignore[arg-type]


def test_json_follows_rfc_8785() -> None:
    value: Json = {
        "€": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew", "1": "One",
        "😂": "Smiley", "\x80": "Control", "ö": "o",
    }  # fmt: skip
    assert canonical_json(value).decode() == (
        '{"\\r":"Carriage Return","1":"One","\x80":"Control","ö":"o","€":"Euro Sign",'
        '"😂":"Smiley","\ufb33":"Hebrew"}'
    )
    text = '€$\x0f\nA\'B"\\"/'
    assert canonical_json([text, None, True, -1]).decode() == (
        '["€$\\u000f\\nA\'B\\"\\\\\\"/",null,true,-1]'
    )


@pytest.mark.parametrize(
    "value", [1.5, math.nan, object(), {1: 2}, "\ud800", {"\ud800": 1}, 2**2000, {1, 2}]
)
def test_refuses_what_has_no_canonical_form(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_bytes(value)  # type: ignore[arg-type]
    with pytest.raises(NotCanonical):
        canonical_json(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [2**53, b"x", Decimal("1")])
def test_json_refuses_what_others_would_misread(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical_json([value])  # type: ignore[list-item]


def test_seeded_ids_repeat() -> None:
    first, second = SeededIds(b"s"), SeededIds(b"s")
    sequence = [first.fresh_bytes(4) for _ in range(3)]
    assert sequence == [second.fresh_bytes(4) for _ in range(3)]
    assert len(set(sequence)) == 3
    assert SeededIds(b"t").fresh_bytes(4) not in sequence


def test_a_copy_of_seeded_ids_goes_on_alike() -> None:
    source = SeededIds(b"s")
    source.fresh_bytes(4)
    copied = source.copy()
    assert copied.fresh_bytes(8) == source.fresh_bytes(8)


def test_random_ids_differ() -> None:
    ids = RandomIds()
    assert fresh_command_id(ids) != fresh_command_id(ids)
    assert len(fresh_seed(ids)) == 32
