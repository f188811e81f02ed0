"""Recursion without the interpreter's stack: generators that yield the work they wait for."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

Step = Generator[Any, Any, Any]
"""Work that yields the steps it needs, is sent their results and returns its own."""


def run(step: Step) -> Any:
    """Run a step and all the steps it asks for, however deep they nest, and give its result."""
    waiting: list[Step] = []
    value: Any = None
    while True:
        try:
            wanted = step.send(value)
        except StopIteration as done:
            value = done.value
            if not waiting:
                return value
            step = waiting.pop()
        else:
            waiting.append(step)
            step = wanted
            value = None
