"""Folding nested values without recursion: each node is a generator that asks for those inside."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeAlias, TypeVar

N = TypeVar("N")
R = TypeVar("R")

Steps: TypeAlias = Generator[N, R, R]
"""The fold of one node: yields each node inside it and is sent its result, then returns its own."""


def run(node: N, step: Callable[[N], Steps[N, R]]) -> R:
    """Fold a node and all inside it; open nodes wait on a stack, however deep they nest."""
    stack = [step(node)]
    result: Any = None
    while stack:
        try:
            inner = stack[-1].send(result)
        except StopIteration as done:
            stack.pop()
            result = done.value
        else:
            stack.append(step(inner))
            result = None
    return result  # type: ignore[no-any-return]


def each(nodes: Iterable[N]) -> Generator[N, R, list[R]]:
    """Ask for several nodes in order; for use inside the steps of the node that holds them."""
    results = []
    for node in nodes:
        results.append((yield node))  # noqa: PERF401 -- a comprehension cannot yield
    return results
