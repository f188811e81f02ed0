"""Rollback nodes in normal form, and nodes numbered without gaps.

Three rules: an empty rollback vanishes; a rollback that starts with one gives that one first and
rolls back the rest; a rollback that ends with one takes its nodes in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cantata.sandbox.engine.transaction.model import Tree
from cantata.sandbox.engine.transaction.nodes import (
    Create,
    Exercise,
    Fetch,
    Node,
    QueryByKey,
    Rollback,
)


def normalize(nodes: Sequence[Node | None], roots: Sequence[int]) -> Tree:
    """Bring rollback nodes into normal form and number the nodes that remain from 0.

    `nodes` is indexed by id, a parent before its children; ids that belong to no node are None.
    """
    shaped: list[list[_Shape]] = [[] for _ in nodes]
    for node_id in range(len(nodes) - 1, -1, -1):
        node = nodes[node_id]
        if node is not None:
            shaped[node_id] = _shape(node, shaped)
    return _number([shape for root in roots for shape in shaped[root]])


@dataclass(slots=True)
class _Shape:
    """A node, or a rollback in normal form, with what it will hold."""

    node: Node
    children: list[_Shape]

    @property
    def is_rollback(self) -> bool:
        return isinstance(self.node, Rollback)


def _shape(node: Node, shaped: list[list[_Shape]]) -> list[_Shape]:
    if isinstance(node, Create | Fetch | QueryByKey):
        return [_Shape(node, [])]
    children = [shape for child in node.children for shape in shaped[child]]
    if isinstance(node, Exercise):
        return [_Shape(node, children)]
    return _roll_back(node, children)


def _roll_back(node: Rollback, inner: list[_Shape]) -> list[_Shape]:
    first = 0
    while first < len(inner) and inner[first].is_rollback:
        first += 1
    before, rest = inner[:first], inner[first:]
    if not rest:
        return before
    if rest[-1].is_rollback:
        rest = [*rest[:-1], *rest[-1].children]
    return [*before, _Shape(node, rest)]


def _number(shapes: list[_Shape]) -> Tree:
    numbered: list[tuple[_Shape, list[int]]] = []
    roots: list[int] = []
    pending = [(shape, roots) for shape in reversed(shapes)]
    while pending:
        shape, siblings = pending.pop()
        siblings.append(len(numbered))
        children: list[int] = []
        numbered.append((shape, children))
        pending.extend((child, children) for child in reversed(shape.children))
    last = list(range(len(numbered)))
    for node_id in range(len(numbered) - 1, -1, -1):
        children = numbered[node_id][1]
        if children:
            last[node_id] = last[children[-1]]
    renumbered = tuple(
        _renumber(shape.node, node_id, tuple(children), last[node_id])
        for node_id, (shape, children) in enumerate(numbered)
    )
    return Tree(renumbered, tuple(roots))


def _renumber(node: Node, node_id: int, children: tuple[int, ...], last: int) -> Node:
    if isinstance(node, Create | Fetch | QueryByKey):
        return node._replace(node_id=node_id)
    return node._replace(node_id=node_id, children=children, last_descendant=last)
