"""Statements on paper: every text can be written, no amount is cut, no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId, MovementKind
from cantata.tokens.statements.model import Line, Section, Statement
from cantata.tokens.statements.papers.csv import csv_of
from cantata.tokens.statements.papers.pdf import SUBSTITUTED, pdf_of, printable

NAMESPACE = "1220" + "ab" * 32
ALICE, BOB = (PartyId(f"{name}::{NAMESPACE}") for name in ("alice", "bob"))
GOLD = InstrumentId(PartyId(f"mint::{NAMESPACE}"), "GOLD")
MOST = Decimal("9999999999999999999999999999.9999999999")
BEGIN, END = (Timestamp.parse(f"2026-0{month}-01T00:00:00Z") for month in (1, 2))
ZERO = Decimal("0")


def paper(*memos: str, amount: Decimal = ZERO) -> Statement:
    lines = tuple(
        Line(
            recorded_at=BEGIN,
            offset=number,
            update_id="1220ab",
            kind=MovementKind.TRANSFER_IN,
            counterparty=BOB,
            memo=memo,
            delta=Total.of([amount]),
            balance=Total.of([amount]),
        )
        for number, memo in enumerate(memos)
    )
    section = Section(instrument=GOLD, opening=Total(), lines=lines, closing=Total.of([amount]))
    return Statement(
        owner=ALICE,
        begin=BEGIN,
        end=END,
        opened_at=1,
        closed_at=9,
        is_final=True,
        sections=(section,),
    )


def written(pdf: bytes) -> str:
    """Give the texts that a PDF draws."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    drawn = b""
    for each in streams:
        try:
            drawn += zlib.decompress(each)
        except zlib.error:
            continue
    return drawn.decode("cp1252", "replace")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_can_be_printed(memos: list[str]) -> None:
    assert pdf_of(paper(*memos)).startswith(b"%PDF-")


def test_what_the_font_has_is_drawn_and_the_rest_is_named() -> None:
    found = written(pdf_of(paper("Señor Müller – 5 €", "名")))
    assert "Señor Müller – 5 €" in found
    assert "<U+540D>" in found
    assert SUBSTITUTED[:40] in found
    assert SUBSTITUTED[:40] not in written(pdf_of(paper("plain")))
    assert printable("a\u202eb\n") == "a<U+202E>b<U+000A>"


def test_the_longest_amounts_are_whole() -> None:
    found = written(pdf_of(paper("", amount=Decimal("-1") + MOST - MOST)))
    assert "-1.0" in found
    whole = written(pdf_of(paper("", amount=MOST)))
    assert whole.count(str(MOST)) == 3
    assert written(pdf_of(paper("", amount=ZERO - MOST))).count(f"-{MOST}") == 3


def test_long_statements_number_their_pages() -> None:
    found = written(pdf_of(paper(*["rent"] * 100)))
    assert "(1 / ) Tj (4)" in found
    assert "(4 / ) Tj (4)" in found
    assert found.count("counterparty") == 4


def test_an_empty_statement_says_so() -> None:
    statement = paper()
    empty = Statement(
        owner=statement.owner,
        begin=BEGIN,
        end=END,
        opened_at=0,
        closed_at=0,
        is_final=False,
        sections=(),
    )
    assert "Nothing was held" in written(pdf_of(empty))


@given(st.text(max_size=30))
def test_no_cell_of_the_csv_is_a_formula(memo: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_of(paper(memo)), newline="")))
    assert all(not cell.startswith(("=", "+", "@", "\t", "\r")) for row in rows for cell in row)
    told = rows[2][5]
    assert told in (memo, f"'{memo}")
