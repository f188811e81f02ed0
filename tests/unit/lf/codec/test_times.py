"""Dates and times outside of the years that a ledger has."""

from __future__ import annotations

import pytest

from cantata.lf.codec.errors import MalformedValue
from cantata.lf.codec.times import decode_date, decode_timestamp


@pytest.mark.parametrize(
    "text, day",
    [("0000-12-31", -719_163), ("-0001-01-01", -719_893), ("+10000-01-01", 2_932_897)],
)
def test_a_date_out_of_bounds_is_named_by_its_day(text: str, day: int) -> None:
    with pytest.raises(MalformedValue, match=f"out of bound Date {day} "):
        decode_date(text, 0)


@pytest.mark.parametrize(
    "text, micros",
    [
        ("0000-12-31T23:59:59Z", -62_135_596_801_000_000),
        ("+10000-01-01T00:00:00Z", 253_402_300_800_000_000),
        ("0001-01-01T00:30:00+01:00", -62_135_598_600_000_000),
    ],
)
def test_a_time_out_of_bounds_is_named_by_its_microseconds(text: str, micros: int) -> None:
    with pytest.raises(MalformedValue, match=f"out of bound Timestamp {micros} "):
        decode_timestamp(text, 0)


@pytest.mark.parametrize("text", ["0000-02-30", "2023-02-29", "-0001-13-01", "2024-00-01"])
def test_a_date_that_no_calendar_has_is_malformed(text: str) -> None:
    with pytest.raises(MalformedValue, match="could not be parsed"):
        decode_date(text, 0)


def test_leap_days_repeat_after_four_hundred_years() -> None:
    assert decode_date("2000-02-29", 0) - decode_date("1600-02-29", 0) == 146_097
