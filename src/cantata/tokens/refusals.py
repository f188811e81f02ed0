"""What the rules of a token refuse: one class for each reason, with the reason's code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from cantata.tokens.errors import TokenError
from cantata.tokens.rules_policy import Code, Verdict


class MovementRefused(TokenError):
    """The rules of a token do not admit a movement; field `verdict` says why."""

    code: ClassVar[str] = "MOVEMENT_REFUSED"

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        context = {"reason": str(int(verdict.code))}
        super().__init__(verdict.message, hint=verdict.remedy, context=context)


class OperationPaused(MovementRefused):
    """The issuer has paused the operation."""

    code: ClassVar[str] = "OPERATION_PAUSED"


class SenderFrozen(MovementRefused):
    """The sender's account is frozen."""

    code: ClassVar[str] = "SENDER_FROZEN"


class ReceiverFrozen(MovementRefused):
    """The receiver's account is frozen."""

    code: ClassVar[str] = "RECEIVER_FROZEN"


class FundsMissing(MovementRefused):
    """The sender's free holdings hold less than the amount."""

    code: ClassVar[str] = "INSUFFICIENT_FUNDS"


class NotVerified(MovementRefused):
    """The issuer has not verified a holder."""

    code: ClassVar[str] = "NOT_VERIFIED"


class VerificationExpired(MovementRefused):
    """The verification of a holder has expired."""

    code: ClassVar[str] = "VERIFICATION_EXPIRED"


class CountryRefused(MovementRefused):
    """Holders from a country are not admitted."""

    code: ClassVar[str] = "COUNTRY_REFUSED"


class HolderLimitReached(MovementRefused):
    """The token has as many holders as it may have."""

    code: ClassVar[str] = "HOLDER_LIMIT"


class BalanceLimitReached(MovementRefused):
    """The receiver would have more than one holder may have."""

    code: ClassVar[str] = "BALANCE_LIMIT"


class LockedUp(MovementRefused):
    """The sender's holdings are locked up until a time."""

    code: ClassVar[str] = "LOCKED_UP"


class VolumeLimitReached(MovementRefused):
    """The sender has moved as much as it may in the window."""

    code: ClassVar[str] = "VOLUME_LIMIT"


class TokenClosed(MovementRefused):
    """The token is closed: nothing of it moves."""

    code: ClassVar[str] = "TOKEN_CLOSED"


class NotOnboarded(MovementRefused):
    """A party has no account with the issuer."""

    code: ClassVar[str] = "NOT_ONBOARDED"


_CLASSES: Mapping[Code, type[MovementRefused]] = {
    Code.PAUSED: OperationPaused,
    Code.SENDER_FROZEN: SenderFrozen,
    Code.RECEIVER_FROZEN: ReceiverFrozen,
    Code.INSUFFICIENT_BALANCE: FundsMissing,
    Code.NOT_VERIFIED: NotVerified,
    Code.VERIFICATION_EXPIRED: VerificationExpired,
    Code.COUNTRY_REFUSED: CountryRefused,
    Code.HOLDER_LIMIT: HolderLimitReached,
    Code.BALANCE_LIMIT: BalanceLimitReached,
    Code.LOCKED_UP: LockedUp,
    Code.VOLUME_LIMIT: VolumeLimitReached,
    Code.TOKEN_CLOSED: TokenClosed,
    Code.NOT_ONBOARDED: NotOnboarded,
}


def refusal(verdict: Verdict) -> MovementRefused:
    """Give the error that a verdict against a movement means."""
    return _CLASSES[verdict.code](verdict)


def require_allowed(verdict: Verdict) -> None:
    """Raise what a verdict means if it is one against the movement."""
    if not verdict.is_allowed:
        raise refusal(verdict)


def owner_lacks() -> MovementRefused:
    """Give what a spender hears of an owner's funds: that they are too little, not how much."""
    return refusal(
        Verdict(
            code=Code.INSUFFICIENT_BALANCE,
            message="the owner has less than that to spend",
            remedy="choose a smaller amount",
        )
    )
