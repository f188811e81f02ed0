"""A statement as CSV; no cell of it is taken for a formula by a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from cantata.tokens.statements.model import Section, Statement

HEADER = (
    "recorded_at",
    "instrument_admin",
    "instrument",
    "kind",
    "counterparty",
    "memo",
    "amount",
    "balance",
    "offset",
    "update_id",
)
OPENING = "opening"
CLOSING = "closing"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(statement: Statement) -> str:
    """Write a statement: for each instrument its opening, its movements, its closing."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    for section in statement.sections:
        writer.writerows(_rows(statement, section))
    return text.getvalue()


def guarded(cell: str) -> str:
    """Give a text so that a spreadsheet shows it and computes nothing."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def _rows(statement: Statement, section: Section) -> Iterator[tuple[str, ...]]:
    named = (guarded(section.instrument.admin), guarded(section.instrument.id))
    opened, closed = str(section.opening), str(section.closing)
    offsets = str(statement.opened_at), str(statement.closed_at)
    yield (str(statement.begin), *named, OPENING, "", "", "", opened, offsets[0], "")
    for line in section.lines:
        texts = (guarded(line.counterparty), guarded(line.memo))
        amounts = (str(line.delta), str(line.balance))
        place = (str(line.offset), line.update_id)
        yield (str(line.recorded_at), *named, line.kind.value, *texts, *amounts, *place)
    yield (str(statement.end), *named, CLOSING, "", "", "", closed, offsets[1], "")
