"""Rows of batches: files are read strictly, faults are exact, and judging equals doing."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.http.errors import RowFault
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.batches.csv_file import rows_of
from cantata.tokens.batches.errors import BatchTooLarge, FileRefused
from cantata.tokens.batches.model import COLUMNS, BatchOrder, Mode, Operation, RawRow, Row
from cantata.tokens.batches.policy import Facts, judge
from cantata.tokens.batches.rows import parsed
from cantata.tokens.model import InstrumentId

NAMESPACE = "1220" + "ab" * 32
ALICE, BOB, MINT = (PartyId(f"{name}::{NAMESPACE}") for name in ("alice", "bob", "mint"))
GOLD = InstrumentId(MINT, "GOLD")
NOW = Timestamp.parse("2026-01-01T00:00:00Z")
ZERO = Decimal("0")
TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS), max_size=20),
    separator=st.sampled_from(",;\t"),
    ending=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from([b"", b"\xef\xbb\xbf"]),
    last=st.booleans(),
)
def test_what_is_written_is_read(
    rows: list[tuple[str, str]], separator: str, ending: str, mark: bytes, last: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([("receiver", "amount"), *rows])
    content = text.getvalue() if last else text.getvalue().removesuffix(ending)
    found, faults = rows_of(mark + content.encode(), COLUMNS[Operation.MINT])
    assert faults == ()
    assert [(row.cells["receiver"], row.cells["amount"]) for row in found] == rows
    assert [row.line for row in found] == list(range(2, len(rows) + 2))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    refused: tuple[RowFault, ...] = (RowFault(1, "", "", ""),)
    try:
        rows_of(content, COLUMNS[Operation.TRANSFER])
    except FileRefused as error:
        refused = error.faults
    assert refused
    assert all(fault.line >= 1 for fault in refused)


@given(st.text(max_size=300))
def test_any_text_below_a_header_is_read_or_refused(text: str) -> None:
    content = ("owner,amount,memo\n" + text).encode("utf-8", "replace")
    try:
        found, faults = rows_of(content, COLUMNS[Operation.BURN])
    except (FileRefused, BatchTooLarge):
        return
    rows, wrong = parsed(Operation.BURN, found)
    lines = {row.line for row in rows} | {fault.line for fault in (*faults, *wrong)}
    assert lines == {each.line for each in found} | {fault.line for fault in faults}


def test_lines_are_those_of_the_file() -> None:
    content = b'owner,amount,memo\n\nalice,1,"two\nlines"\nbob,2,x,y\n'
    found, faults = rows_of(content, COLUMNS[Operation.BURN])
    assert [row.line for row in found] == [3]
    assert faults[0].line == 5
    with pytest.raises(BatchTooLarge):
        rows_of(b"owner,amount\n" + b"a,1\n" * 1_001, COLUMNS[Operation.BURN])


@pytest.mark.parametrize(
    "cells, column, code",
    [
        ({"amount": "+1"}, "amount", "AMOUNT_MALFORMED"),
        ({"amount": "=1+1"}, "amount", "AMOUNT_MALFORMED"),
        ({"amount": 1.5}, "amount", "AMOUNT_MUST_BE_STRING"),
        ({"amount": "0.00000000001"}, "amount", "PRECISION_EXCEEDED"),
        ({"receiver": ""}, "receiver", "VALIDATION_FAILED"),
        ({"receiver": 7}, "receiver", "VALIDATION_FAILED"),
        ({"memo": "x" * 1_001}, "memo", "VALIDATION_FAILED"),
        ({"memo": "a\u0000"}, "memo", "TEXT_REFUSED"),
        ({"key": "=cmd"}, "key", "ROW_KEY_REFUSED"),
        ({"execute_before": "tomorrow"}, "execute_before", None),
        ({"colour": "red"}, "colour", "COLUMN_UNKNOWN"),
    ],
)
def test_each_fault_names_its_column(
    cells: dict[str, object], column: str, code: str | None
) -> None:
    good = {"sender": str(ALICE), "receiver": str(BOB), "amount": "1", "memo": "=fine"}
    rows, faults = parsed(Operation.TRANSFER, [RawRow(line=9, cells={**good, **cells})])
    assert rows == ()
    assert [(fault.line, fault.column) for fault in faults] == [(9, column)]
    assert code in (None, faults[0].code)


AMOUNTS = st.integers(-2, 60).map(lambda tenths: Decimal.from_units(tenths * 10**9))
RECEIVERS = st.sampled_from([ALICE, BOB])


@given(
    rows=st.lists(st.tuples(AMOUNTS, RECEIVERS, RECEIVERS), max_size=12),
    cap=st.integers(0, 20),
    free=st.integers(0, 20),
    operation=st.sampled_from(list(Operation)),
)
def test_judging_equals_doing(
    rows: list[tuple[Decimal, PartyId, PartyId]], cap: int, free: int, operation: Operation
) -> None:
    """A row is refused exactly if it would fail after the accepted ones above it."""
    made = tuple(
        Row(
            line=line,
            amount=amount,
            source=None if operation is Operation.MINT else source,
            receiver=None if operation is Operation.BURN else receiver,
        )
        for line, (amount, source, receiver) in enumerate(rows, start=1)
    )
    facts = Facts(
        now=NOW,
        decimals=0,
        cap=Decimal.from_int(cap),
        supply=Total(),
        known={ALICE, BOB},
        willing={ALICE, BOB},
        free=dict.fromkeys((ALICE, BOB), Total.of([Decimal.from_int(free)])),
    )
    order = BatchOrder(operation=operation, token=GOLD, mode=Mode.PER_ROW, rows=made)
    refused = {fault.line for fault in judge(order, facts)}
    assert refused == played(made, cap, free, operation)


def played(rows: Sequence[Row], cap: int, free: int, operation: Operation) -> set[int]:
    supply, left = ZERO, dict.fromkeys((ALICE, BOB), Decimal.from_int(free))
    failed: set[int] = set()
    for row in rows:
        whole = row.amount.units % 10**10 == 0 and row.amount > ZERO
        if operation is Operation.MINT:
            good = whole and supply + row.amount <= Decimal.from_int(cap)
            supply = supply + row.amount if good else supply
        else:
            assert row.source is not None
            good = whole and row.source != row.receiver and row.amount <= left[row.source]
            if good:
                left[row.source] = left[row.source] - row.amount
        if not good:
            failed.add(row.line)
    return failed


def test_the_hash_is_that_of_what_is_asked() -> None:
    row = Row(line=1, amount=Decimal("1"), receiver=ALICE)
    order = BatchOrder(operation=Operation.MINT, token=GOLD, mode=Mode.PER_ROW, rows=(row,))
    fault = RowFault(2, "amount", "AMOUNT_MALFORMED", "no amount")
    others = [
        BatchOrder(operation=Operation.BURN, token=GOLD, mode=Mode.PER_ROW, rows=(row,)),
        BatchOrder(operation=Operation.MINT, token=GOLD, mode=Mode.ALL_OR_NOTHING, rows=(row,)),
        BatchOrder(operation=Operation.MINT, token=GOLD, mode=Mode.PER_ROW, rows=(row, row)),
        BatchOrder(
            operation=Operation.MINT, token=GOLD, mode=Mode.PER_ROW, rows=(row,), faults=(fault,)
        ),
    ]
    assert len({order.sha256, *(other.sha256 for other in others)}) == 5
