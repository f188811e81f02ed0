"""Rows in columns for people, JSON objects for machines."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from cantata.cli.output import OutputFormat, console, print_json

GAP = 2
CELL_MIN = 16
"""Characters that a cell keeps at least."""


def print_rows(output: OutputFormat, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, or as JSON objects with the columns' names.

    On a terminal that is too narrow long cells are cut; elsewhere lines are as long as they are.
    """
    if output is OutputFormat.JSON:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    to = console()
    shown = _fitted([columns, *rows], to.width) if to.is_terminal else [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for number, row in enumerate(shown):
        padded = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        to.print(Text((GAP * " ").join(padded).rstrip(), style="" if number else "bold"))


def _fitted(rows: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Cut the cells of the widest columns until all columns fit, or none can give more."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while sum(widths) + GAP * (len(widths) - 1) > width and max(widths) > CELL_MIN:
        widths[widths.index(max(widths))] -= 1
    return [[_cut(cell, room) for cell, room in zip(row, widths, strict=True)] for row in rows]


def _cut(cell: str, room: int) -> str:
    return cell if len(cell) <= room else f"{cell[: room - 1]}…"
