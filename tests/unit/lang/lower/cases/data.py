"""Data that the cases of the compiler's tests work on."""

from __future__ import annotations

from cantata.lang import Constructor, Decimal, Enum, Party, Record, Text, TextMap, package

PACKAGE = package("cantata-cases", "1.0.0", module="Cases.Data")


class Color(Enum):
    RED = "Red"
    GREEN = "Green"
    BLUE = "Blue"


class Point(Record):
    x: int
    y: int


class Named(Record):
    name: Text
    owner: Party
    at: Point
    tags: list[Text]
    note: Text | None
    weights: TextMap[int]


class Circle(Constructor):
    radius: Decimal
    center: Point


class Square(Constructor):
    side: Decimal


class Nothing(Constructor):
    pass


Shape = Circle | Square | Nothing
