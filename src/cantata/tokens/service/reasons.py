"""Why a transfer would be refused, as the numbers that restricted tokens use (ERC-1404)."""

from __future__ import annotations

from enum import IntEnum

from cantata.kernel.errors import CantataError


class Reason(IntEnum):
    """0 if and only if the transfer would succeed now."""

    ALLOWED = 0
    PAUSED = 1
    SENDER_FROZEN = 2
    RECEIVER_FROZEN = 3
    INSUFFICIENT_FUNDS = 4
    NOT_VERIFIED = 5
    VERIFICATION_EXPIRED = 6
    COUNTRY = 7
    HOLDER_LIMIT = 8
    BALANCE_LIMIT = 9
    LOCKED_UP = 10
    VOLUME = 11
    TOKEN_CLOSED = 12
    NOT_ONBOARDED = 13
    OTHER = 99
    """Another reason, which `code` names."""


_BY_CODE = {
    "INSUFFICIENT_FUNDS": Reason.INSUFFICIENT_FUNDS,
    "PARTY_UNKNOWN": Reason.NOT_ONBOARDED,
    "NO_PREAPPROVAL": Reason.NOT_ONBOARDED,
    "INSTRUMENT_UNKNOWN": Reason.TOKEN_CLOSED,
}
_BY_WORD = (
    ("sender-frozen", Reason.SENDER_FROZEN),
    ("receiver-frozen", Reason.RECEIVER_FROZEN),
    ("paused", Reason.PAUSED),
    ("expired", Reason.VERIFICATION_EXPIRED),
    ("verif", Reason.NOT_VERIFIED),
    ("country", Reason.COUNTRY),
    ("locked-up", Reason.LOCKED_UP),
)
"""The ids of the contracts' own errors, by what they contain."""


def reason_of(error: CantataError) -> Reason:
    """Give the reason that an error means."""
    found = _BY_CODE.get(error.code)
    if found is not None:
        return found
    named = str(error.context.get("error_id", "")).lower()
    return next((reason for word, reason in _BY_WORD if word in named), Reason.OTHER)
