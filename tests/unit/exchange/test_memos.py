"""Memos: found however a wallet writes them, and never met by chance or by a slip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.exchange.policy.memos import (
    LENGTH,
    SYMBOLS,
    TEXT_MAX,
    deposit_address,
    named_by,
    new_memo,
    normal,
    shown,
)

MEMO = "0123456789AB"
OTHER = "ABCDEFGHJKMY"
BODIES = st.text(SYMBOLS, min_size=LENGTH - 1, max_size=LENGTH - 1)


def complete(body: str) -> str:
    found = [body + symbol for symbol in SYMBOLS if normal(body + symbol)]
    assert len(found) == 1
    return found[0]


@given(BODIES)
def test_one_check_symbol_fits(body: str) -> None:
    assert normal(complete(body)) == complete(body)


@given(BODIES, st.integers(0, LENGTH - 1), st.sampled_from(SYMBOLS))
def test_one_wrong_symbol_is_noticed(body: str, place: int, symbol: str) -> None:
    memo = complete(body)
    changed = memo[:place] + symbol + memo[place + 1 :]
    assert (normal(changed) is not None) == (changed == memo)


@given(BODIES, st.integers(0, LENGTH - 2))
def test_neighbours_that_changed_places_are_noticed(body: str, place: int) -> None:
    memo = complete(body)
    one, two = memo[place], memo[place + 1]
    changed = memo[:place] + two + one + memo[place + 2 :]
    blind = {one, two} == {SYMBOLS[0], SYMBOLS[-1]}
    assert normal(changed) is None or changed == memo or blind


def test_made_memos_are_memos_and_differ() -> None:
    made = {new_memo() for _ in range(500)}
    assert len(made) == 500
    assert all(normal(memo) == memo for memo in made)


@pytest.mark.parametrize(
    "written",
    [
        MEMO,
        MEMO.lower(),
        f"  {MEMO}\n",
        shown(MEMO),
        "OI23 4567 89ab",
        "ol23456789aB",
        f"AcmeExchange account: {shown(MEMO)}",
        f"for {MEMO}, thanks",
        f"twice the same: {MEMO} {shown(MEMO)}",
        deposit_address("treasury::1220" + "ab" * 32, MEMO),
        f"x::1220ab?foo=1&memoid={MEMO.lower()}",
        "".join(chr(ord(symbol) + 0xFEE0) for symbol in MEMO),
    ],
)
def test_a_memo_is_found_however_it_is_written(written: str) -> None:
    assert named_by(written) == MEMO


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        " ",
        MEMO[:-1],
        MEMO + "0",
        "0" + MEMO,
        MEMO[:-1] + "G",
        f"{MEMO} or {OTHER}",
        f"party?memoId={OTHER}x {MEMO}",
        "party?memoId=",
        "١٢٣٤٥٦٧٨٩٠١٢",
        "0" * 10_000,
        f"{MEMO} " + "x" * TEXT_MAX,
        "<script>alert(1)</script>",
        "6a1d6c6c-8f1e-4d53-9a77-2d3a3f9b1a2c",
    ],
)
def test_everything_else_names_nobody(written: str | None) -> None:
    assert named_by(written) is None


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    found = named_by(text)
    assert found is None or normal(found) == found
