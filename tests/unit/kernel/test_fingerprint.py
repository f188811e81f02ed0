"""Fingerprints and topology hashes equal those of a real participant."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from cantata.kernel.fingerprint import (
    HashPurpose,
    key_fingerprint,
    purpose_hash,
    topology_transaction_hash,
    topology_transactions_hash,
)
from cantata.kernel.ids import PartyId


def _generated_topologies(shared_data: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    lines = (shared_data / "participant" / "main.jsonl").read_text(encoding="utf-8").splitlines()
    exchanges = [
        json.loads(line) for line in lines if "/v2/parties/external/generate-topology" in line
    ]
    return [
        (exchange["request"]["body"], exchange["response"]["body"])
        for exchange in exchanges
        if exchange["response"].get("status") == 200
    ]


@pytest.fixture(scope="module")
def topologies(shared_data: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found = _generated_topologies(shared_data)
    assert found
    return found


def test_key_fingerprint_of_recorded_keys(
    topologies: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for request, response in topologies:
        key = base64.b64decode(request["publicKey"]["keyData"])[-32:]
        fingerprint = key_fingerprint(key)
        assert fingerprint == response["publicKeyFingerprint"]
        assert PartyId.of(request["partyHint"], fingerprint) == response["partyId"]


def test_hash_of_recorded_topology_transactions(
    topologies: list[tuple[dict[str, Any], dict[str, Any]]],
) -> None:
    for _, response in topologies:
        hashes = [
            topology_transaction_hash(base64.b64decode(transaction))
            for transaction in response["topologyTransactions"]
        ]
        assert topology_transactions_hash(hashes) == base64.b64decode(response["multiHash"])


def test_order_of_transactions_does_not_matter() -> None:
    hashes = [topology_transaction_hash(bytes([number])) for number in range(4)]
    assert topology_transactions_hash(hashes) == topology_transactions_hash(reversed(hashes))


def test_purposes_keep_hashes_apart() -> None:
    hashes = {purpose_hash(purpose, b"same") for purpose in HashPurpose}
    assert len(hashes) == len(HashPurpose)
    assert {each[:2] for each in hashes} == {b"\x12\x20"}
