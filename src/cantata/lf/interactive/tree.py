"""The tree of a prepared transaction, checked: every node is reached once, from one root."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cantata.lf.interactive.errors import BrokenTree
from cantata.lf.interactive.model import Action, Create, DamlTransaction, Exercise, Node, Rollback

SEED_BYTES = 32
_NODE_ID = re.compile(r"0|[1-9][0-9]{0,9}")
_SHOWN_MAX = 40


@dataclass(frozen=True, slots=True)
class NodeTree:
    """Nodes by id with parents before children, and the seeds of those that have one."""

    roots: tuple[str, ...]
    actions: Mapping[str, Action]
    seeds: Mapping[str, bytes]


def children_of(action: Action) -> tuple[str, ...]:
    """Give the ids of the nodes inside an action."""
    return action.children if isinstance(action, Exercise | Rollback) else ()


def tree_of(transaction: DamlTransaction) -> NodeTree:
    """Give the tree, in the order of execution, or raise `BrokenTree`.

    Nodes that no root reaches are refused: no hash would cover them.
    """
    nodes = _by_id(transaction.nodes)
    actions: dict[str, Action] = {}
    pending = list(reversed(transaction.roots))
    while pending:
        node_id = pending.pop()
        node = nodes.get(node_id)
        if node is None:
            raise BrokenTree(f"there is no node {node_id[:_SHOWN_MAX]!r}")
        if node_id in actions:
            raise BrokenTree(f"node {node_id} stands in two places")
        actions[node_id] = node.action
        pending.extend(reversed(children_of(node.action)))
    if len(actions) != len(nodes):
        lost = next(node_id for node_id in nodes if node_id not in actions)
        raise BrokenTree(f"no root leads to node {lost}")
    return NodeTree(transaction.roots, actions, _seeds(transaction, actions))


def _by_id(nodes: tuple[Node, ...]) -> dict[str, Node]:
    by_id: dict[str, Node] = {}
    for node in nodes:
        if _NODE_ID.fullmatch(node.node_id) is None:
            raise BrokenTree(f"{node.node_id[:_SHOWN_MAX]!r} is no id of a node")
        if node.node_id in by_id:
            raise BrokenTree(f"there are two nodes {node.node_id}")
        by_id[node.node_id] = node
    return by_id


def _seeds(transaction: DamlTransaction, actions: Mapping[str, Action]) -> dict[str, bytes]:
    seeds: dict[str, bytes] = {}
    for given in transaction.node_seeds:
        node_id = str(given.node_id)
        if not isinstance(actions.get(node_id), Create | Exercise):
            raise BrokenTree(f"a seed is given for {node_id}, which creates and exercises nothing")
        if node_id in seeds:
            raise BrokenTree(f"two seeds are given for node {node_id}")
        if len(given.seed) != SEED_BYTES:
            raise BrokenTree(f"the seed of node {node_id} has {len(given.seed)} bytes, not 32")
        seeds[node_id] = given.seed
    return seeds
