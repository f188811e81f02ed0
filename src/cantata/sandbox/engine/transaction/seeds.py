"""Node seeds and discriminators: where the randomness of contract ids comes from.

The derivation is the network's own (HMAC-SHA256 keyed with the parent's seed), so that a
prepared transaction carries seeds that a participant would compute itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from struct import Struct

from cantata.sandbox.engine.transaction.model import Tree
from cantata.sandbox.engine.transaction.nodes import Create, Exercise, Rollback

SEED_BYTES = 32

_INT = Struct(">i").pack
_LONG = Struct(">q").pack

_BLOCK_BYTES = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_INNER_REST = b"\x36" * (_BLOCK_BYTES - SEED_BYTES)
_OUTER_REST = b"\x5c" * (_BLOCK_BYTES - SEED_BYTES)


class ActionSeed(bytes):
    """A submission's seed that stands for the seed of its one action, derived elsewhere.

    A prepared transaction tells the seeds of its actions, and not that from which they came.
    """

    __slots__ = ()


def node_seed(parent: bytes, index: int) -> bytes:
    """Derive the seed of the action at place `index` (from 0) inside its parent."""
    if parent.__class__ is ActionSeed:
        assert index == 0, "an action's own seed is for one action"
        return bytes(parent)
    return _keyed(parent, _INT(index))


def discriminator(seed: bytes, preparation_time: int, stakeholders: bytes) -> bytes:
    """Derive the 32 bytes that tell a contract apart, from its create node's seed.

    `stakeholders` are given as `pack_parties` writes them.
    """
    return _keyed(seed, _LONG(preparation_time) + stakeholders)


def pack_parties(parties: Iterable[str]) -> bytes:
    """Write a set of parties: how many, then each with its length, in order."""
    encoded = [party.encode() for party in sorted(parties)]
    parts = [_INT(len(encoded))]
    for party in encoded:
        parts.append(_INT(len(party)))
        parts.append(party)
    return b"".join(parts)


def node_seeds(tree: Tree, seed: bytes) -> Mapping[int, bytes]:
    """Give the seeds of all create and exercise nodes by node id."""
    seeds: dict[int, bytes] = {}
    contexts = [(seed, tree.roots)]
    while contexts:
        parent, children = contexts.pop()
        for index, node_id in enumerate(_actions(tree, children)):
            node = tree.nodes[node_id]
            if isinstance(node, Create | Exercise):
                seeds[node_id] = own = node_seed(parent, index)
                if isinstance(node, Exercise) and node.children:
                    contexts.append((own, node.children))
    return seeds


def _keyed(seed: bytes, message: bytes) -> bytes:
    """Give HMAC-SHA256; written out because the library's takes half as long again."""
    inner = sha256(seed.translate(_INNER) + _INNER_REST + message).digest()
    return sha256(seed.translate(_OUTER) + _OUTER_REST + inner).digest()


def _actions(tree: Tree, children: tuple[int, ...]) -> Iterable[int]:
    """Give actions in order; what was rolled back counts in the context around it."""
    pending = list(reversed(children))
    while pending:
        node_id = pending.pop()
        node = tree.nodes[node_id]
        if isinstance(node, Rollback):
            pending.extend(reversed(node.children))
        else:
            yield node_id
