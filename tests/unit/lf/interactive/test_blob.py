"""Blobs of created events: read, written, and refused where they are broken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cantata.lf.interactive import values
from cantata.lf.interactive.blob import (
    FatContract,
    StoredKey,
    authentication_of,
    decode_blob,
    encode_blob,
    salt_of,
)
from cantata.lf.interactive.errors import InteractiveError, LimitExceeded, MalformedMessage
from tests.unit.lf.interactive.samples import ALICE, BOB, INPUT_ID, NOW, TEMPLATE, blob_of, create

FAT = FatContract(
    "2.1",
    INPUT_ID,
    "asset",
    TEMPLATE,
    values.Record(None, ((None, values.Party(ALICE)), (None, values.Optional(None)))),
    (ALICE,),
    (BOB,),
    NOW,
    authentication_of(b"\x01" * 32),
)


def test_a_blob_comes_back() -> None:
    assert decode_blob(encode_blob(FAT)) == FAT
    keyed = replace(FAT, version="2", key=StoredKey(b"k", ("x",), b"h" * 32))
    assert decode_blob(encode_blob(keyed)) == keyed


def test_labels_and_names_of_types_are_not_stored() -> None:
    given = decode_blob(blob_of(create(INPUT_ID, BOB)))
    assert given.argument == values.Record(
        None, ((None, values.Party(ALICE)), (None, values.Party(BOB)))
    )


@pytest.mark.parametrize(
    "broken",
    [
        replace(FAT, version="2.2"),
        replace(FAT, version=""),
        replace(FAT, signatories=()),
        replace(FAT, observers=(ALICE,)),
        replace(FAT, template=replace(TEMPLATE, package_id="")),
        replace(FAT, template=replace(TEMPLATE, module="")),
    ],
)
def test_contracts_that_cannot_be_are_refused(broken: FatContract) -> None:
    with pytest.raises(MalformedMessage):
        decode_blob(encode_blob(broken))


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00", b"\x0a\x03\x32\x2e\x31", b"\x12\x01x"])
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(InteractiveError):
        decode_blob(data)


def test_too_much_is_refused() -> None:
    with pytest.raises(LimitExceeded):
        decode_blob(encode_blob(FAT), limit=20)


def test_the_salt_comes_back() -> None:
    assert salt_of(authentication_of(b"\x07" * 32)) == b"\x07" * 32


@pytest.mark.parametrize(
    "data", [b"", b"\x00", authentication_of(b""), b"\x0a\x00\x10\x1e", b"\x0a\x00\x10\x1f"]
)
def test_other_authentication_data_is_refused(data: bytes) -> None:
    with pytest.raises(InteractiveError):
        salt_of(data)
