"""Why a JSON value does not become a value of a Daml-LF type, with Canton's code and the place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from cantata.kernel.errors import CantataError

CATEGORY_INVALID_INDEPENDENT_OF_SYSTEM_STATE = 8
"""Canton's error category of everything that is wrong with a value, whatever the ledger holds."""

EXCERPT_LENGTH_MAX = 200
"""Longest piece of refused input that a message repeats, in characters."""

PATH_SEGMENTS_MAX = 24
"""Segments at either end of a longer path that a message repeats."""

_PLAIN_KEY = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


class ValueRefused(CantataError):
    """A JSON value that is no value of the wanted type.

    `cause` is what is wrong, in Canton's words where Canton has some; `path` is where, for
    example ``createArguments.transfer.amount`` or ``choiceArgument.amounts[2]``; `message` says
    both. `category` is Canton's.
    """

    code: ClassVar[str] = "INVALID_ARGUMENT"
    category: ClassVar[int] = CATEGORY_INVALID_INDEPENDENT_OF_SYSTEM_STATE
    prefix: ClassVar[str] = "The submitted request has invalid arguments: "

    def __init__(self, cause: str, *, hint: str = "") -> None:
        super().__init__(self.prefix + cause, hint=hint)
        self.cause = self.prefix + cause
        self.path = ""
        self._segments: list[str | int] = []

    def within(self, segment: str | int) -> None:
        """Note that the refused value stands below a field, key or index."""
        self._segments.append(segment)

    def locate(self, root: str) -> None:
        """Make the path out of the noted segments, below the name of the whole value."""
        self.path = format_path(root, tuple(reversed(self._segments)))
        self.message = f"{self.cause} at '{self.path}'" if self.path else self.cause


class WrongJsonKind(ValueRefused):
    """A string where an object is wanted, a number where a string is wanted, and so on."""

    def __init__(self, expected: str, data: object, *, hint: str = "") -> None:
        super().__init__(f"Expected {expected}, got {describe(data)}", hint=hint)
        self.expected = expected
        self.data = data


class MalformedValue(ValueRefused):
    """The right JSON kind with a content that the type does not know."""


class UnexpectedFields(ValueRefused):
    """Fields with a content that the record does not have."""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(sorted(fields))
        super().__init__(
            f"Unexpected fields: {excerpt(', '.join(self.fields))}",
            hint="leave them out, or give null",
        )


class IllegalVariant(ValueRefused):
    """A variant without tag and value, or with a tag that the type does not have."""


class MissingFields(ValueRefused):
    """Fields that the record needs and that are not there."""

    code: ClassVar[str] = "COMMAND_PREPROCESSING_FAILED"
    prefix: ClassVar[str] = ""

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(
            f"Missing non-optional fields: Set({excerpt(', '.join(self.fields))})",
            hint="only fields of type Optional may be left out",
        )


class UnfitValue(ValueRefused):
    """A well-formed value that the type cannot hold: a number too large or too precise."""

    code: ClassVar[str] = "COMMAND_PREPROCESSING_FAILED"
    prefix: ClassVar[str] = ""


class IllegalContractId(UnfitValue):
    """A contract id that no contract on a ledger can have."""


class NestingTooDeep(UnfitValue):
    """A value nested deeper than the ledger allows."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Provided value exceeds maximum nesting level of {limit}",
            hint="keep long chains in lists or in contracts of their own",
        )
        self.limit = limit


class NotSerializable(CantataError):
    """A type whose values never leave a transaction, so that they have no JSON form."""

    code: ClassVar[str] = "NOT_SERIALIZABLE"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} has no JSON form", hint="only serializable types can be stored or sent"
        )


class TypeTooLarge(CantataError):
    """A type that unfolds beyond all reason."""

    code: ClassVar[str] = "TYPE_TOO_LARGE"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the type unfolds into more than {limit} parts", hint="simplify the type")
        self.limit = limit


class MalformedJson(CantataError):
    """A text that is not JSON, or nested beyond all reason."""

    code: ClassVar[str] = "MALFORMED_JSON"


def describe(data: object) -> str:
    """Name a JSON value for a message: its kind, and its content if that is short."""
    match data:
        case None:
            return "null"
        case bool():
            return "true" if data else "false"
        case str():
            return f'the string "{excerpt(data)}"'
        case dict():
            return f"an object with {len(data)} fields"
        case list():
            return f"an array of {len(data)} elements"
        case int() if abs(data) >= 10**EXCERPT_LENGTH_MAX:
            return "a very large number"
        case _:
            return f"the number {excerpt(str(data))}"


def excerpt(text: str) -> str:
    """Cut a text to what a message can carry; halves of surrogate pairs become ``?``."""
    cut = text if len(text) <= EXCERPT_LENGTH_MAX else text[:EXCERPT_LENGTH_MAX] + "…"
    return cut if cut.isascii() else cut.encode("utf-8", "replace").decode("utf-8")


def format_path(root: str, segments: tuple[str | int, ...]) -> str:
    """Write a path: fields after dots, indices and unusual keys in brackets."""
    if len(segments) > 2 * PATH_SEGMENTS_MAX:
        segments = (*segments[:PATH_SEGMENTS_MAX], "…", *segments[-PATH_SEGMENTS_MAX:])
    path = root
    for segment in segments:
        if isinstance(segment, int):
            path += f"[{segment}]"
        elif segment == "…" or _PLAIN_KEY.fullmatch(segment):
            path += f".{segment}" if path else segment
        else:
            path += f'["{excerpt(segment)}"]'
    return path
