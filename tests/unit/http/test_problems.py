"""Every error that callers can meet has its row, and what is inside stays inside."""

from __future__ import annotations

import pytest

import cantata.bootstrap  # noqa: F401 - declares the errors of all slices
from cantata.api import problems
from cantata.kernel.errors import CantataError
from cantata.ledger.errors import LedgerError, Unreachable
from cantata.storage.errors import DatabaseUnavailable

SLICES = ("cantata.accounts", "cantata.tokens", "cantata.http", "cantata.automation")


def errors(root: type[CantataError] = CantataError) -> set[type[CantataError]]:
    found = set(root.__subclasses__())
    return found | {each for child in found for each in errors(child)}


def test_errors_of_slices_are_no_faults() -> None:
    """An error without a row of its own is that of a rule, which is 422."""
    inside = {"MALFORMED_LIMIT", "STATEMENT_UNBALANCED", "OPERATION_FAILED"}
    missing = {
        f"{each.__module__}.{each.__name__}"
        for each in errors()
        if each.__module__.startswith(SLICES)
        and not each.__subclasses__()
        and each.code not in inside
        and "registry" not in each.__module__
        and "reconciliation" not in each.__module__
        and problems.kind_of(each.__new__(each)).status == problems.BROKEN
    }
    assert missing == set()


def test_rows_are_sound() -> None:
    for code, kind in problems.TABLE.items():
        assert code == code.upper()
        assert 400 <= kind.status <= 503
        assert kind.title


@pytest.mark.parametrize(
    "error",
    [
        DatabaseUnavailable("password of host db.internal"),
        Unreachable("http://participant.internal:7575 refused"),
        LedgerError("secret detail"),
        CantataError("secret detail"),
    ],
)
def test_nothing_of_the_inside_is_told(error: CantataError) -> None:
    refused = problems.of_error(error)
    assert refused.kind.status in (500, 503)
    for word in ("internal:", "db.internal", "secret", "password"):
        assert word not in refused.detail + refused.remedy + str(dict(refused.context))
