"""A transaction: what a submission would do, before it is committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.transaction.nodes import Create, Node, Rollback


class TimeBounds(NamedTuple):
    """Ledger times at which the transaction stays what it is; None = open, ends included."""

    earliest: int | None
    latest: int | None

    def admit(self, time: int) -> bool:
        """Tell whether the transaction may be recorded with that ledger time."""
        return (self.earliest is None or time >= self.earliest) and (
            self.latest is None or time <= self.latest
        )


ANY_TIME = TimeBounds(None, None)


class Tree(NamedTuple):
    """Nodes in execution order, a node's id being its place, and the ids of those at the top."""

    nodes: tuple[Node, ...]
    roots: tuple[int, ...]

    def effective(self) -> Iterator[Node]:
        """Give the nodes that were not rolled back, in execution order."""
        after = -1
        for node in self.nodes:
            if node.node_id <= after:
                continue
            if isinstance(node, Rollback):
                after = node.last_descendant
            else:
                yield node


class Transaction(NamedTuple):
    """A tree and what it means for the ledger.

    `inputs` are the contracts it uses that existed before, `archived` those of them that it
    consumes. `created` are the nodes that create what is alive at its end, in order.
    """

    tree: Tree
    bounds: TimeBounds
    inputs: tuple[Contract, ...]
    created: tuple[Create, ...]
    archived: tuple[Contract, ...]
