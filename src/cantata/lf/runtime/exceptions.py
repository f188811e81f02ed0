"""Exceptions of LF on their way through Python code, and the arithmetic ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cantata.lf.model import Ref
from cantata.lf.runtime.values import ExceptionValue

ARITHMETIC_ERROR: Final = Ref(
    "ee33fb70918e7aaa3d3fc44d64a399fb2bf5bcefc54201b1690ecd448551ba88",
    "DA.Exception.ArithmeticError",
    "ArithmeticError",
)
"""The exception that builtins throw: a record of one text."""


class LFThrow(Exception):
    """An exception of LF in flight; contract code may catch it."""

    def __init__(self, value: ExceptionValue) -> None:
        super().__init__(value)
        self.value = value


def arithmetic_error(builtin: str, *args: int | Decimal) -> LFThrow:
    """Give what a failing builtin throws, with its name and operands in the text."""
    shown = " ".join(arg_text(arg) for arg in args)
    text = f"ArithmeticError while evaluating ({builtin} {shown})."
    return LFThrow(ExceptionValue(ARITHMETIC_ERROR, (text,)))


def arg_text(value: int | Decimal) -> str:
    """Print a number as LF does: a Numeric without trailing zeros but at least one decimal."""
    if isinstance(value, Decimal):
        whole, _, fraction = format(value, "f").partition(".")
        return f"{whole}.{fraction.rstrip('0') or '0'}"
    return str(value)
