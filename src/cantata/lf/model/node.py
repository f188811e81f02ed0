"""The root of all expressions, and what every expression may carry."""

from __future__ import annotations

from dataclasses import dataclass


class Expr:
    """An expression of Daml-LF; each form is a frozen subclass named after the specification.

    Wherever a form has several operands, evaluation runs from the last to the first and the
    function of an application last of all; only let and block run in order.
    """

    __slots__ = ()


class Update(Expr):
    """An expression of type Update: a value that does nothing until a transaction runs it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a source file; lines and columns count from 0, as on the wire."""

    file: str
    start_line: int
    start_column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class ELocated(Expr):
    """An expression with its place in the source; never written to an archive."""

    location: Location
    body: Expr
