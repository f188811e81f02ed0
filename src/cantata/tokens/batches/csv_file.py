"""Rows of a batch from a CSV file: strict about encoding, separators, quotes and columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from cantata.http.errors import RowFault
from cantata.tokens.batches.errors import BatchTooLarge, FileRefused
from cantata.tokens.batches.model import ROWS_MAX, Columns, RawRow

SEPARATORS = (",", ";", "\t")
_MARK = b"\xef\xbb\xbf"
_FOREIGN_MARKS = (b"\xff\xfe", b"\xfe\xff")
SHOWN_MAX = 60


def rows_of(content: bytes, columns: Columns) -> tuple[tuple[RawRow, ...], tuple[RowFault, ...]]:
    """Read a file; give its rows, and the faults of those with too few or too many cells.

    UTF-8 with or without its mark, cells separated by comma, semicolon or tab, quoted as RFC 4180
    says, one header line. Raise FileRefused where it cannot be read, BatchTooLarge for too much.
    """
    records = _records(_decoded(content))
    begin, header = next(records, (1, []))
    names = _named(begin, header, columns)
    rows: list[RawRow] = []
    faults: list[RowFault] = []
    for line, cells in records:
        if len(rows) + len(faults) >= ROWS_MAX:
            raise BatchTooLarge(ROWS_MAX + 1, ROWS_MAX, "a batch")
        if len(cells) != len(names):
            why = f"the line has {len(cells)} cells, its header {len(names)}"
            faults.append(RowFault(line, "", "CELLS_MISMATCHED", why))
            continue
        rows.append(RawRow(line=line, cells=dict(zip(names, cells, strict=True))))
    return tuple(rows), tuple(faults)


def _decoded(content: bytes) -> str:
    if content.startswith(_FOREIGN_MARKS):
        raise FileRefused(
            RowFault(1, "", "ENCODING_REFUSED", "the file is in UTF-16; save it in UTF-8")
        )
    content = content.removeprefix(_MARK)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"0x{content[error.start]:02x}"
        why = f"the byte {byte} is no part of UTF-8; save the file in UTF-8"
        raise FileRefused(RowFault(line, "", "ENCODING_REFUSED", why)) from None


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give each record with the line that it begins on; empty lines are none."""
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            why = f"{error}: quote cells that hold separators, quotes or line breaks"
            raise FileRefused(RowFault(line, "", "CSV_MALFORMED", why)) from None
        if cells is None:
            return
        if cells:
            yield line, cells
        line = reader.line_num + 1


def _named(line: int, header: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Check the names of columns; raise FileRefused with everything that is wrong with them."""
    names = tuple(name.strip() for name in header)
    faults = []
    for number, name in enumerate(names):
        if name not in columns.all:
            faults.append(RowFault(line, name[:SHOWN_MAX], "COLUMN_UNKNOWN", _near(name, columns)))
        elif name in names[:number]:
            faults.append(RowFault(line, name, "COLUMN_DOUBLED", "the column is there twice"))
    faults += [
        RowFault(line, name, "COLUMN_MISSING", "the column is missing")
        for name in columns.required
        if name not in names
    ]
    if faults:
        raise FileRefused(*faults)
    return names


def _near(name: str, columns: Columns) -> str:
    close = get_close_matches(name.lower()[:SHOWN_MAX], columns.all, n=1)
    return f"did you mean {close[0]!r}?" if close else f"columns are {', '.join(columns.all)}"
