"""Every error that callers can meet has its row, and what is inside stays inside."""

from __future__ import annotations

import pytest

import cantata.bootstrap.serving  # noqa: F401 - declares the errors of all slices
from cantata.api import problems
from cantata.automation.errors import NotPossible
from cantata.kernel.errors import CantataError
from cantata.ledger.errors import LedgerError, Refusal, Unreachable
from cantata.storage.errors import DatabaseUnavailable

PLATFORM = (
    "accounts",
    "automation",
    "exchange",
    "http",
    "ledger",
    "settlement",
    "storage",
    "tokens",
)
INSIDE = {
    "ACCOUNT_REFUSED": "the root of others",
    "EDGE_ERROR": "the root of others",
    "OPERATION_FAILED": "is shown by the code of the failure that it has",
    "MALFORMED_LIMIT": "settings, which are read before anybody calls",
    "MALFORMED_MAIL_URL": "settings, which are read before anybody calls",
    "MALFORMED_ISSUER": "settings, which are read before anybody calls",
    "UNUSABLE_KEY_FILE": "keys that the API never has",
    "MISSING_PACKAGES": "deploying, which the API does not",
    "AUDIT_BROKEN": "verifying the trail, which the API does not",
    "STATEMENT_UNBALANCED": "a fault of ours, which callers learn nothing of",
    "PROJECTIONS_BEHIND": "reconciliation, which the API does not",
    "TREASURIES_AHEAD": "reconciliation, which the API does not",
    "HISTORY_OF_TWO_SYNCHRONIZERS": "parsing, which the API does not",
    "HISTORY_OUT_OF_ORDER": "parsing, which the API does not",
    "HISTORY_UPDATE_UNSUPPORTED": "parsing, which the API does not",
    "MALFORMED_HISTORY": "parsing, which the API does not",
    "MALFORMED_TRANSACTION": "parsing, which the API does not",
    "JOURNAL_UNBALANCED": "a fault of ours, which callers learn nothing of",
    "PREAPPROVAL_DROPPED": "an end of an intent that nobody asked for over the API",
    "TRAFFIC_UNKNOWN": "watching the participant's traffic, which the API does not",
    "MALFORMED_NETWORKS": "settings, which are read before anybody calls",
    "WEBHOOK_NOT_AUTHENTIC": "receivers of webhooks, which check what we sent",
}
"""Codes that no caller of the API meets as such, and why."""

OTHER_FORMS = ("cantata.tokens.registry",)
"""Parts that answer in a form of their own."""


def errors(root: type[CantataError] = CantataError) -> set[type[CantataError]]:
    found = set(root.__subclasses__())
    return found | {each for child in found for each in errors(child)}


def test_every_error_of_the_platform_has_a_row() -> None:
    packages = tuple(f"cantata.{name}." for name in PLATFORM)
    missing = {
        f"{each.__module__}.{each.__name__}: {each.code}"
        for each in errors()
        if each.__module__.startswith(packages)
        and not each.__module__.startswith(OTHER_FORMS)
        and each.code not in problems.TABLE
        and each.code not in INSIDE
    }
    assert missing == set()
    assert not INSIDE.keys() & problems.TABLE.keys()


def test_what_fails_by_a_rule_is_no_fault_of_ours() -> None:
    for each in errors(NotPossible) | errors(Refusal):
        assert problems.kind_of(each.__new__(each)).status < problems.BROKEN or each.code in (
            "NOT_PERMITTED",
            "SIGNING_UNAVAILABLE",
        )


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
