"""Who is told: informees of a node, witnesses of a node within its transaction."""

from __future__ import annotations

from collections.abc import Iterator

from cantata.sandbox.engine.transaction.model import Tree
from cantata.sandbox.engine.transaction.nodes import (
    Create,
    Exercise,
    Fetch,
    Node,
    QueryByKey,
    Rollback,
)

_NOBODY: frozenset[str] = frozenset()


def informees(node: Node) -> frozenset[str]:
    """Give the parties that are told of a node for its own sake.

    Create: stakeholders. Consuming exercise: stakeholders, actors and choice observers. Other
    exercise: signatories, actors and choice observers. Fetch: signatories and actors. Look-up by
    key: the key's maintainers.
    """
    if isinstance(node, Create):
        return node.contract.stakeholders
    if isinstance(node, Exercise):
        told = node.stakeholders if node.consuming else node.signatories
        return _joined(_joined(told, node.actors), node.choice_observers)
    if isinstance(node, Fetch):
        return _joined(node.signatories, node.actors)
    if isinstance(node, QueryByKey):
        return node.key.maintainers
    return _NOBODY


def witnesses(tree: Tree) -> Iterator[tuple[Node, frozenset[str]]]:
    """Give each node that was not rolled back with its witnesses, in execution order.

    Witnesses are the informees of the node and of all nodes around it.
    """
    around: list[tuple[int, frozenset[str]]] = []
    skip_until = -1
    for node in tree.nodes:
        node_id = node.node_id
        if node_id <= skip_until:
            continue
        if isinstance(node, Rollback):
            skip_until = node.last_descendant
            continue
        while around and around[-1][0] < node_id:
            around.pop()
        told = informees(node)
        if around:
            told = _joined(around[-1][1], told)
        if node.last_descendant > node_id:
            around.append((node.last_descendant, told))
        yield node, told


def all_witnesses(tree: Tree) -> frozenset[str]:
    """Give everybody who witnesses anything of a tree: all informees of what counts."""
    told: set[frozenset[str]] = set()
    add, after = told.add, -1
    for place, node in enumerate(tree.nodes):
        if place <= after:
            continue
        if node.__class__ is Exercise:
            add(node.stakeholders if node.consuming else node.signatories)
            add(node.actors)
            add(node.choice_observers)
        elif node.__class__ is Create:
            add(node.contract.stakeholders)
        elif node.__class__ is Fetch:
            add(node.signatories)
            add(node.actors)
        elif isinstance(node, QueryByKey):
            add(node.key.maintainers)
        else:
            assert isinstance(node, Rollback)
            after = node.last_descendant
    return _NOBODY.union(*told)


def _joined(left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
    """Union, without a new set where one side holds the other."""
    if right <= left:
        return left
    return right if left <= right else left | right
