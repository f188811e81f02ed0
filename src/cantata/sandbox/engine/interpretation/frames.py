"""The place in the tree where the next node goes, and whose authority it has."""

from __future__ import annotations

from cantata.lf.model import Ref
from cantata.sandbox.engine.transaction.seeds import node_seed


class Frame:
    """The inside of one exercise, or of the whole submission.

    `authorizers` is the context authority of nodes in it. `index` counts its actions, also those
    that were rolled back; seeds are derived only when a contract is created below.
    """

    __slots__ = ("authorizers", "children", "index", "label", "outer", "own_index", "seed")

    def __init__(
        self,
        authorizers: frozenset[str],
        seed: bytes | None,
        outer: Frame | None = None,
        label: Label | None = None,
    ) -> None:
        self.authorizers = authorizers
        self.children: list[int] = []
        self.index = 0
        self.seed = seed
        self.outer = outer
        self.own_index = 0 if outer is None else outer.index
        self.label = label

    def action_seed(self) -> bytes:
        """Give the seed of the next action in this frame."""
        seed = self.seed
        return node_seed(self._own_seed() if seed is None else seed, self.index)

    def _own_seed(self) -> bytes:
        pending: list[Frame] = []
        frame = self
        while frame.seed is None:
            pending.append(frame)
            assert frame.outer is not None, "the outermost frame has the submission's seed"
            frame = frame.outer
        seed = frame.seed
        while pending:
            frame = pending.pop()
            seed = frame.seed = node_seed(seed, frame.own_index)
        return seed


Label = tuple[int, Ref, str, str]
"""Which exercise a frame is: node id, template or interface, choice, contract id."""


TRACE_LINES_MAX = 10
"""Exercises that a trace names, from the innermost outwards."""


def exercise_trace(frame: Frame | None, command: str) -> str:
    """Print where an interpretation stands: open exercises, then the command."""
    lines: list[str] = []
    at = frame
    while at is not None and at.label is not None:
        if len(lines) == TRACE_LINES_MAX:
            lines.append("...")
            break
        node_id, type_, choice, contract_id = at.label
        lines.append(
            f"in choice {short_type(type_)}:{choice} on contract {contract_id[:10]} (#{node_id})"
        )
        at = at.outer
    return "".join(f"    {line}\n" for line in [*lines, command] if line)


def short_type(ref: Ref) -> str:
    """Print a template or interface with eight digits of its package."""
    return f"{ref.package[:8]}:{ref.module}:{ref.name}"
