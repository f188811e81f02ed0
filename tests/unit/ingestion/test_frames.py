"""The short way to a transaction gives what the general one gives, or nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ingestion.workload import updates
from cantata.ingestion.frames import read_transaction
from cantata.ledger.decoding import Fields
from cantata.ledger.errors import MalformedAnswer
from cantata.ledger.model.updates import Transaction, update
from cantata.ledger.transport import parsed

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "transactions"
ODD: tuple[Any, ...] = (None, 0, 7, -1, 2**70, "", "x", "2026-01-01T00:00:00Z", True, [], {}, [1])


def generally(frame: bytes) -> Any:
    return update(Fields(parsed(frame)))


def framed(transaction: Any) -> bytes:
    return json.dumps({"update": {"Transaction": {"value": transaction}}}).encode()


@cache
def recorded() -> tuple[Any, ...]:
    if not RECORDED.is_dir():
        pytest.skip(f"recorded transactions are not at {RECORDED}")
    files = [each for each in sorted(RECORDED.glob("*.json")) if "expected" not in each.name]
    documents = (json.loads(file.read_text("utf-8")) for file in files)
    return tuple(each for document in documents for each in _transactions(document))


def _transactions(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if isinstance(value.get("events"), list) and "updateId" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _transactions(each)


def test_recorded_transactions_are_read_alike() -> None:
    read = [(read_transaction(framed(each)), generally(framed(each))) for each in recorded()]
    assert len(read) >= 10
    assert all(quick == general for quick, general in read if quick is not None)
    assert all(quick is not None for quick, _ in read)


def test_what_is_no_transaction_is_left_to_the_general_reader() -> None:
    for frame in (
        b'{"update": {"OffsetCheckpoint": {"value": {"offset": 7}}}}',
        b'{"update": {"TopologyTransaction": {"value": {"offset": 7}}}}',
        b'{"code": "X", "cause": "y", "errorCategory": 2}',
        b"[" * 100_000,
        b"\xff",
        b"",
    ):
        assert read_transaction(frame) is None


def test_numbers_are_never_floats() -> None:
    (text,) = updates(1, 1)
    frame = text.replace(b'"values": {}', b'"values": 0.1', 1)
    assert frame != text
    quick = read_transaction(frame)
    assert quick is not None
    assert quick == generally(frame)
    assert "Decimal('0.1')" in repr(quick)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the way to every member of JSON data."""
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, each in pairs:
        yield (*path, key)
        yield from places(each, (*path, key))


(SAMPLE,) = (json.loads(each) for each in updates(1, 1))
PLACES = list(places(SAMPLE))


@given(st.sampled_from(PLACES), st.sampled_from(ODD), st.booleans())
def test_a_changed_frame_is_read_alike_or_not_at_all(
    path: tuple[Any, ...], odd: Any, is_removed: bool
) -> None:
    changed = copy.deepcopy(SAMPLE)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    if is_removed:
        del inside[path[-1]]
    else:
        inside[path[-1]] = odd
    frame = json.dumps(changed).encode()
    quick = read_transaction(frame)
    if quick is None:
        return
    try:
        general = generally(frame)
    except MalformedAnswer:
        pytest.fail(f"only the short way reads {path} as {odd!r}")
    assert isinstance(general, Transaction)
    assert quick == general
