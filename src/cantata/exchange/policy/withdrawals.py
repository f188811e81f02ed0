"""Who is paid how much, until when, and what never is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.treasury import (
    RECORD_TTL_MAX,
    ListedInstrument,
    Policy,
    Sending,
    Treasury,
)
from cantata.exchange.model.withdrawals import MEMO_LENGTH_MAX, WithdrawalOrder
from cantata.exchange.refusals import (
    AboveMaximum,
    BelowMinimum,
    CustomerNotOpen,
    MemoRefused,
    NotPreapproved,
    ReceiverIsOurs,
    ReceiverIsSentinel,
    WithdrawalsClosed,
    WithdrawalsDisabled,
    WrongKind,
)
from cantata.exchange.registries.model import TransferKind
from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.policy import require_amount

SKEW = RelTime.of(seconds=5)
"""How far the ledger's clock may be behind ours, and a deadline beyond the record's bound."""

TOLERANCE = RelTime.of(seconds=60)
"""How far a transaction's record time may be from the ledger time that its choices judge deadlines
by: ledgerTimeRecordTimeTolerance, of which this is the network's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an order is judged by.

    `ours` are the parties of all treasuries, `admins` those who answer for registries; `reached`
    is the record time up to which the ledger is ingested.
    """

    treasury: Treasury
    account: CustomerAccount
    listed: ListedInstrument
    ours: Collection[str]
    admins: Collection[str]
    reached: Timestamp | None


def require_order(order: WithdrawalOrder, standing: Standing) -> PartyId:
    """Give the receiver of an order that may be carried out; raise what speaks against it."""
    require_paying(standing.treasury, standing.reached)
    account, listed = standing.account, standing.listed
    if account.state is not AccountState.OPEN:
        raise CustomerNotOpen(account.id, account.state.value)
    if not listed.pays_withdrawals:
        raise WithdrawalsClosed(listed.id)
    require_amount(order.amount, listed.decimals)
    require_within(order.amount, listed.policy)
    require_memo(order.memo)
    return receiver_of(order.receiver, standing.ours, standing.admins)


def require_paying(treasury: Treasury, reached: Timestamp | None) -> None:
    """Refuse while a treasury pays nothing: disabled, or not safe yet after a restore."""
    if not treasury.withdrawals_enabled:
        raise WithdrawalsDisabled(treasury.name)
    safe = treasury.safe_after
    if safe is not None and (reached is None or reached <= safe):
        raise WithdrawalsDisabled(treasury.name, safe)


def require_within(amount: Decimal, policy: Policy) -> None:
    """Refuse less than the minimum and more than the maximum; the fee comes besides."""
    if amount < policy.withdrawal_minimum:
        raise BelowMinimum(amount, policy.withdrawal_minimum)
    most = policy.withdrawal_maximum
    if most is not None and amount > most:
        raise AboveMaximum(amount, most)


def require_memo(memo: str) -> None:
    """Refuse a memo that is too long, or has characters that no text can have."""
    if len(memo) > MEMO_LENGTH_MAX:
        raise MemoRefused(f"has {len(memo)} characters, more than {MEMO_LENGTH_MAX}")
    if not memo.isprintable():
        raise MemoRefused("has characters that cannot be shown")


def receiver_of(text: str, ours: Collection[str], admins: Collection[str]) -> PartyId:
    """Read a receiver; raise MalformedId, ReceiverIsOurs, ReceiverIsSentinel."""
    receiver = PartyId(text)
    if receiver in ours:
        raise ReceiverIsOurs(receiver)
    if receiver in admins:
        raise ReceiverIsSentinel(receiver, "it is the admin of a registry")
    digits = receiver.fingerprint.removeprefix("1220")
    if len(set(digits)) == 1:
        raise ReceiverIsSentinel(receiver, "no key has such a fingerprint")
    return receiver


def with_fee(amount: Decimal, fee: Decimal) -> Decimal:
    """Give what is held for a payment; raise AboveMaximum for what no amount can be."""
    try:
        return amount + fee
    except DamlArithmeticError:
        raise AboveMaximum(amount, None) from None


def record_bound(now: Timestamp, reached: Timestamp | None, policy: Policy) -> Timestamp:
    """Give until when a payment may be recorded: by our clock or the ledger's, the later."""
    ttl = min(policy.record_ttl, RECORD_TTL_MAX)
    return max(now, reached or now) + ttl


def is_over(bound: Timestamp | None, reached: Timestamp | None) -> bool:
    """Tell whether everything that could be recorded until a bound was ingested."""
    return bound is not None and reached is not None and reached > bound


def accept_until(now: Timestamp, bound: Timestamp, policy: Policy) -> Timestamp:
    """Give when a transfer's time to be executed or accepted ends, after its record's bound."""
    least = execute_until(bound)
    return least if policy.sending is Sending.DIRECT_ONLY else max(now + policy.offer_ttl, least)


def execute_until(bound: Timestamp) -> Timestamp:
    """Give until when a transfer that completes at once may be executed."""
    return bound + SKEW


def recorded_until(execute_before: Timestamp) -> Timestamp:
    """Give the record time after which no transfer is recorded that completes at once.

    Its choice refuses a ledger time that is not before `execute_before`. Of an offer that only
    says until when it can be accepted.
    """
    return execute_before + TOLERANCE


def require_kind(found: TransferKind, sender: PartyId, receiver: PartyId, sending: Sending) -> None:
    """Refuse a transfer of another kind than it can be, or than the policy allows."""
    is_self = sender == receiver
    if is_self != (found is TransferKind.SELF):
        raise WrongKind("to itself" if is_self else "to somebody else", found.value)
    if found is TransferKind.OFFER and sending is Sending.DIRECT_ONLY:
        raise NotPreapproved(receiver)
