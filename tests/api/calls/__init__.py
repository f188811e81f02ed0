"""A good and a bad call of every operation, and who may make the good one."""

from __future__ import annotations

from collections.abc import Mapping

from tests.api.calls.administration import PACKAGES, PARTIES, SERVICE, USERS_AND_PROVIDERS
from tests.api.calls.call import Call
from tests.api.calls.commands import COMMANDS, INTERACTIVE
from tests.api.calls.reading import STATE, UPDATES

CALLS: Mapping[str, Call] = {
    **COMMANDS,
    **STATE,
    **UPDATES,
    **INTERACTIVE,
    **PARTIES,
    **USERS_AND_PROVIDERS,
    **PACKAGES,
    **SERVICE,
}
"""All of them, by method and path as the document writes them."""

WITHOUT_SERVICE: tuple[str, ...] = (
    "POST /v2/commands/async/submit-reassignment",
    "POST /v2/commands/submit-and-wait-for-reassignment",
    "GET /v2/state/active-contracts-page",
    "GET /v2/definitions/packages/{package-id}",
    "GET /v2/definitions/templates/{template-id}",
    "GET /v2/traffic/accounts",
)
"""Documented operations that this ledger does not have."""
