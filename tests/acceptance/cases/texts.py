"""A contract module that writes each type that has a text."""

from __future__ import annotations

from cantata.lang import Date, Decimal, Party, Text, Time, function, package

PACKAGE = package("cantata-cases-texts", "1.0.0", module="Cases.Texts")


@function
def of_int(value: int) -> Text:
    return f"{value}"


@function
def of_decimal(value: Decimal) -> Text:
    return f"{value}"


@function
def of_text(value: Text) -> Text:
    return f"{value}"


@function
def of_party(value: Party) -> Text:
    return f"{value}"


@function
def of_date(value: Date) -> Text:
    return f"{value}"


@function
def of_time(value: Time) -> Text:
    return f"{value}"
