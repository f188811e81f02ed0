"""What each command of a submission gave, read from the roots of its transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cantata.sandbox.engine import Command, Create, CreateAndExerciseCommand, Exercise, Tree


def results_of(tree: Tree, commands: Iterable[Command]) -> list[Any]:
    """Give, for each command in order, the id that it created or the result of its choice."""
    roots = iter(tree.roots)
    results = []
    for command in commands:
        root = next(roots)
        if isinstance(command, CreateAndExerciseCommand):
            root = next(roots)
        results.append(_result(tree, root))
    return results


def _result(tree: Tree, root: int) -> Any:
    node = tree.nodes[root]
    if isinstance(node, Create):
        return node.contract.contract_id
    assert isinstance(node, Exercise), "commands make creates and exercises"
    return node.result
