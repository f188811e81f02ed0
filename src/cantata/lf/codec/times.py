"""Date and Timestamp in JSON: ISO 8601, proleptic Gregorian calendar, years 1 to 9999."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from cantata.lf.codec.errors import MalformedValue, WrongJsonKind, excerpt

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
MICROS_PER_SECOND = 1_000_000
MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND
DATE_MIN = date.min.toordinal() - EPOCH_ORDINAL
DATE_MAX = date.max.toordinal() - EPOCH_ORDINAL
TIMESTAMP_MIN = DATE_MIN * MICROS_PER_DAY
TIMESTAMP_MAX = (DATE_MAX + 1) * MICROS_PER_DAY - 1
OFFSET_MINUTES_MAX = 18 * 60
YEARS_OF_CYCLE = 400
DAYS_OF_CYCLE = 146_097
"""The Gregorian calendar repeats itself after so many years, which are so many days."""

YEARS = "years run from 1 to 9999"

_DATE_TEXT = r"([0-9]{4}|\+[0-9]{5,9}|-[0-9]{4,9})-([0-9]{2})-([0-9]{2})"
_DATE = re.compile(_DATE_TEXT)
_TIMESTAMP = re.compile(
    _DATE_TEXT
    + r"[Tt]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{0,9}))?)?"
    + r"(?:[Zz]|([+-])([0-9]{2}):([0-5][0-9])(?::([0-5][0-9]))?)(?:\[[A-Za-z0-9~/._+:-]{1,64}\])?"
)

_USUAL_TIMESTAMP = re.compile(
    r"(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{6})?Z"
)
"""What nearly all timestamps look like: the library reads them at once."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decode_date(data: Any, _depth: int) -> int:
    """Read a Date, ``2024-02-29``: days since 1970-01-01."""
    match = _DATE.fullmatch(_text("a Date", data))
    if match is None:
        raise _malformed("a Date such as 2024-02-29", data)
    days = _days(data, *match.groups())
    if not DATE_MIN <= days <= DATE_MAX:
        raise MalformedValue(f"out of bound Date {days}", hint=YEARS)
    return days


def encode_date(value: int, _depth: int) -> str:
    """Write a Date."""
    return date.fromordinal(value + EPOCH_ORDINAL).isoformat()


def decode_timestamp(data: Any, _depth: int) -> int:
    """Read a Timestamp, ``2024-02-29T12:30:00.5Z``: microseconds since 1970, the rest cut off.

    Seconds may be left out, the zone may not: ``Z`` or an offset such as ``+02:00``.
    """
    text = _text("a Timestamp", data)
    if _USUAL_TIMESTAMP.fullmatch(text) is not None:
        try:
            since = datetime.fromisoformat(text) - _EPOCH
        except ValueError:
            raise _malformed("a Date from 0001-01-01 to 9999-12-31", text) from None
        return since.days * MICROS_PER_DAY + since.seconds * MICROS_PER_SECOND + since.microseconds
    match = _TIMESTAMP.fullmatch(text)
    if match is None:
        raise _malformed("a Timestamp such as 2024-02-29T12:30:00Z", text)
    year, month, day, hour, minute, second, fraction, sign, hours, minutes, seconds = match.groups()
    of_day = (int(hour) * 60 + int(minute)) * 60 + int(second or 0)
    offset = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    if offset > OFFSET_MINUTES_MAX * 60:
        raise _malformed("a zone offset of at most 18 hours", data)
    of_day += offset if sign == "-" else -offset
    micros = of_day * MICROS_PER_SECOND + int(f"{fraction or '':0<6.6}")
    micros += _days(data, year, month, day) * MICROS_PER_DAY
    if not TIMESTAMP_MIN <= micros <= TIMESTAMP_MAX:
        raise MalformedValue(
            f"cannot convert long {micros} into Timestamp:out of bound Timestamp {micros}",
            hint=YEARS,
        )
    return micros


def encode_timestamp(value: int, _depth: int) -> str:
    """Write a Timestamp in UTC with the shortest fraction."""
    days, of_day = divmod(value, MICROS_PER_DAY)
    seconds, micros = divmod(of_day, MICROS_PER_SECOND)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    day = date.fromordinal(days + EPOCH_ORDINAL).isoformat()
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    return f"{day}T{hour:02}:{minute:02}:{second:02}{fraction}Z"


def _text(expected: str, data: Any) -> str:
    if not isinstance(data, str):
        raise WrongJsonKind(f"{expected} as a JSON string", data)
    return data


def _days(data: str, year: str, month: str, day: str) -> int:
    """Give the day of a date as written, of any year; refuse one that no calendar has."""
    cycles, of_cycle = divmod(int(year), YEARS_OF_CYCLE)
    try:
        found = date(YEARS_OF_CYCLE + of_cycle, int(month), int(day))
    except ValueError:
        raise _malformed("a Date from 0001-01-01 to 9999-12-31", data) from None
    return found.toordinal() - EPOCH_ORDINAL + (cycles - 1) * DAYS_OF_CYCLE


def _malformed(wanted: str, data: str) -> MalformedValue:
    return MalformedValue(f"Text '{excerpt(data)}' could not be parsed", hint=f"write {wanted}")
