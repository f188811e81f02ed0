"""Topology of external parties, as participants generate it and wallets sign it."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from cantata.kernel.ids import MalformedId
from cantata.lf.archive.wire import bytes_field
from cantata.lf.interactive.crypto import KeyFormat, KeySpec, PrivateKey, PublicKey
from cantata.lf.interactive.errors import InteractiveError, InvalidKey, UnknownField
from cantata.lf.interactive.topology import (
    Hosting,
    Permission,
    decode_topology,
    encode_topology,
    multi_hash,
    onboarding,
)

HOST = Hosting("sandbox::1220" + "ab" * 32, Permission.CONFIRMATION)


def test_generated_topology_is_the_recorded_one(shared_data: Path) -> None:
    with (shared_data / "participant/main.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    made = 0
    for row in rows:
        answer = row["response"].get("body")
        if not (isinstance(answer, dict) and "topologyTransactions" in answer):
            continue
        asked = row["request"]["body"]
        given = asked["publicKey"]
        key = PublicKey.read(
            KeyFormat[given["format"]], b64decode(given["keyData"]), KeySpec[given["keySpec"]]
        )
        recorded = [b64decode(text) for text in answer["topologyTransactions"]]
        hosts = decode_topology(recorded[0]).mapping.participants
        onboarded = onboarding(asked["partyHint"], [key], hosts)
        assert onboarded.party == answer["partyId"]
        assert key.fingerprint == answer["publicKeyFingerprint"]
        assert list(onboarded.transactions) == recorded
        assert onboarded.multi_hash == b64decode(answer["multiHash"])
        made += 1
    assert made == 2


def test_what_is_written_is_read() -> None:
    keys = [PrivateKey.generate(spec).public for spec in KeySpec]
    onboarded = onboarding("alice", keys, [HOST], signing_threshold=2)
    transaction = decode_topology(onboarded.transactions[0])
    mapping = transaction.mapping
    assert (mapping.party, mapping.threshold, mapping.participants) == (
        f"alice::{keys[0].fingerprint}",
        1,
        (HOST,),
    )
    assert mapping.signing_keys is not None
    assert [key.key for key in mapping.signing_keys.keys] == keys
    assert mapping.signing_keys.threshold == 2
    assert encode_topology(transaction) == onboarded.transactions[0]


def test_the_multi_hash_does_not_depend_on_the_order() -> None:
    transactions = [b"a", b"b", b"c"]
    assert multi_hash(transactions) == multi_hash(reversed(transactions))
    assert multi_hash(transactions) != multi_hash(transactions[:2])
    assert multi_hash(transactions)[:2] == b"\x12\x20"
    assert len(multi_hash(transactions)) == 34


@pytest.mark.parametrize("name", ["", "a::b", "x" * 186, "ä", "a:"])
def test_an_illegal_name_is_refused(name: str) -> None:
    with pytest.raises(MalformedId):
        onboarding(name, [PrivateKey.generate().public], [HOST])


def test_other_mappings_are_refused() -> None:
    mapping = bytes_field(1, bytes_field(1, b"namespace"))
    data = bytes_field(1, bytes_field(3, mapping)) + b"\x10\x1e"
    with pytest.raises(UnknownField):
        decode_topology(data)


@pytest.mark.parametrize("data", [b"", b"\x00\x00\x00", b"AAAA", b"\x10\x1e", b"\x0a\x00\x10\x1f"])
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(InteractiveError):
        decode_topology(data)


def test_a_key_that_is_none_is_refused() -> None:
    onboarded = onboarding("alice", [PrivateKey.generate().public], [HOST])
    signing = decode_topology(onboarded.transactions[0]).mapping.signing_keys
    assert signing is not None
    key = signing.keys[0]
    for broken in (
        replace(key, format=3),
        replace(key, spec=9),
        replace(key, spec=2),
        replace(key, public_key=b"x"),
    ):
        with pytest.raises(InvalidKey):
            _ = broken.key
