"""Errors that contract code meets when it runs as plain Python."""

from __future__ import annotations

from collections.abc import Mapping

from cantata.kernel.errors import CantataError

_SHOWN_MAX = 80


class RequirementFailed(CantataError):
    """A `require` did not hold: what the ledger reports as a failure with status.

    Fields: `error_id`, `category` (8 or 9) and `metadata`, as on the ledger.
    """

    code = "DAML_FAILURE"

    def __init__(
        self, error_id: str, message: str, category: int, metadata: Mapping[str, str]
    ) -> None:
        self.error_id = error_id
        self.category = category
        self.metadata = dict(metadata)
        super().__init__(message, context=metadata)


class NoLedger(CantataError):
    """An effect was reached in plain Python; fields `effect` and `operands`, the latter shown."""

    code = "NO_LEDGER"

    def __init__(self, effect: str, *operands: object) -> None:
        self.effect = effect
        self.operands = tuple(repr(operand)[:_SHOWN_MAX] for operand in operands)
        super().__init__(
            f"`{effect}` needs a ledger, and plain Python has none",
            hint="compile the contract and run it with cantata.testing",
        )


class WrongType(CantataError, TypeError):
    """A value is not of the declared type; fields `place`, `expected` and `value`, shortened."""

    code = "WRONG_TYPE"

    def __init__(self, place: str, expected: str, value: object) -> None:
        self.place = place
        self.expected = expected
        self.value = repr(value)[:_SHOWN_MAX]
        super().__init__(
            f"{place} takes {expected}, not {self.value} of type {type(value).__name__}",
            hint="the contract language converts nothing unasked",
        )


class NoValue(CantataError):
    """A Python annotation that no Daml-LF type stands for; field `annotation`."""

    code = "NO_VALUE"

    def __init__(self, hint: object) -> None:
        super().__init__(
            f"{hint} is no type of the contract language",
            hint="use the types that cantata.lang gives",
        )
        self.annotation = hint


class NotAContract(CantataError):
    """A class or choice that belongs to no contract module; field `subject`."""

    code = "NOT_A_CONTRACT"

    def __init__(self, subject: object) -> None:
        super().__init__(
            f"{subject!r} is not defined in a contract module",
            hint="name a class of a module with PACKAGE = package(…), or its choice: Token.burn",
        )
        self.subject = subject
