"""Who may be paid what and until when, and how the journal ends what was held."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.exchange.model.journal import Book, BookKind
from cantata.exchange.model.treasury import SIGNED_BY_PARTICIPANT, Policy, Sending, Treasury
from cantata.exchange.model.withdrawals import (
    FINAL,
    Withdrawal,
    WithdrawalKind,
    WithdrawalState,
    may_follow,
)
from cantata.exchange.policy.endings import hold, origin_of, paid, returned
from cantata.exchange.policy.withdrawals import (
    SKEW,
    accept_until,
    is_over,
    receiver_of,
    record_bound,
    require_kind,
    require_memo,
    require_paying,
    with_fee,
)
from cantata.exchange.refusals import (
    AboveMaximum,
    MemoRefused,
    NotPreapproved,
    ReceiverIsOurs,
    ReceiverIsSentinel,
    WithdrawalsDisabled,
    WrongKind,
)
from cantata.exchange.registries.model import TransferKind
from cantata.kernel.ids import MalformedId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.kernel.totals import Total
from cantata.tokens.model import InstrumentId

AT = Timestamp.parse("2026-01-01T00:00:00Z")
MICRO = RelTime(microseconds=1)
TREASURY = PartyId("treasury::1220" + "ab" * 32)
WALLET = PartyId("wallet::1220" + "cd" * 32)
ADMIN = PartyId("admin::1220" + "ef" * 32)
GOLD = InstrumentId(ADMIN, "GOLD")
ZERO = Decimal("0")
OPEN = Treasury(
    party=TREASURY,
    name="main",
    signer=SIGNED_BY_PARTICIPANT,
    withdrawals_enabled=True,
    safe_after=None,
    from_offset=0,
    created_at=AT,
)
PAYMENT = Withdrawal(
    id=UUID(int=1),
    kind=WithdrawalKind.PAYMENT,
    treasury=TREASURY,
    account=UUID(int=2),
    instrument=GOLD,
    amount=Decimal("20"),
    fee=Decimal("1"),
    receiver=WALLET,
    memo="",
    state=WithdrawalState.REQUESTED,
    attempts=0,
    dead_after=None,
    execute_before=None,
    original_instruction=None,
    instruction=None,
    cancel_wanted=False,
    update_id="",
    end_update_id="",
    offset=None,
    record_time=None,
    failure=None,
    created_at=AT,
    updated_at=AT,
)
AMOUNTS = st.integers(0, 10**14).map(Decimal.from_units)


def test_a_treasury_pays_when_it_is_enabled_and_safe() -> None:
    require_paying(OPEN, None)
    with pytest.raises(WithdrawalsDisabled):
        require_paying(replace(OPEN, withdrawals_enabled=False), AT)
    restored = replace(OPEN, safe_after=AT)
    for reached in (None, AT, AT - MICRO):
        with pytest.raises(WithdrawalsDisabled):
            require_paying(restored, reached)
    require_paying(restored, AT + MICRO)


def test_receivers_are_wallets_of_others() -> None:
    assert receiver_of(WALLET, {TREASURY}, {ADMIN}) == WALLET
    for text, error in (
        ("", MalformedId),
        ("alice", MalformedId),
        (f"{WALLET} ", MalformedId),
        (WALLET.upper(), MalformedId),
        (TREASURY, ReceiverIsOurs),
        (ADMIN, ReceiverIsSentinel),
        (f"burn::1220{'0' * 64}", ReceiverIsSentinel),
        (f"burn::1220{'f' * 64}", ReceiverIsSentinel),
    ):
        with pytest.raises(error):
            receiver_of(text, {TREASURY}, {ADMIN})


def test_memos_are_short_and_can_be_shown() -> None:
    require_memo("")
    require_memo("Konto 7, Größe XL")
    for memo in ("x" * 257, "a\nb", "a\0b", "a\u202eb", "\ud800"):
        with pytest.raises(MemoRefused):
            require_memo(memo)


def test_a_payment_is_over_strictly_after_its_bound() -> None:
    bound = record_bound(AT, None, Policy(record_ttl=RelTime.of(minutes=5)))
    assert bound == AT + RelTime.of(minutes=5)
    assert not is_over(bound, None)
    assert not is_over(bound, bound)
    assert is_over(bound, bound + MICRO)
    assert not is_over(None, bound)


def test_the_ledgers_time_counts_when_it_is_later_and_a_day_is_the_most() -> None:
    late = AT + RelTime.of(hours=2)
    assert record_bound(AT, late, Policy()) == late + Policy().record_ttl
    longest = record_bound(AT, None, Policy(record_ttl=RelTime.of(days=9)))
    assert longest == AT + RelTime.of(hours=24)


def test_an_offer_is_open_beyond_the_records_bound() -> None:
    bound = AT + RelTime.of(minutes=10)
    days = Policy(offer_ttl=RelTime.of(days=3))
    assert accept_until(AT, bound, days) == AT + RelTime.of(days=3)
    short = Policy(offer_ttl=RelTime.of(minutes=1))
    assert accept_until(AT, bound, short) == bound + SKEW
    direct = replace(days, sending=Sending.DIRECT_ONLY)
    assert accept_until(AT, bound, direct) == bound + SKEW


def test_what_a_registry_says_has_to_be_possible() -> None:
    require_kind(TransferKind.DIRECT, TREASURY, WALLET, Sending.DIRECT_ONLY)
    require_kind(TransferKind.OFFER, TREASURY, WALLET, Sending.OFFER)
    require_kind(TransferKind.SELF, TREASURY, TREASURY, Sending.DIRECT_ONLY)
    with pytest.raises(NotPreapproved):
        require_kind(TransferKind.OFFER, TREASURY, WALLET, Sending.DIRECT_ONLY)
    for found, receiver in (
        (TransferKind.SELF, WALLET),
        (TransferKind.DIRECT, TREASURY),
        (TransferKind.OFFER, TREASURY),
    ):
        with pytest.raises(WrongKind):
            require_kind(found, TREASURY, receiver, Sending.OFFER)


def test_no_amount_is_too_large_to_be_refused() -> None:
    most = Decimal("9" * 28 + "." + "9" * 10)
    assert with_fee(most, ZERO) == most
    with pytest.raises(AboveMaximum):
        with_fee(most, Decimal("0.0000000001"))


def test_only_what_was_given_up_can_follow_an_end() -> None:
    for before in FINAL:
        following = {after for after in WithdrawalState if may_follow(before, after)}
        seen = {WithdrawalState.OFFERED, WithdrawalState.COMPLETED}
        given_up = before in {WithdrawalState.FAILED, WithdrawalState.WITHDRAWN}
        assert following == (seen if given_up else set())


@given(amount=AMOUNTS, fee=AMOUNTS, moved=AMOUNTS, reject=AMOUNTS)
def test_nothing_is_left_held_whatever_the_ledger_moved(
    amount: Decimal, fee: Decimal, moved: Decimal, reject: Decimal
) -> None:
    payment = replace(PAYMENT, amount=amount, fee=fee)
    source = origin_of(payment)
    assert source is not None
    held = Book.held(payment.id)
    taken = [*hold(payment, source, AT).postings]
    ends = [
        (paid(payment, Total.of((amount, fee)), -moved, AT), -moved),
        (returned(payment, Total.of((amount, fee)), moved, reject, AT, "u"), moved),
        (returned(payment, Total.of((amount, fee)), -moved, reject, AT, "u"), -moved),
    ]
    for end, net in ends:
        postings = [*taken, *end.postings]
        left = sum((p.amount for p in postings if p.book == held), -net)
        assert left == ZERO
        assert sum((p.amount for p in end.postings), ZERO) == ZERO


def test_what_a_customer_pays_is_amount_and_fee() -> None:
    entry = paid(PAYMENT, Total.of([Decimal("21")]), Decimal("-20"), AT)
    assert [(p.book.kind, str(p.amount)) for p in entry.postings] == [
        (BookKind.HELD, "1.0"),
        (BookKind.FEES, "-1.0"),
    ]
    back = returned(PAYMENT, Total.of([Decimal("21")]), ZERO, Decimal("2.5"), AT, "u")
    owed = {p.book.kind: str(-p.amount) for p in back.postings if p.book.kind is not BookKind.HELD}
    assert owed == {BookKind.CUSTOMER: "18.5", BookKind.FEES: "2.5"}
