"""Node seeds and discriminators: where the randomness of contract ids comes from.

The derivation is the network's own (HMAC-SHA256 keyed with the parent's seed), so that a
prepared transaction carries seeds that a participant would compute itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hmac import digest
from struct import Struct

from cantata.sandbox.engine.transaction.model import Transaction
from cantata.sandbox.engine.transaction.nodes import Create, Exercise, Rollback

SEED_BYTES = 32

_INT = Struct(">i").pack
_LONG = Struct(">q").pack


def node_seed(parent: bytes, index: int) -> bytes:
    """Derive the seed of the action at place `index` (from 0) inside its parent."""
    return digest(parent, _INT(index), "sha256")


def discriminator(seed: bytes, preparation_time: int, stakeholders: Iterable[str]) -> bytes:
    """Derive the 32 bytes that tell a contract apart, from its create node's seed."""
    parties = [party.encode() for party in sorted(stakeholders)]
    parts = [_LONG(preparation_time), _INT(len(parties))]
    for party in parties:
        parts.append(_INT(len(party)))
        parts.append(party)
    return digest(seed, b"".join(parts), "sha256")


def node_seeds(transaction: Transaction, seed: bytes) -> Mapping[int, bytes]:
    """Give the seeds of all create and exercise nodes by node id."""
    seeds: dict[int, bytes] = {}
    contexts = [(seed, transaction.roots)]
    while contexts:
        parent, children = contexts.pop()
        for index, node_id in enumerate(_actions(transaction, children)):
            node = transaction.nodes[node_id]
            if isinstance(node, Create | Exercise):
                seeds[node_id] = own = node_seed(parent, index)
                if isinstance(node, Exercise) and node.children:
                    contexts.append((own, node.children))
    return seeds


def _actions(transaction: Transaction, children: tuple[int, ...]) -> Iterable[int]:
    """Give actions in order; what was rolled back counts in the context around it."""
    pending = list(reversed(children))
    while pending:
        node_id = pending.pop()
        node = transaction.nodes[node_id]
        if isinstance(node, Rollback):
            pending.extend(reversed(node.children))
        else:
            yield node_id
