"""Offers: how failures count, when they are looked at again, and when pre-approvals are renewed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.automation.model import WAIT_MAX, Failure
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.model.preapprovals import Consent, Form, Standing
from cantata.exchange.objections import OfferEnded, OfferNotAccepted
from cantata.exchange.policy.accepting import (
    LOOK_AGAIN,
    PAUSE_MAX,
    accept_until,
    after_failure,
    left_alone,
    pause,
)
from cantata.exchange.policy.deposits import Reason
from cantata.exchange.policy.preapprovals import is_made_anew, latest, standing_of
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.tokens.model import InstrumentId

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
PARTY = PartyId("treasury::1220" + "ab" * 32)
OFFER = ContractId("00" + "cd" * 68)
REFUSED = Failure(code="DAML_FAILURE", message="no")
OFFERED = Deposit(
    id=UUID(int=1),
    treasury=PARTY,
    instrument=InstrumentId(PARTY, "GOLD"),
    amount=Decimal("1"),
    sender=PARTY,
    memo="",
    account=None,
    state=DepositState.OFFERED,
    reason="",
    update_id="u",
    node_id=0,
    offset=1,
    record_time=NOW,
    original_instruction=OFFER,
    instruction=OFFER,
    execute_before=NOW + RelTime.of(days=1),
    tries=0,
    failure=None,
    updated_at=NOW - RelTime.of(hours=1),
)


@given(tries_max=st.integers(1, 20))
def test_an_offer_is_stuck_after_so_many_failures(tries_max: int) -> None:
    deposit = OFFERED
    for tries in range(1, tries_max + 1):
        assert deposit.state is DepositState.OFFERED
        deposit = after_failure(deposit, REFUSED, tries_max, NOW)
        assert (deposit.tries, deposit.failure) == (tries, REFUSED)
    assert deposit.state is DepositState.STUCK
    assert deposit.due_at is None


def test_what_is_not_our_fault_does_not_count() -> None:
    for error in (OfferNotAccepted, OfferEnded):
        decided = after_failure(OFFERED, Failure.of(error(OFFERED.id, "why")), 1, NOW)
        assert (decided.state, decided.tries, decided.due_at) == (DepositState.OFFERED, 0, NOW)
    late = after_failure(replace(OFFERED, execute_before=NOW), REFUSED, 1, NOW)
    assert (late.state, late.tries, late.due_at) == (DepositState.OFFERED, 0, None)
    assert late.reason == Reason.TOO_LATE.value


def test_what_is_taken_back_by_hand_is_for_support() -> None:
    taken = after_failure(OFFERED, replace(REFUSED, code="CANCELLED"), 100, NOW)
    assert taken.state is DepositState.STUCK


@given(tries=st.integers(1, 1_000))
def test_pauses_grow_and_are_bounded(tries: int) -> None:
    assert RelTime(microseconds=0) < pause(tries) <= pause(tries + 1) <= PAUSE_MAX


@pytest.mark.parametrize("reason", Reason)
def test_offers_are_looked_at_again_if_that_can_help(reason: Reason) -> None:
    left = left_alone(OFFERED, reason, NOW)
    is_final = reason in {Reason.NOT_TRUSTED, Reason.NOT_OUR_TURN, Reason.TOO_LATE}
    assert left.due_at == (None if is_final else NOW + LOOK_AGAIN)
    assert (left.reason, left.updated_at) == (reason.value, NOW)
    again = left_alone(left, reason, NOW + LOOK_AGAIN)
    assert again.updated_at == left.updated_at


def test_an_acceptance_waits_no_longer_than_its_offer() -> None:
    assert accept_until(OFFERED, NOW) == NOW + WAIT_MAX
    assert accept_until(replace(OFFERED, execute_before=None), NOW) == NOW + WAIT_MAX
    soon = NOW + RelTime.of(minutes=1)
    assert accept_until(replace(OFFERED, execute_before=soon), NOW) == soon


def test_of_several_pre_approvals_the_last_to_end_counts() -> None:
    ends = [NOW + RelTime.of(days=days) for days in (3, 9, 1)]
    consents = [Consent(str(number), until) for number, until in enumerate(ends)]
    assert latest(consents) == consents[1]
    endless = Consent("x", None)
    assert latest([*consents, endless]) == endless
    assert latest([]) is None


@pytest.mark.parametrize(
    "days, standing",
    [(-1, Standing.EXPIRED), (0, Standing.EXPIRED), (30, Standing.EXPIRING), (31, Standing.ACTIVE)],
)
def test_a_pre_approval_expires_a_month_before_its_end(days: int, standing: Standing) -> None:
    consent = Consent("x", NOW + RelTime.of(days=days))
    assert standing_of(consent, RelTime.of(days=90), NOW) is standing
    assert is_made_anew(standing, Form.OWN) is (standing is not Standing.ACTIVE)
    assert is_made_anew(standing, Form.PROPOSED) is (standing is Standing.EXPIRED)


def test_a_short_pre_approval_is_renewed_in_its_last_third() -> None:
    term = RelTime.of(hours=3)
    for minutes, standing in ((61, Standing.ACTIVE), (60, Standing.EXPIRING)):
        consent = Consent("x", NOW + RelTime.of(minutes=minutes))
        assert standing_of(consent, term, NOW) is standing
    assert standing_of(Consent("x", None), term, NOW) is Standing.ACTIVE
    assert standing_of(None, term, NOW) is Standing.MISSING
