"""Why a transfer would be refused, as the numbers that restricted tokens use (ERC-1404)."""

from __future__ import annotations

from collections.abc import Mapping

from cantata.kernel.errors import CantataError
from cantata.ledger.errors import DamlFailure
from cantata.tokens.refusals import MovementRefused
from cantata.tokens.rules_policy import REFUSALS, Code

OTHER = 99
"""Another reason than those that have numbers, which the answer's code names."""

_BY_CODE: Mapping[str, Code] = {
    "INSUFFICIENT_FUNDS": Code.INSUFFICIENT_BALANCE,
    "PARTY_UNKNOWN": Code.NOT_ONBOARDED,
    "NO_PREAPPROVAL": Code.NOT_ONBOARDED,
}


def reason_of(error: CantataError) -> int:
    """Give the number of the reason that an error means."""
    if isinstance(error, MovementRefused):
        return error.verdict.code
    if isinstance(error, DamlFailure):
        return REFUSALS.get(error.error_id, OTHER)
    return _BY_CODE.get(error.code, OTHER)
