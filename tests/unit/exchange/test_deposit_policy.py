"""Whose a deposit is: every reason against crediting it, and none without one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest

from cantata.exchange.history.model import (
    Entry,
    EntryKind,
    Finding,
    Holding,
    Instruction,
    Instrument,
    Status,
    Transfer,
)
from cantata.exchange.model import deposits, withdrawals
from cantata.exchange.model.customers import AccountState, CustomerAccount
from cantata.exchange.model.deposits import DepositState
from cantata.exchange.model.treasury import ListedInstrument, Listing, Policy, Sending
from cantata.exchange.policy.deposits import Reason, refuses_offer, verdict
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.model import InstrumentId

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
ADMIN = PartyId("admin::1220" + "cd" * 32)
TREASURY = PartyId("treasury::1220" + "ab" * 32)
SENDER = PartyId("sender::1220" + "ab" * 32)
GOLD = Instrument(ADMIN, "GOLD")
LISTED = ListedInstrument(
    id=InstrumentId(ADMIN, "GOLD"),
    symbol="XAU",
    decimals=2,
    packages=("gold-token",),
    listing=Listing.OPEN,
    policy=Policy(deposit_minimum=Decimal("5")),
    listed_at=NOW,
)
ACCOUNT = CustomerAccount(
    id=UUID(int=1),
    reference="42",
    memo="0123456789AB",
    treasury=TREASURY,
    state=AccountState.OPEN,
    created_at=NOW,
)
HOLDING = Holding(
    contract_id="00aa",
    instrument=GOLD,
    owner=TREASURY,
    amount=Decimal("5"),
    lock=None,
    created_at=NOW,
    template_id="#gold-token:M:T",
    package_name="gold-token",
    admin_signed=True,
)
ENTRY = Entry(
    update_id="u1",
    offset=1,
    record_time=NOW,
    node_id=0,
    position=0,
    kind=EntryKind.TRANSFER_IN,
    status=Status.COMPLETED,
    sender=SENDER,
    receiver=TREASURY,
    instrument=GOLD,
    amount=Decimal("5"),
    net=Decimal("5"),
    burned=Decimal("0"),
    memo="0123456789AB",
    instruction_id=None,
    original_instruction_id=None,
    created=(HOLDING,),
    archived=(),
    source=None,
    findings=(),
)
OFFER = Instruction(
    contract_id="00bb",
    original_id=None,
    transfer=Transfer(
        sender=SENDER,
        receiver=TREASURY,
        instrument=GOLD,
        amount=Decimal("5"),
        memo="0123456789AB",
        requested_at=NOW,
        execute_before=NOW + RelTime.of(hours=1),
        inputs=("00aa",),
    ),
    awaits_receiver=True,
    created_at=NOW,
    template_id="#gold-token:M:O",
    package_name="gold-token",
    admin_signed=True,
)


def test_a_deposit_with_nothing_against_it_is_credited() -> None:
    judged = verdict(ENTRY, LISTED, ACCOUNT)
    assert (judged.state, judged.reason) == (DepositState.CREDITED, None)
    assert refuses_offer(OFFER, LISTED, ACCOUNT, NOW) is None


@pytest.mark.parametrize(
    "entry, listed, account, state, reason",
    [
        (ENTRY, None, ACCOUNT, DepositState.UNLISTED, Reason.NOT_LISTED),
        (
            replace(ENTRY, created=(replace(HOLDING, package_name="look-alike"),)),
            LISTED,
            ACCOUNT,
            DepositState.UNLISTED,
            Reason.NOT_LISTED,
        ),
        (
            replace(ENTRY, created=(replace(HOLDING, admin_signed=False),)),
            LISTED,
            ACCOUNT,
            DepositState.UNLISTED,
            Reason.NOT_TRUSTED,
        ),
        (
            replace(ENTRY, created=(replace(HOLDING, views_agree=False),)),
            LISTED,
            ACCOUNT,
            DepositState.UNLISTED,
            Reason.NOT_TRUSTED,
        ),
        (
            replace(ENTRY, findings=(Finding.SENDER_DID_NOT_ACT,)),
            LISTED,
            ACCOUNT,
            DepositState.UNLISTED,
            Reason.NOT_TRUSTED,
        ),
        (
            replace(ENTRY, net=Decimal("4.99")),
            LISTED,
            ACCOUNT,
            DepositState.SUSPENSE,
            Reason.AMOUNT_DIFFERS,
        ),
        (ENTRY, LISTED, None, DepositState.SUSPENSE, Reason.NO_ACCOUNT),
        (
            ENTRY,
            LISTED,
            replace(ACCOUNT, state=AccountState.BLOCKED),
            DepositState.SUSPENSE,
            Reason.ACCOUNT_NOT_OPEN,
        ),
        (
            ENTRY,
            replace(LISTED, listing=Listing.WITHDRAWALS_ONLY),
            ACCOUNT,
            DepositState.SUSPENSE,
            Reason.DEPOSITS_CLOSED,
        ),
        (
            replace(ENTRY, amount=Decimal("4.99"), net=Decimal("4.99")),
            LISTED,
            ACCOUNT,
            DepositState.SUSPENSE,
            Reason.BELOW_MINIMUM,
        ),
    ],
)
def test_each_reason_keeps_it_apart(
    entry: Entry,
    listed: ListedInstrument | None,
    account: CustomerAccount | None,
    state: DepositState,
    reason: Reason,
) -> None:
    judged = verdict(entry, listed, account)
    assert (judged.state, judged.reason) == (state, reason)


def test_what_another_treasury_sends_is_no_customers() -> None:
    judged = verdict(ENTRY, LISTED, ACCOUNT, from_treasury=True)
    assert (judged.state, judged.reason) == (DepositState.SUSPENSE, Reason.OWN_TREASURY)


@pytest.mark.parametrize(
    "offer, listed, account, reason",
    [
        (OFFER, None, ACCOUNT, Reason.NOT_LISTED),
        (replace(OFFER, package_name="look-alike"), LISTED, ACCOUNT, Reason.NOT_LISTED),
        (replace(OFFER, admin_signed=False), LISTED, ACCOUNT, Reason.NOT_TRUSTED),
        (replace(OFFER, awaits_receiver=False), LISTED, ACCOUNT, Reason.NOT_OUR_TURN),
        (
            replace(
                OFFER,
                transfer=replace(OFFER.transfer, execute_before=NOW + RelTime.of(minutes=10)),
            ),
            LISTED,
            ACCOUNT,
            Reason.TOO_LATE,
        ),
        (OFFER, LISTED, None, Reason.NO_ACCOUNT),
        (
            replace(OFFER, transfer=replace(OFFER.transfer, amount=Decimal("4.99"))),
            LISTED,
            ACCOUNT,
            Reason.BELOW_MINIMUM,
        ),
        (OFFER, replace(LISTED, listing=Listing.SUSPENDED), ACCOUNT, Reason.DEPOSITS_CLOSED),
    ],
)
def test_each_reason_leaves_an_offer_alone(
    offer: Instruction,
    listed: ListedInstrument | None,
    account: CustomerAccount | None,
    reason: Reason,
) -> None:
    assert refuses_offer(offer, listed, account, NOW) is reason


def test_a_policy_is_read_as_it_was_written() -> None:
    policy = Policy(
        deposit_minimum=Decimal("0.0000000001"),
        withdrawal_maximum=Decimal("10"),
        sending=Sending.DIRECT_ONLY,
        record_ttl=RelTime.of(seconds=90),
        pool_size=3,
    )
    assert Policy.from_json(policy.to_json()) == policy
    assert Policy.from_json({}) == Policy()


def test_ends_have_no_way_out() -> None:
    """What is final stays, unless the ledger shows it after all; the rest can reach an end."""
    shown = {withdrawals.WithdrawalState.OFFERED, withdrawals.WithdrawalState.COMPLETED}
    for state in withdrawals.WithdrawalState:
        ways = {each for each in withdrawals.WithdrawalState if withdrawals.may_follow(state, each)}
        if state in withdrawals.FINAL:
            assert ways <= shown
        else:
            assert ways & withdrawals.FINAL
    closed = {DepositState.CREDITED, DepositState.REFUNDED, DepositState.REJECTED}
    for before, after in product(closed, DepositState):
        assert not deposits.may_follow(before, after)
