"""Transactions: the tree of what happened, its shape and its ids."""

from cantata.sandbox.engine.transaction.model import TimeBounds, Transaction, Tree
from cantata.sandbox.engine.transaction.nodes import (
    Create,
    Exercise,
    Fetch,
    Node,
    QueryByKey,
    Rollback,
)

__all__ = [
    "Create",
    "Exercise",
    "Fetch",
    "Node",
    "QueryByKey",
    "Rollback",
    "TimeBounds",
    "Transaction",
    "Tree",
]
