"""Whose a deposit is, and if an offered one is accepted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cantata.exchange.history.model import Entry, Finding, Holding, Instruction
from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.treasury import ListedInstrument
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp

_UNTRUSTED = frozenset(
    {
        Finding.NOT_SIGNED_BY_ADMIN,
        Finding.SENDER_DID_NOT_ACT,
        Finding.VIEWS_DIFFER,
        Finding.VIEW_UNREADABLE,
    }
)


class Reason(Enum):
    """Why a deposit is not credited, or an offered one not accepted."""

    NOT_LISTED = "not_listed"
    """The instrument is not listed, or its package is not one of its admin's."""
    NOT_TRUSTED = "not_trusted"
    """The contracts say what those who would have to did not sign."""
    NO_ACCOUNT = "no_account"
    """The memo names no account."""
    ACCOUNT_NOT_OPEN = "account_not_open"
    DEPOSITS_CLOSED = "deposits_closed"
    BELOW_MINIMUM = "below_minimum"
    AMOUNT_DIFFERS = "amount_differs"
    """The treasury gained another amount than was said."""
    OWN_TREASURY = "own_treasury"
    """Another treasury of ours sent it."""
    NOT_OUR_TURN = "not_our_turn"
    """Somebody else has to act on the offer first."""
    TOO_LATE = "too_late"
    """The offer has expired, or will before it can be accepted."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a deposit, and why it is not credited (None: it is)."""

    state: DepositState
    reason: Reason | None = None


def verdict(
    entry: Entry,
    listed: ListedInstrument | None,
    account: CustomerAccount | None,
    *,
    from_treasury: bool = False,
) -> Verdict:
    """Judge a transfer that has come in."""
    untrusted = untrusted_because(entry.findings, entry.created, listed)
    if untrusted is not None or listed is None:
        return Verdict(DepositState.UNLISTED, untrusted)
    if from_treasury:
        return Verdict(DepositState.SUSPENSE, Reason.OWN_TREASURY)
    reason = _not_credited(entry, listed, account)
    return Verdict(DepositState.CREDITED if reason is None else DepositState.SUSPENSE, reason)


def untrusted_because(
    findings: tuple[Finding, ...],
    holdings: tuple[Holding, ...],
    listed: ListedInstrument | None,
) -> Reason | None:
    """Tell why contracts do not count as the listed instrument; None if they do."""
    if listed is None or any(each.package_name not in listed.packages for each in holdings):
        return Reason.NOT_LISTED
    signed = all(each.admin_signed and each.views_agree for each in holdings)
    return None if signed and not _UNTRUSTED.intersection(findings) else Reason.NOT_TRUSTED


def refuses_offer(
    instruction: Instruction,
    listed: ListedInstrument | None,
    account: CustomerAccount | None,
    now: Timestamp,
    *,
    from_treasury: bool = False,
) -> Reason | None:
    """Tell why an offered deposit is not accepted now; None if it is."""
    if listed is None or instruction.package_name not in listed.packages:
        return Reason.NOT_LISTED
    if not instruction.admin_signed:
        return Reason.NOT_TRUSTED
    if not instruction.awaits_receiver:
        return Reason.NOT_OUR_TURN
    transfer = instruction.transfer
    until = transfer.execute_before
    if until is not None and until <= now + listed.policy.accept_margin:
        return Reason.TOO_LATE
    if from_treasury:
        return Reason.OWN_TREASURY
    return closed_to(listed, account, transfer.amount)


def closed_to(
    listed: ListedInstrument, account: CustomerAccount | None, amount: Decimal
) -> Reason | None:
    """Tell why an amount of a listed instrument is not for an account; None if it is."""
    if account is None:
        return Reason.NO_ACCOUNT
    if account.state is not AccountState.OPEN:
        return Reason.ACCOUNT_NOT_OPEN
    if not listed.takes_deposits:
        return Reason.DEPOSITS_CLOSED
    return Reason.BELOW_MINIMUM if amount < listed.policy.deposit_minimum else None


def _not_credited(
    entry: Entry, listed: ListedInstrument, account: CustomerAccount | None
) -> Reason | None:
    if entry.amount is None or entry.net != entry.amount or entry.findings:
        return Reason.AMOUNT_DIFFERS
    return closed_to(listed, account, entry.amount)
