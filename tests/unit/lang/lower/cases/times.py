"""Pure functions on dates, times and spans."""

from __future__ import annotations

from cantata.lang import Date, RelTime, Text, Time, function, package

PACKAGE = package("cantata-cases", "1.0.0", module="Cases.Times")

DAY = RelTime.of(days=1)


@function
def shifted(at: Time, span: RelTime) -> Time:
    return at + span - DAY


@function
def between(a: Time, b: Time) -> RelTime:
    return a.since(b)


@function
def spans(a: RelTime, b: RelTime) -> list[RelTime]:
    return [a + b, a - b, -a]


@function
def total(values: list[RelTime]) -> RelTime:
    return sum(values, start=RelTime(0))


@function
def days_later(day: Date, days: int) -> Date:
    return Date(day.days + days)


@function
def instant(micros: int) -> Time:
    return Time(micros)


@function
def parts(at: Time, span: RelTime) -> list[int]:
    return [at.microseconds, span.microseconds]


@function
def texts(day: Date, at: Time) -> Text:
    return f"{day} {at}"


@function
def ordered(values: list[Time], day: Date, other: Date) -> list[Time]:
    if day < other:
        return sorted(values)
    return sorted(values, reverse=True)
