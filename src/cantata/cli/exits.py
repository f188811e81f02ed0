"""Exit codes: what the end of a command tells the script that called it."""

from __future__ import annotations

from cantata.kernel.errors import CantataError

EXIT_REFUSED = 1
"""A rule refused what was asked."""
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3
"""The database, the ledger or the API cannot be reached; nothing was done."""
EXIT_UNKNOWN = 4
"""It may or may not have been done; ask before doing it again."""

_BY_CODE = {
    "API_UNREACHABLE": EXIT_UNREACHABLE,
    "DATABASE_UNAVAILABLE": EXIT_UNREACHABLE,
    "LEDGER_UNREACHABLE": EXIT_UNREACHABLE,
    "TOKEN_UNREACHABLE": EXIT_UNREACHABLE,
    "LEDGER_FAULT": EXIT_UNKNOWN,
    "MALFORMED_ANSWER": EXIT_UNKNOWN,
    "OUTCOME_UNKNOWN": EXIT_UNKNOWN,
}


def exit_code(error: CantataError) -> int:
    """Give the exit code of a command that ends with an error."""
    return _BY_CODE.get(error.code, EXIT_REFUSED)
