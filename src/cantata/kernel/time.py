"""Points and spans of time with Daml's bounds, and the clock that everything is given."""

from __future__ import annotations

import datetime as dt
import re
import time
from dataclasses import dataclass
from typing import Final, Protocol, final

from cantata.kernel import int64
from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.errors import CantataError

_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EPOCH_ORDINAL: Final = _EPOCH.toordinal()
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_DAYS_MIN: Final = dt.date.min.toordinal() - _EPOCH_ORDINAL
_DAYS_MAX: Final = dt.date.max.toordinal() - _EPOCH_ORDINAL
_SHOWN_MAX: Final = 80
_ZONE_HOURS_MAX: Final = 18
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIMESTAMP: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))",
    re.ASCII,
)


class MalformedTime(CantataError):
    """A text is no date or point in time of the years 1 to 9999; field `text`, shortened."""

    code = "INVALID_FIELD"

    def __init__(self, kind: str, text: str, example: str) -> None:
        self.kind = kind
        self.text = text[:_SHOWN_MAX]
        super().__init__(f"{self.text!r} is no {kind}", hint=f"write it like {example}")


@final
@dataclass(frozen=True, slots=True, order=True)
class RelTime:
    """A span of time in whole microseconds, within Int64; it may be negative."""

    microseconds: int

    def __post_init__(self) -> None:
        int64.add(self.microseconds, 0)

    @classmethod
    def of(
        cls, *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0, micros: int = 0
    ) -> RelTime:
        """Add up the given units."""
        total_seconds = 86_400 * days + 3_600 * hours + 60 * minutes + seconds
        return cls(total_seconds * _SECOND + micros)

    def __add__(self, other: RelTime) -> RelTime:
        if not isinstance(other, RelTime):
            return NotImplemented
        return RelTime(int64.add(self.microseconds, other.microseconds))

    def __sub__(self, other: RelTime) -> RelTime:
        if not isinstance(other, RelTime):
            return NotImplemented
        return RelTime(int64.subtract(self.microseconds, other.microseconds))

    def __neg__(self) -> RelTime:
        return RelTime(int64.subtract(0, self.microseconds))


@final
@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A day, counted from 1970-01-01, in the years 1 to 9999."""

    days: int

    def __post_init__(self) -> None:
        if not _DAYS_MIN <= self.days <= _DAYS_MAX:
            raise DamlArithmeticError("UNIX_DAYS_TO_DATE", str(self.days))

    @classmethod
    def parse(cls, text: str) -> Date:
        """Read `2023-04-06`; MalformedTime for anything else."""
        try:
            year, month, day = map(int, _groups(_DATE, text))
            return cls.from_stdlib(dt.date(year, month, day))
        except ValueError:
            raise MalformedTime("date", text, "2023-04-06") from None

    @classmethod
    def from_stdlib(cls, day: dt.date) -> Date:
        """Take the day of the standard library's type."""
        return cls(day.toordinal() - _EPOCH_ORDINAL)

    def to_stdlib(self) -> dt.date:
        """Give the same day as the standard library's type."""
        return dt.date.fromordinal(self.days + _EPOCH_ORDINAL)

    def __str__(self) -> str:
        """Print as LF does: `2023-04-06`."""
        return self.to_stdlib().isoformat()


@final
@dataclass(frozen=True, slots=True, order=True)
class Timestamp:
    """A point in time, in microseconds since 1970 in UTC, in the years 1 to 9999."""

    microseconds: int

    def __post_init__(self) -> None:
        if not _DAYS_MIN * _DAY <= self.microseconds < (_DAYS_MAX + 1) * _DAY:
            raise DamlArithmeticError("UNIX_MICROSECONDS_TO_TIMESTAMP", str(self.microseconds))

    @classmethod
    def parse(cls, text: str) -> Timestamp:
        """Read an ISO 8601 date, time and zone; digits below a microsecond are dropped."""
        try:
            *clock, fraction, sign, hours, minutes = _groups(_TIMESTAMP, text)
            year, month, day, hour, minute, second = map(int, clock)
            micros = int(fraction.ljust(6, "0")[:6])
            local = dt.datetime(year, month, day, hour, minute, second, micros, dt.UTC)
            zone = _zone_seconds(sign, int(hours), int(minutes)) * _SECOND
            return cls((local - _EPOCH) // _MICROSECOND - zone)
        except (ValueError, DamlArithmeticError):
            raise MalformedTime("point in time", text, "2023-04-06T04:30:23.123456Z") from None

    @classmethod
    def from_stdlib(cls, moment: dt.datetime) -> Timestamp:
        """Take the moment of an aware datetime; ValueError for one without a zone."""
        if moment.utcoffset() is None:
            msg = f"a point in time needs a time zone: {moment.isoformat()}"
            raise ValueError(msg)
        return cls((moment - _EPOCH) // _MICROSECOND)

    def to_stdlib(self) -> dt.datetime:
        """Give the same moment as an aware datetime in UTC."""
        return _EPOCH + dt.timedelta(microseconds=self.microseconds)

    def __str__(self) -> str:
        """Print as LF does: UTC, the fraction in groups of none, three or six digits."""
        moment = self.to_stdlib()
        fraction = f"{moment.microsecond:06}"
        shown = "" if fraction == "000000" else f".{fraction.removesuffix('000')}"
        return f"{moment.date().isoformat()}T{moment:%H:%M:%S}{shown}Z"

    def __add__(self, span: RelTime) -> Timestamp:
        if not isinstance(span, RelTime):
            return NotImplemented
        return Timestamp(int64.add(self.microseconds, span.microseconds))

    def __sub__(self, span: RelTime) -> Timestamp:
        if not isinstance(span, RelTime):
            return NotImplemented
        return Timestamp(int64.subtract(self.microseconds, span.microseconds))

    def since(self, earlier: Timestamp) -> RelTime:
        """Measure the span from an earlier point to this one; negative if it is later."""
        return RelTime(int64.subtract(self.microseconds, earlier.microseconds))


def _groups(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    """Match the whole text; ValueError if it does not, "0" for groups that took no part."""
    match = pattern.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return match.groups(default="0")


def _zone_seconds(sign: str, hours: int, minutes: int) -> int:
    """Give a zone's distance from UTC in seconds; ValueError for one that cannot be."""
    if hours > _ZONE_HOURS_MAX or minutes > 59:
        raise ValueError(hours, minutes)
    return (hours * 3_600 + minutes * 60) * (-1 if sign == "-" else 1)


class Clock(Protocol):
    """Where the time comes from; everything that needs it is given one."""

    def now(self) -> Timestamp:
        """Give the present time."""
        ...

    def monotonic_ns(self) -> int:
        """Give nanoseconds that never run backwards, to measure spans and keep deadlines."""
        ...


@final
class SystemClock:
    """The machine's clock."""

    def now(self) -> Timestamp:
        """Give the machine's time."""
        return Timestamp(time.time_ns() // 1_000)

    def monotonic_ns(self) -> int:
        """Give the machine's monotonic counter."""
        return time.monotonic_ns()


@final
class ManualClock:
    """A clock that stands still until it is told to move on."""

    def __init__(self, start: Timestamp) -> None:
        self._now = start
        self._elapsed_ns = 0

    def now(self) -> Timestamp:
        """Give the time that was set."""
        return self._now

    def monotonic_ns(self) -> int:
        """Give the nanoseconds that the clock was moved on."""
        return self._elapsed_ns

    def advance(self, span: RelTime) -> None:
        """Move on by a span; a negative one is refused with ValueError."""
        if span.microseconds < 0:
            msg = f"a clock runs forward only, not by {span.microseconds} microseconds"
            raise ValueError(msg)
        self._now += span
        self._elapsed_ns += span.microseconds * 1_000
