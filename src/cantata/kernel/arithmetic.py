"""The error of arithmetic that leaves its bounds, with the text of the Daml engine."""

from __future__ import annotations

from cantata.kernel.errors import CantataError


class DamlArithmeticError(CantataError, ArithmeticError):
    """An operation on Int64, Numeric, Date or Timestamp had no result within the type's bounds.

    Fields: `operation`, the name of the Daml-LF builtin (`ADD_INT64`), and `arguments`, its
    arguments as LF prints them, in the builtin's order.
    """

    code = "ARITHMETIC_ERROR"

    def __init__(self, operation: str, *arguments: str) -> None:
        self.operation = operation
        self.arguments = arguments
        call = " ".join((operation, *arguments))
        super().__init__(f"ArithmeticError while evaluating ({call}).")
