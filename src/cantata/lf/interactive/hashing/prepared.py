"""The hash of a prepared transaction: of its tree and of the signed part of its metadata."""

from __future__ import annotations

from enum import IntEnum
from hashlib import sha256

from cantata.lf.interactive.hashing.chunks import (
    int32,
    int64,
    optional_int64,
    text,
    texts,
)
from cantata.lf.interactive.hashing.node import NodeEncoding
from cantata.lf.interactive.model import InputContract, Metadata, PreparedTransaction
from cantata.lf.interactive.tree import NodeTree, tree_of

_PURPOSE = (48).to_bytes(4, "big")
"""Prepared submissions, among everything that the network hashes."""


class HashingScheme(IntEnum):
    """How a prepared transaction is hashed; the names are those of the Ledger API."""

    HASHING_SCHEME_VERSION_V2 = 2
    HASHING_SCHEME_VERSION_V3 = 3


V2 = HashingScheme.HASHING_SCHEME_VERSION_V2
V3 = HashingScheme.HASHING_SCHEME_VERSION_V3

_NODES = {V2: NodeEncoding(with_keys=False), V3: NodeEncoding(with_keys=True)}


def prepared_hash(prepared: PreparedTransaction, scheme: HashingScheme = V2) -> bytes:
    """Give the 32 bytes that external parties sign.

    Raise `BrokenTree` for nodes that form no tree and `NotHashable` for what the scheme lacks.
    """
    transaction = _transaction(prepared, tree_of(prepared.transaction), scheme)
    metadata = _metadata(prepared.metadata, scheme)
    return sha256(_PURPOSE + bytes((scheme,)) + transaction + metadata).digest()


def _transaction(prepared: PreparedTransaction, tree: NodeTree, scheme: HashingScheme) -> bytes:
    hashes = _NODES[scheme].hashes(tree)
    roots = int32(len(tree.roots)) + b"".join(hashes[root] for root in tree.roots)
    return sha256(_PURPOSE + text(prepared.transaction.version) + roots).digest()


def _metadata(metadata: Metadata, scheme: HashingScheme) -> bytes:
    inputs = [_input(contract, scheme) for contract in metadata.input_contracts]
    content = (
        (b"\x01" if scheme is V2 else b"")
        + texts(metadata.submitter.act_as)
        + text(metadata.submitter.command_id)
        + text(metadata.transaction_uuid)
        + int32(metadata.mediator_group)
        + text(metadata.synchronizer_id)
        + optional_int64(metadata.min_ledger_effective_time)
        + optional_int64(metadata.max_ledger_effective_time)
        + int64(metadata.preparation_time)
        + int32(len(inputs))
        + b"".join(inputs)
        + (b"" if scheme is V2 else optional_int64(metadata.max_record_time))
    )
    return sha256(_PURPOSE + content).digest()


def _input(contract: InputContract, scheme: HashingScheme) -> bytes:
    create = _NODES[scheme].create(contract.create, None)
    return int64(contract.created_at) + sha256(create).digest()
