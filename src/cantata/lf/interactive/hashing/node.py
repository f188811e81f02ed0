"""The hashed encoding of nodes; children stand in it by their hashes."""

from __future__ import annotations

from hashlib import sha256

from cantata.lf.interactive.errors import NotHashable
from cantata.lf.interactive.hashing import value
from cantata.lf.interactive.hashing.chunks import (
    ABSENT,
    PRESENT,
    contract_id,
    flag,
    identifier,
    int32,
    optional_identifier,
    text,
    texts,
)
from cantata.lf.interactive.model import (
    Create,
    Exercise,
    Fetch,
    KeyWithMaintainers,
    QueryByKey,
    Rollback,
)
from cantata.lf.interactive.tree import NodeTree, children_of

_HASH_BYTES = 32


class NodeEncoding:
    """Nodes as a scheme hashes them; V3 (`with_keys`) adds contract keys and drops a prefix."""

    def __init__(self, *, with_keys: bool) -> None:
        self._with_keys = with_keys
        self._prefix = b"" if with_keys else b"\x01"

    def hashes(self, tree: NodeTree) -> dict[str, bytes]:
        """Give the hash of each node by its id."""
        done: dict[str, bytes] = {}
        for node_id in reversed(tuple(tree.actions)):
            action = tree.actions[node_id]
            children = b"".join(done[child] for child in children_of(action))
            match action:
                case Create():
                    content = self.create(action, _seed(tree, node_id))
                case Exercise():
                    content = self._exercise(action, _seed(tree, node_id)) + children
                case Fetch():
                    content = self._fetch(action)
                case Rollback(ids):
                    content = self._prefix + b"\x03" + int32(len(ids)) + children
                case QueryByKey():
                    content = self._query(action)
            done[node_id] = sha256(content).digest()
        return done

    def create(self, node: Create, seed: bytes | None) -> bytes:
        """Write a create node; an input contract has no seed."""
        return (
            self._prefix
            + text(node.lf_version)
            + b"\x00"
            + (ABSENT if seed is None else PRESENT + seed)
            + contract_id(node.contract_id)
            + text(node.package_name)
            + identifier(node.template)
            + value.encoded(node.argument)
            + texts(node.signatories)
            + texts(node.stakeholders)
            + self._key(node.key)
        )

    def _exercise(self, node: Exercise, seed: bytes) -> bytes:
        return (
            self._prefix
            + text(node.lf_version)
            + b"\x01"
            + seed
            + contract_id(node.contract_id)
            + text(node.package_name)
            + identifier(node.template)
            + texts(node.signatories)
            + texts(node.stakeholders)
            + texts(node.acting_parties)
            + optional_identifier(node.interface)
            + text(node.choice)
            + value.encoded(node.argument)
            + flag(node.consuming)
            + value.optional(node.result)
            + texts(node.choice_observers)
            + self._by_key(node)
            + int32(len(node.children))
        )

    def _fetch(self, node: Fetch) -> bytes:
        return (
            self._prefix
            + text(node.lf_version)
            + b"\x02"
            + contract_id(node.contract_id)
            + text(node.package_name)
            + identifier(node.template)
            + texts(node.signatories)
            + texts(node.stakeholders)
            + optional_identifier(node.interface)
            + texts(node.acting_parties)
            + self._by_key(node)
        )

    def _query(self, node: QueryByKey) -> bytes:
        if not self._with_keys:
            raise NotHashable("scheme V2 has no look-ups by key; use V3")
        return (
            text(node.lf_version)
            + b"\x04"
            + text(node.package_name)
            + identifier(node.template)
            + flag(node.exhaustive)
            + _key_with_maintainers(node.key)
            + int32(len(node.result))
            + b"".join(map(contract_id, node.result))
        )

    def _by_key(self, node: Exercise | Fetch) -> bytes:
        return (flag(node.by_key) if self._with_keys else b"") + self._key(node.key)

    def _key(self, key: KeyWithMaintainers | None) -> bytes:
        if not self._with_keys:
            if key is not None:
                raise NotHashable("scheme V2 would leave out a contract key; use V3")
            return b""
        return ABSENT if key is None else PRESENT + _key_with_maintainers(key)


def _seed(tree: NodeTree, node_id: str) -> bytes:
    seed = tree.seeds.get(node_id)
    if seed is None:
        raise NotHashable(f"node {node_id} has no seed")
    return seed


def _key_with_maintainers(keyed: KeyWithMaintainers) -> bytes:
    key = keyed.key
    if key is None or key.template is None or key.key is None:
        raise NotHashable("a contract key is incomplete")
    if len(key.hash) != _HASH_BYTES:
        raise NotHashable(f"the hash of a contract key has {len(key.hash)} bytes")
    return (
        text(key.package_name)
        + identifier(key.template)
        + value.encoded(key.key)
        + key.hash
        + texts(keyed.maintainers)
    )
