"""Points, days and spans of time: bounds, texts, arithmetic; clocks."""

from __future__ import annotations

import datetime as dt

import pytest

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.time import (
    Clock,
    Date,
    MalformedTime,
    ManualClock,
    RelTime,
    SystemClock,
    Timestamp,
)

FIRST = Timestamp.parse("0001-01-01T00:00:00Z")
LAST = Timestamp.parse("9999-12-31T23:59:59.999999Z")


@pytest.mark.parametrize(
    "text, shown",
    [
        ("2023-04-06T04:30:23.123456Z", "2023-04-06T04:30:23.123456Z"),
        ("2023-04-06T04:30:23.500Z", "2023-04-06T04:30:23.500Z"),
        ("2023-04-06T04:30:23.5Z", "2023-04-06T04:30:23.500Z"),
        ("2023-04-06T04:30:23.1234569Z", "2023-04-06T04:30:23.123456Z"),
        ("2023-04-06T04:30Z", "2023-04-06T04:30:00Z"),
        ("2023-04-06T04:30:00+02:00", "2023-04-06T02:30:00Z"),
        ("2023-04-06T23:30:00-02:30", "2023-04-07T02:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_timestamps_read_and_print(text: str, shown: str) -> None:
    assert str(Timestamp.parse(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023-04-06",
        "2023-04-06T04:30:23",
        "2023-04-06 04:30:23Z",
        "2023-02-30T00:00:00Z",
        "2023-04-06T24:00:00Z",
        "2023-04-06T23:59:60Z",
        "2023-04-06T00:00:00+19:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "٢٠٢٣-04-06T00:00:00Z",
        "x" * 100_000,
    ],
)
def test_timestamps_refuse(text: str) -> None:
    with pytest.raises(MalformedTime) as caught:
        Timestamp.parse(text)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", ["2023-4-6", "2023-02-29", "0000-01-01", "2023-04-06Z", ""])
def test_dates_refuse(text: str) -> None:
    with pytest.raises(MalformedTime):
        Date.parse(text)


def test_bounds() -> None:
    assert FIRST.microseconds == -62_135_596_800_000_000
    assert LAST.microseconds == 253_402_300_799_999_999
    for beyond in (FIRST.microseconds - 1, LAST.microseconds + 1):
        with pytest.raises(DamlArithmeticError, match="UNIX_MICROSECONDS_TO_TIMESTAMP"):
            Timestamp(beyond)
    with pytest.raises(DamlArithmeticError, match="UNIX_DAYS_TO_DATE"):
        Date(Date.parse("9999-12-31").days + 1)
    with pytest.raises(DamlArithmeticError):
        RelTime(2**63)


def test_spans() -> None:
    span = RelTime.of(days=1, hours=2, minutes=3, seconds=4, micros=5)
    assert span == RelTime(93_784_000_005)
    assert span + span - span == span
    assert -span < RelTime(0) < span
    assert FIRST + span - span == FIRST
    assert LAST.since(FIRST) == RelTime(LAST.microseconds - FIRST.microseconds)
    with pytest.raises(DamlArithmeticError):
        _ = LAST + RelTime(1)
    with pytest.raises(DamlArithmeticError, match="SUB_INT64"):
        _ = -RelTime(-(2**63))


@pytest.mark.parametrize("moment", [FIRST, LAST, Timestamp(0), Timestamp(-1)])
def test_standard_library_round_trip(moment: Timestamp) -> None:
    assert Timestamp.from_stdlib(moment.to_stdlib()) == moment


def test_standard_library_zones() -> None:
    zone = dt.timezone(dt.timedelta(hours=-5, minutes=-30))
    local = dt.datetime(2023, 4, 6, 20, 0, tzinfo=zone)
    assert str(Timestamp.from_stdlib(local)) == "2023-04-07T01:30:00Z"
    with pytest.raises(ValueError, match="zone"):
        Timestamp.from_stdlib(local.replace(tzinfo=None))


def test_manual_clock_moves_when_told() -> None:
    clock = ManualClock(Timestamp(0))
    assert (clock.now(), clock.monotonic_ns()) == (Timestamp(0), 0)
    clock.advance(RelTime.of(seconds=1))
    assert (clock.now(), clock.monotonic_ns()) == (Timestamp(1_000_000), 1_000_000_000)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(RelTime(-1))


def test_system_clock_is_a_clock() -> None:
    clock: Clock = SystemClock()
    before = clock.monotonic_ns()
    assert clock.now() > Timestamp.parse("2024-01-01T00:00:00Z")
    assert clock.monotonic_ns() >= before
