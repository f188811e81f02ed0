"""Blocks of text: one line while they fit, else a head with indented lines below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH = 96
INDENT = "  "

ATOM, APPLICATION, OPEN = 0, 1, 2
"""How tightly a block holds together: alone anywhere, as a function, only in parentheses."""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text, and whether they need parentheses where something tighter is wanted."""

    lines: tuple[str, ...]
    level: int = ATOM

    @property
    def one_line(self) -> str | None:
        """Give the text if it is one line."""
        return self.lines[0] if len(self.lines) == 1 else None

    def within(self, level: int) -> Block:
        """Give the block in parentheses, unless it is at least as tight as `level`."""
        if self.level <= level:
            return self
        if len(self.lines) == 1:
            return Block((f"({self.lines[0]})",))
        *inner, last = self.lines
        first = f"({inner[0]}"
        return Block((first, *inner[1:], f"{last})"))


def text(line: str, level: int = ATOM) -> Block:
    """Give one line."""
    return Block((line,), level)


def words(parts: Iterable[Block], level: int = ATOM) -> Block:
    """Join blocks by spaces; if they do not fit in a line, indent all below the first."""
    blocks = list(parts)
    joined = _joined(blocks, " ")
    if joined is not None:
        return Block((joined,), level)
    head, *rest = blocks
    return Block((*head.lines, *indented(rest)), level)


def listed(opening: str, items: Sequence[Block], closing: str) -> Block:
    """Give ``opening a, b, c closing``, one item a line if they do not fit."""
    joined = _joined(items, ", ")
    if joined is not None and len(opening) + len(joined) + len(closing) <= WIDTH:
        return Block((f"{opening}{joined}{closing}",))
    lines = [opening]
    for number, item in enumerate(items, start=1):
        *first, last = (INDENT + line for line in item.lines)
        lines += [*first, last if number == len(items) else f"{last},"]
    return Block((*lines, closing))


def below(head: str, block: Block, level: int = OPEN) -> Block:
    """Put a block behind a head if it fits in the line, else indented below."""
    line = block.one_line
    if line is not None and len(head) + len(line) < WIDTH:
        return Block((f"{head} {line}",), level)
    return Block((head, *indented([block])), level)


def stacked(blocks: Iterable[Block], level: int = OPEN) -> Block:
    """Put blocks one below the other."""
    return Block(tuple(line for block in blocks for line in block.lines), level)


def indented(blocks: Iterable[Block]) -> list[str]:
    """Give the lines of blocks, one step to the right."""
    return [INDENT + line for block in blocks for line in block.lines]


def _joined(blocks: Sequence[Block], separator: str) -> str | None:
    parts = []
    for block in blocks:
        line = block.one_line
        if line is None:
            return None
        parts.append(line)
    joined = separator.join(parts)
    return joined if len(joined) <= WIDTH else None
