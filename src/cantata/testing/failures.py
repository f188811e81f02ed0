"""Expected refusals: what a test says about an error, and whether the error is that."""

from __future__ import annotations

from cantata.kernel.errors import CantataError
from cantata.kernel.words import short_ids
from cantata.lf.runtime.errors import FailureStatus, InterpretationError
from cantata.sandbox.engine import LedgerError
from cantata.testing.notes import place

Expected = str | type[CantataError]
"""The id of a requirement, Canton's error code, the engine's name for it, or its class."""


def require_refusal(error: CantataError, expected: Expected) -> None:
    """Raise AssertionError, with both, unless the error is the expected one."""
    __tracebackhide__ = True
    if not is_refusal(error, expected):
        wanted = expected if isinstance(expected, str) else expected.__name__
        msg = f"expected a refusal with {wanted}, but it was {describe(error)}"
        raise AssertionError(msg) from error


def is_refusal(error: CantataError, expected: Expected) -> bool:
    """Tell whether an error is the expected one."""
    if isinstance(expected, type):
        return isinstance(error, expected)
    names = {error.code}
    if isinstance(error, InterpretationError | LedgerError) and error.kind:
        names.add(error.kind)
    if isinstance(error, FailureStatus):
        names.add(error.error_id)
    return expected in names


def describe(error: CantataError) -> str:
    """Give code, error id, message and place in the source in one line."""
    parts = [error.code]
    if isinstance(error, FailureStatus):
        parts.append(error.error_id)
    parts.append(short_ids(str(error)))
    if isinstance(error, InterpretationError) and error.location is not None:
        parts.append(f"({place(error.location)})")
    return " ".join(parts)
