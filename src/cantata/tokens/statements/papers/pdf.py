"""A statement as PDF, the same bytes for the same statement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cantata.kernel.words import short_party
from cantata.tokens.statements.errors import PdfNotInstalled
from cantata.tokens.statements.model import Section, Statement

FONT = "Helvetica"
ENCODING = "cp1252"
"""The characters of the fonts that every reader of PDF has; others are written as <U+1F600>."""

SUBSTITUTED = (
    "Characters that this paper's font lacks, and those that cannot be seen, are written as"
    " <U+...>, their number in Unicode; the statement as CSV or JSON has them as they are."
)

_COLUMNS = (("recorded", 40), ("what", 20), ("counterparty", 36), ("memo", 62))
_AMOUNTS = (("amount", 59), ("balance", 59))
"""Columns and their widths in millimetres; those of amounts hold 38 digits in bold, and more
digits, which sums may have, in a smaller size: no digit is ever left out."""

_LINE = 5
_BOTTOM = 15
_SMALL, _NORMAL, _LARGE = 7, 9, 14


def pdf_of(statement: Statement) -> bytes:
    """Draw a statement; raise PdfNotInstalled without the extra `reports`."""
    try:
        from fpdf import FPDF  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise PdfNotInstalled from error
    paper = FPDF(orientation="landscape", format="A4")
    paper.set_creation_date(statement.end.to_stdlib())
    paper.core_fonts_encoding = ENCODING
    paper.set_title("Statement of holdings")
    paper.set_auto_page_break(auto=True, margin=_BOTTOM)
    paper.footer = lambda: _number(paper)  # type: ignore[method-assign] # as the library asks
    paper.add_page()
    _head(paper, statement)
    for section in statement.sections:
        _section(paper, section)
    if not statement.sections:
        paper.ln(_LINE)
        paper.cell(0, _LINE, "Nothing was held and nothing moved.", new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


def printable(text: str) -> str:
    """Give a text with characters that the font lacks, and control characters, by number."""
    return "".join(each if _has(each) else f"<U+{ord(each):04X}>" for each in text)


def _has(character: str) -> bool:
    if not character.isprintable():
        return False
    try:
        character.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def _head(paper: Any, statement: Statement) -> None:
    paper.set_font(FONT, style="B", size=_LARGE)
    paper.cell(0, 2 * _LINE, "Statement of holdings", new_x="LMARGIN", new_y="NEXT")
    paper.set_font(FONT, size=_NORMAL)
    state = "final" if statement.is_final else "preliminary: the period is not over on the ledger"
    for line in (
        str(statement.owner),
        f"from {statement.begin} up to {statement.end} ({state})",
        f"ledger offsets {statement.opened_at} to {statement.closed_at}",
    ):
        paper.multi_cell(0, _LINE, printable(line), new_x="LMARGIN", new_y="NEXT")
    if any(printable(text) != text for text in _texts(statement)):
        paper.set_font(FONT, style="I", size=_SMALL)
        paper.multi_cell(0, _LINE, SUBSTITUTED, new_x="LMARGIN", new_y="NEXT")


def _texts(statement: Statement) -> Iterator[str]:
    """Give the texts that people wrote."""
    for section in statement.sections:
        for line in section.lines:
            yield from (line.memo, line.counterparty)


def _section(paper: Any, section: Section) -> None:
    paper.ln(_LINE)
    paper.set_font(FONT, style="B", size=_NORMAL)
    name = f"{section.instrument.id}, issued by {section.instrument.admin}"
    paper.multi_cell(0, _LINE, printable(name), new_x="LMARGIN", new_y="NEXT")
    _titles(paper)
    _row(paper, ["", "opening", "", "", "", str(section.opening)])
    for line in section.lines:
        _turn_page(paper)
        party = short_party(line.counterparty)
        what = [str(line.recorded_at), line.kind.value, party, line.memo]
        _row(paper, [*what, str(line.delta), str(line.balance)])
    _turn_page(paper)
    _row(paper, ["", "closing", "", "", "", str(section.closing)], style="B")


def _turn_page(paper: Any) -> None:
    """Begin a new page under the columns' titles where the next row does not fit."""
    if paper.will_page_break(_LINE):
        paper.add_page()
        _titles(paper)


def _titles(paper: Any) -> None:
    _row(paper, [title for title, _ in (*_COLUMNS, *_AMOUNTS)], style="B")


def _number(paper: Any) -> None:
    """Write on a page which one it is, of how many."""
    paper.set_font(FONT, size=_SMALL)
    paper.set_y(_LINE - _BOTTOM)
    paper.cell(0, _LINE, f"{paper.page_no()} / {{nb}}", align="R")


def _row(paper: Any, cells: list[str], *, style: str = "") -> None:
    widths = [width for _, width in (*_COLUMNS, *_AMOUNTS)]
    for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        paper.set_font(FONT, style=style, size=_SMALL)
        if number >= len(_COLUMNS):
            paper.set_font_size(_SMALL * min(1, _room(width) / (paper.get_string_width(cell) or 1)))
            paper.cell(width, _LINE, cell, align="R")
        else:
            paper.cell(width, _LINE, _fitted(paper, printable(cell), width), align="L")
    paper.ln(_LINE)


def _room(width: int) -> int:
    return width - 2


def _fitted(paper: Any, text: str, width: int) -> str:
    """Cut a text that is wider than its column."""
    room = _room(width)
    if paper.get_string_width(text) <= room:
        return text
    while text and paper.get_string_width(f"{text}...") > room:
        text = text[:-1]
    return f"{text}..."
