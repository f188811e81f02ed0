"""Amounts follow their grammar, texts for people deceive nobody, cells are no formulas."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.http import texts
from cantata.http.cursors import Cursors
from cantata.http.errors import CursorRefused
from cantata.http.schemas import AMOUNT_PATTERN


@given(st.text(alphabet="0123456789.-+e ,x١_", max_size=45))
def test_amounts_are_those_of_the_published_pattern(text: str) -> None:
    fits = re.fullmatch(AMOUNT_PATTERN.replace("$", ""), text, re.ASCII) is not None
    try:
        assert texts.amount(text) == text
        assert fits
    except texts.TextRefused:
        assert not fits


@given(st.text(max_size=20))
def test_visible_texts_come_back_as_they_are(text: str) -> None:
    with suppress(texts.NameRefused):
        assert texts.visible(text) == text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_are_no_formulas(start: str) -> None:
    assert texts.csv_cell(f'{start}a"b') == f'"\'{start}a""b"'
    assert texts.csv_cell("plain") == '"plain"'


@pytest.mark.parametrize(
    "address", ["a@b", "a b@c.de", "@c.de", "a@", "a@b..c", "ä@b.de", "a" * 65 + "@b.de"]
)
def test_addresses_are_checked(address: str) -> None:
    with pytest.raises(texts.TextRefused):
        texts.email(address)


def test_cursors_are_good_for_their_list_only() -> None:
    mine, other = Cursors(b"one"), Cursors(b"two")
    cursor = mine.write("holdings alice", [7, "00ab"])
    assert mine.read("holdings alice", cursor) == [7, "00ab"]
    for reader, listing, text in (
        (mine, "holdings bob", cursor),
        (other, "holdings alice", cursor),
        (mine, "holdings alice", cursor[:-2] + "AA"),
        (mine, "holdings alice", "ä"),
        (mine, "holdings alice", ""),
    ):
        with pytest.raises(CursorRefused):
            reader.read(listing, text)
