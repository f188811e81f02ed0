"""Hostile bytes are refused with a typed error, in bounded time and memory."""

from __future__ import annotations

import random
import time
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from cantata.lf.archive.wire import bytes_field, varint
from cantata.lf.interactive.blob import decode_blob
from cantata.lf.interactive.errors import InteractiveError, LimitExceeded
from cantata.lf.interactive.hashing import prepared_hash
from cantata.lf.interactive.prepared_wire import decode_prepared, encode_prepared
from cantata.lf.interactive.protobuf import Budget
from cantata.lf.interactive.topology import decode_topology
from cantata.lf.interactive.value_wire import API, STORED, ValueWire
from tests.unit.lf.interactive.recorded import golden, recorded
from tests.unit.lf.interactive.samples import BOB, INPUT_ID, blob_of, create, transfer

MUTATIONS = 4_000
SECONDS_MAX = 20
MESSAGE_MAX = 1_000


def _mutated(data: bytes, dice: random.Random) -> bytes:
    raw = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        place = dice.randrange(len(raw))
        match dice.randrange(4):
            case 0:
                raw[place] ^= 1 << dice.randrange(8)
            case 1:
                del raw[place : place + dice.randint(1, 9)]
            case 2:
                raw[place:place] = dice.randbytes(dice.randint(1, 4))
            case _:
                raw[place:place] = raw[place : place + dice.randint(1, 60)]
        if not raw:
            return b""
    return bytes(raw)


def _read_prepared(data: bytes) -> None:
    prepared = decode_prepared(data)
    encode_prepared(prepared)
    prepared_hash(prepared)


def _refused_or_read(data: bytes, read: Callable[[bytes], object]) -> None:
    dice = random.Random(1)
    refused: list[InteractiveError] = []
    for _ in range(MUTATIONS):
        try:
            read(_mutated(data, dice))
        except InteractiveError as error:
            refused.append(error)
    assert len(refused) > MUTATIONS // 4
    assert max(len(str(error)) for error in refused) < MESSAGE_MAX


def test_mutated_prepared_transactions() -> None:
    _refused_or_read(encode_prepared(transfer()), _read_prepared)


def test_mutated_recorded_transactions(shared_data: Path) -> None:
    _refused_or_read(golden(shared_data), _read_prepared)
    smallest = min((row.data for row in recorded(shared_data)), key=len)
    _refused_or_read(smallest, _read_prepared)


def test_mutated_blobs() -> None:
    _refused_or_read(blob_of(create(INPUT_ID, BOB)), decode_blob)


def test_mutated_topology() -> None:
    recorded_one = (
        "CugBCAEQARrhAUreAQpKZXh0MTo6MTIyMDBiMTU5MGU1NzhmYjg1OTc3ODM1OTlhNzEwMjIwY2EwMGNkODJj"
        "NDRhNTRiMjcyYTlhMjBmZDM4N2UzMzE5ODcQARpRCk1zYW5kYm94OjoxMjIwOWIzMzgwMDhkOTlmZTc5Njhk"
        "MzA3ZWFlYzI2YTExMGMyNmMyYmE0YTA1NzU1YTA4NWI5ZDA5MjA2NDU0ODQwOBACMjsKNxAEGiwwKjAFBgMr"
        "ZXADIQAfs8dFlvelVeYFEaO5bxfcgBSfTEnsZhg1Uw33BHZ2QyoDAQUEMAEQARAe"
    )
    _refused_or_read(b64decode(recorded_one), decode_topology)


@pytest.mark.parametrize("dialect", [API, STORED], ids=["api", "stored"])
def test_deep_values_are_refused(dialect: object) -> None:
    wire = ValueWire(dialect)  # type: ignore[arg-type]
    data = bytes_field(1, b"")
    for _ in range(3_000):
        data = bytes_field(10, bytes_field(1, data))
    started = time.monotonic()
    with pytest.raises(LimitExceeded):
        wire.decode(data, Budget())
    assert time.monotonic() - started < SECONDS_MAX


def test_a_flood_of_values_is_refused() -> None:
    unit = bytes_field(1, bytes_field(1, b""))
    data = bytes_field(11, unit * 1_100_000)
    with pytest.raises(LimitExceeded):
        ValueWire(API).decode(data, Budget())


def test_eight_megabytes_of_small_fields_are_refused() -> None:
    roots = bytes_field(1, bytes_field(2, b"") * 4_000_000)
    started = time.monotonic()
    with pytest.raises(LimitExceeded):
        decode_prepared(roots)
    assert time.monotonic() - started < SECONDS_MAX


def test_a_length_beyond_the_end_allocates_nothing() -> None:
    with pytest.raises(InteractiveError):
        decode_prepared(b"\x0a" + varint(2**63 - 1) + b"x")


def test_an_endless_number_is_refused() -> None:
    with pytest.raises(InteractiveError):
        decode_prepared(b"\xff" * 1_000_000)
