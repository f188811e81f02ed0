"""Canton's hashes: SHA-256 with a purpose in front, written as `1220…`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import IntEnum

from cantata.kernel.ids import Fingerprint

MULTIHASH_PREFIX = b"\x12\x20"


class HashPurpose(IntEnum):
    """What a hash stands for; the same bytes hash differently for each."""

    TOPOLOGY_TRANSACTION = 11
    PUBLIC_KEY_FINGERPRINT = 12
    TOPOLOGY_TRANSACTIONS = 55


def purpose_hash(purpose: HashPurpose, content: bytes) -> bytes:
    """Hash `content` for a purpose; 34 bytes, the first two say "SHA-256, 32 bytes"."""
    digest = hashlib.sha256(purpose.to_bytes(4, "big") + content).digest()
    return MULTIHASH_PREFIX + digest


def key_fingerprint(key: bytes) -> Fingerprint:
    """Give the fingerprint of a public key.

    `key` is the raw 32 bytes for Ed25519 and the DER SubjectPublicKeyInfo for every other curve.
    """
    return Fingerprint(purpose_hash(HashPurpose.PUBLIC_KEY_FINGERPRINT, key).hex())


def topology_transaction_hash(transaction: bytes) -> bytes:
    """Hash a serialized, versioned topology transaction; 34 bytes."""
    return purpose_hash(HashPurpose.TOPOLOGY_TRANSACTION, transaction)


def topology_transactions_hash(hashes: Iterable[bytes]) -> bytes:
    """Hash the hashes of several topology transactions into the 34 bytes that are signed."""
    ordered = sorted(hashes)
    content = b"".join(len(each).to_bytes(4, "big") + each for each in ordered)
    count = len(ordered).to_bytes(4, "big")
    return purpose_hash(HashPurpose.TOPOLOGY_TRANSACTIONS, count + content)
