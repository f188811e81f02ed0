"""Dates and points in time print as they read, in order, over all ten thousand years."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cantata.kernel.time import Date, MalformedTime, Timestamp

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
moments = st.integers(FIRST, LAST).map(Timestamp)
dates = st.integers(-719_162, 2_932_896).map(Date)


@given(moments)
def test_timestamps_read_back(moment: Timestamp) -> None:
    assert Timestamp.parse(str(moment)) == moment
    assert Timestamp.from_stdlib(moment.to_stdlib()) == moment
    span = timedelta(microseconds=moment.microseconds)
    assert moment.to_stdlib() == datetime(1970, 1, 1, tzinfo=UTC) + span


@given(dates, dates)
def test_dates_read_back_in_order(left: Date, right: Date) -> None:
    assert Date.parse(str(left)) == left
    assert (left < right) == (str(left) < str(right))


@given(st.text(alphabet="0123456789-:TZ+.", max_size=30))
def test_reading_refuses_with_its_own_error_only(text: str) -> None:
    for read in (Timestamp.parse, Date.parse):
        with suppress(MalformedTime):
            read(text)
