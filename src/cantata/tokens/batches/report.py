"""What became of a batch, as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.http.texts import csv_cell
from cantata.tokens.batches.schemas import RowAnswer

HEADER = (
    "line",
    "key",
    "sender",
    "receiver",
    "amount",
    "memo",
    "state",
    "operation",
    "update_id",
    "code",
    "column",
    "message",
)


def header() -> str:
    """Give the first line."""
    return _line(HEADER)


def lines(rows: Iterable[RowAnswer]) -> str:
    """Give a line for each row; the first thing that is wrong with it is named."""
    return "".join(_line(_cells(row)) for row in rows)


def _cells(row: RowAnswer) -> tuple[str, ...]:
    wrong = row.errors[0] if row.errors else None
    said = (row.key, row.sender, row.receiver, row.amount, row.memo)
    done = (row.state, row.operation, row.update_id)
    why = (None, None, None) if wrong is None else (wrong.code, wrong.column, wrong.message)
    return (str(row.line), *(each or "" for each in (*said, *done, *why)))


def _line(cells: Iterable[str]) -> str:
    return ",".join(map(csv_cell, cells)) + "\r\n"
