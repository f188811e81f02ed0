"""Built-in functions on Date and Timestamp."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from cantata.lf.runtime.exceptions import arithmetic_error

_EPOCH_DAY = date(1970, 1, 1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

MIN_DATE: Final = (date.min - _EPOCH_DAY).days
MAX_DATE: Final = (date.max - _EPOCH_DAY).days
MIN_TIMESTAMP: Final = MIN_DATE * 86_400_000_000
MAX_TIMESTAMP: Final = (MAX_DATE + 1) * 86_400_000_000 - 1


def date_to_text(days: int) -> str:
    """Print as YYYY-MM-DD."""
    return (_EPOCH_DAY + timedelta(days=days)).isoformat()


def timestamp_to_text(micros: int) -> str:
    """Print in ISO 8601 in UTC, with 0, 3 or 6 decimals."""
    moment = _EPOCH + timedelta(microseconds=micros)
    text = moment.strftime(f"{moment.year:04d}-%m-%dT%H:%M:%S")
    if not moment.microsecond:
        return f"{text}Z"
    if moment.microsecond % 1000:
        return f"{text}.{moment.microsecond:06d}Z"
    return f"{text}.{moment.microsecond // 1000:03d}Z"


def date_from_days(days: int) -> int:
    """Give the date, if it lies between the years 1 and 9999."""
    if not MIN_DATE <= days <= MAX_DATE:
        raise arithmetic_error("UNIX_DAYS_TO_DATE", days)
    return days


def timestamp_from_micros(micros: int) -> int:
    """Give the time, if it lies between the years 1 and 9999."""
    if not MIN_TIMESTAMP <= micros <= MAX_TIMESTAMP:
        raise arithmetic_error("UNIX_MICROSECONDS_TO_TIMESTAMP", micros)
    return micros
