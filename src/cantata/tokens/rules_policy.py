"""Whether a movement of tokens would be allowed: the rules of the contracts, asked beforehand.

The codes are those of restricted tokens (ERC-1404 and its followers), one number for each reason.
The ledger has the last word; the answer here is the same, in the same order, without a submission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import Total


class Operation(Enum):
    """What can be paused, by the names that the contracts use."""

    TRANSFER = "Transfer"
    ACCEPT = "Accept"
    ALLOCATE = "Allocate"
    SETTLE = "Settle"
    BURN = "Burn"
    MINT = "Mint"


class Kind(Enum):
    """How a transfer comes about, as the registry's API says it."""

    SELF = "self"
    DIRECT = "direct"
    OFFER = "offer"


class Code(IntEnum):
    """Why a movement is refused; 0 if and only if it is not."""

    ALLOWED = 0
    PAUSED = 1
    SENDER_FROZEN = 2
    RECEIVER_FROZEN = 3
    INSUFFICIENT_BALANCE = 4
    NOT_VERIFIED = 5
    VERIFICATION_EXPIRED = 6
    COUNTRY_REFUSED = 7
    HOLDER_LIMIT = 8
    BALANCE_LIMIT = 9
    LOCKED_UP = 10
    VOLUME_LIMIT = 11
    TOKEN_CLOSED = 12
    NOT_ONBOARDED = 13


REFUSALS: Mapping[str, Code] = {
    "tokens/paused": Code.PAUSED,
    "tokens/sender-frozen": Code.SENDER_FROZEN,
    "tokens/receiver-frozen": Code.RECEIVER_FROZEN,
    "tokens/no-inputs": Code.INSUFFICIENT_BALANCE,
    "tokens/insufficient-funds": Code.INSUFFICIENT_BALANCE,
    "tokens/not-verified": Code.NOT_VERIFIED,
    "tokens/verification-expired": Code.VERIFICATION_EXPIRED,
    "tokens/country-refused": Code.COUNTRY_REFUSED,
    "tokens/locked-up": Code.LOCKED_UP,
    "tokens/account-missing": Code.NOT_ONBOARDED,
}
"""What the ledger's refusals of movements mean, by the ids that the contracts give them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What holds for an instrument: its `TokenRules` on the ledger."""

    paused: frozenset[Operation] = frozenset()
    accounts_required: bool = False
    countries: frozenset[str] = frozenset()
    approver: str | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Rules:
        """Read the contract's payload as the ledger's API gives it."""
        return cls(
            paused=frozenset(map(Operation, content["paused"])),
            accounts_required=content["accountsRequired"],
            countries=frozenset(content["countries"]),
            approver=content.get("approver"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the admin attests of a holder: its `HolderAccount` on the ledger."""

    frozen: bool = False
    verified_until: Timestamp | None = None
    country: str = ""
    locked_until: Timestamp | None = None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Account:
        """Read the contract's payload as the ledger's API gives it."""
        return cls(
            frozen=content["frozen"],
            verified_until=_time(content.get("verifiedUntil")),
            country=content["country"],
            locked_until=_time(content.get("lockedUntil")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A party to a movement, with its account if it has one; the admin needs none."""

    party: str
    account: Account | None = None
    is_admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the platform holds beside the ledger: how far a receiver and a sender may still go.

    Each is None without limit: more holders that the instrument may have, what the receiver's
    balance may still grow by, what the sender may still move in the running window.
    """

    holders_left: int | None = None
    balance_left: Total | None = None
    volume_left: Total | None = None
    is_new_holder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a decision rests on. `rules` is None for an instrument whose rules are closed.

    `free` is what the sender's free holdings sum up to, None where its funds are locked for the
    movement already. `consent` says that a pre-approval of the receiver stands.
    """

    rules: Rules | None
    sender: Side
    receiver: Side
    now: Timestamp
    free: Decimal | Total | None = None
    consent: bool = False
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An answer: the code, what it means, what to do, and the id of the ledger's refusal.

    `refusal` is empty if the movement is allowed, and for limits that the platform alone holds.
    """

    code: Code
    message: str = "the movement is allowed"
    remedy: str = ""
    refusal: str = ""
    kind: Kind = Kind.OFFER

    @property
    def is_allowed(self) -> bool:
        """Tell whether nothing stands against the movement."""
        return self.code is Code.ALLOWED


def judge(operation: Operation, amount: Decimal, facts: Facts) -> Verdict:
    """Decide on a movement of a sound amount: the first reason against it, as the ledger asks."""
    kind = _kind(facts)
    found = (
        _of_rules(operation, facts)
        or _of_funds(amount, facts)
        or judge_limits(amount, facts.limits)
    )
    return found or Verdict(code=Code.ALLOWED, kind=kind)


def judge_limits(amount: Decimal, limits: Limits) -> Verdict | None:
    """Give the first limit that an amount would exceed; no ledger knows them.

    What others hold is not told: of the receiver only that it would be too much.
    """
    if limits.is_new_holder and limits.holders_left is not None and limits.holders_left < 1:
        return Verdict(
            code=Code.HOLDER_LIMIT,
            message="the token has as many holders as it may have",
            remedy="choose a receiver who holds it already",
        )
    if limits.balance_left is not None and amount > limits.balance_left:
        return Verdict(
            code=Code.BALANCE_LIMIT,
            message="the receiver would have more than one holder may have",
            remedy="choose a smaller amount, or another receiver",
        )
    if limits.volume_left is not None and amount > limits.volume_left:
        return Verdict(
            code=Code.VOLUME_LIMIT,
            message=f"the sender may move {limits.volume_left} more in this window",
            remedy="choose a smaller amount, or wait until the window has passed",
        )
    return None


def _kind(facts: Facts) -> Kind:
    if facts.sender.party == facts.receiver.party:
        return Kind.SELF
    return Kind.DIRECT if facts.consent else Kind.OFFER


def closed() -> Verdict:
    """Give what is said of a token whose rules are no more."""
    return Verdict(
        code=Code.TOKEN_CLOSED,
        message="the token is closed: nothing of it moves",
        remedy="ask the issuer what replaces it",
        refusal="CONTRACT_NOT_FOUND",
    )


def stopped(operation: Operation) -> Verdict:
    """Give what is said of an operation that is paused."""
    return Verdict(
        code=Code.PAUSED,
        message=f"the operation {operation.value} is paused",
        remedy="wait until the issuer lets it go on",
        refusal="tokens/paused",
    )


def _of_rules(operation: Operation, facts: Facts) -> Verdict | None:
    rules = facts.rules
    if rules is None:
        return closed()
    if operation in rules.paused:
        return stopped(operation)
    if not rules.accounts_required:
        return None
    return _of_sender(rules, facts) or _of_receiver(rules, facts)


def _of_sender(rules: Rules, facts: Facts) -> Verdict | None:
    side = facts.sender
    if side.is_admin:
        return None
    if side.account is None:
        return _not_onboarded(side)
    if side.account.frozen:
        return Verdict(
            code=Code.SENDER_FROZEN,
            message=f"the account of the sender {side.party} is frozen",
            remedy="ask the issuer for the reason",
            refusal="tokens/sender-frozen",
        )
    return _of_standing(rules, side, side.account, facts.now) or _of_lock_up(
        side, side.account, facts.now
    )


def _of_receiver(rules: Rules, facts: Facts) -> Verdict | None:
    side = facts.receiver
    if side.is_admin or side.party == facts.sender.party:
        return None
    if side.account is None:
        return _not_onboarded(side)
    if side.account.frozen:
        return Verdict(
            code=Code.RECEIVER_FROZEN,
            message=f"the account of the receiver {side.party} is frozen",
            remedy="choose another receiver, or ask the issuer for the reason",
            refusal="tokens/receiver-frozen",
        )
    return _of_standing(rules, side, side.account, facts.now)


def _of_standing(rules: Rules, side: Side, account: Account, now: Timestamp) -> Verdict | None:
    if account.verified_until is None:
        return Verdict(
            code=Code.NOT_VERIFIED,
            message=f"{side.party} is not verified",
            remedy="let the issuer verify the party",
            refusal="tokens/not-verified",
        )
    if account.verified_until <= now:
        return Verdict(
            code=Code.VERIFICATION_EXPIRED,
            message=f"the verification of {side.party} expired at {account.verified_until}",
            remedy="let the issuer verify the party again",
            refusal="tokens/verification-expired",
        )
    if rules.countries and account.country not in rules.countries:
        return Verdict(
            code=Code.COUNTRY_REFUSED,
            message=f"holders from {account.country or 'nowhere'} are not admitted",
            remedy=f"admitted are {', '.join(sorted(rules.countries))}",
            refusal="tokens/country-refused",
        )
    return None


def _of_lock_up(side: Side, account: Account, now: Timestamp) -> Verdict | None:
    if account.locked_until is None or account.locked_until <= now:
        return None
    return Verdict(
        code=Code.LOCKED_UP,
        message=f"the holdings of {side.party} are locked up until {account.locked_until}",
        remedy="wait until then",
        refusal="tokens/locked-up",
    )


def _not_onboarded(side: Side) -> Verdict:
    return Verdict(
        code=Code.NOT_ONBOARDED,
        message=f"{side.party} has no account with the issuer",
        remedy="let the issuer open an account for the party",
        refusal="tokens/account-missing",
    )


def _of_funds(amount: Decimal, facts: Facts) -> Verdict | None:
    if facts.free is None or facts.free >= amount:
        return None
    empty = facts.free == Decimal("0")
    return Verdict(
        code=Code.INSUFFICIENT_BALANCE,
        message=f"{amount} is more than the {facts.free} that is free",
        remedy="locked and frozen holdings are not free; choose a smaller amount",
        refusal="tokens/no-inputs" if empty else "tokens/insufficient-funds",
    )


def _time(text: str | None) -> Timestamp | None:
    return None if text is None else Timestamp.parse(text)
