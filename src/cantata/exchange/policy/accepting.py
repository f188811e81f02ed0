"""When offered deposits are accepted, looked at again, and left to support."""

from __future__ import annotations

from dataclasses import replace

from cantata.automation.model import WAIT_MAX, Failure
from cantata.exchange.model.deposits import Deposit, DepositState
from cantata.exchange.policy.deposits import Reason
from cantata.kernel.time import RelTime, Timestamp

LOOK_AGAIN = RelTime.of(minutes=10)
"""How often an offer is looked at that is not accepted for a reason which may pass unnoticed."""

FIRST_PAUSE = RelTime.of(seconds=30)
PAUSE_MAX = RelTime.of(hours=1)

LOST = WAIT_MAX + WAIT_MAX
"""After this time it is checked that an acceptance under way was not forgotten."""

NO_FAULT = frozenset({"OFFER_NOT_ACCEPTED", "DEPOSIT_OFFER_ENDED"})
"""The codes of our own decision against an offer, and of one that went a step further."""

CANCELLED = "CANCELLED"

_FINAL = frozenset({Reason.NOT_TRUSTED, Reason.NOT_OUR_TURN, Reason.TOO_LATE})
"""What does not change as long as the contract of the offer is the same."""


def left_alone(deposit: Deposit, reason: Reason, now: Timestamp) -> Deposit:
    """Give an offer that is not accepted, and when to look at it again."""
    due_at = None if reason in _FINAL else now + LOOK_AGAIN
    changed_at = deposit.updated_at if deposit.reason == reason.value else now
    return replace(deposit, reason=reason.value, due_at=due_at, updated_at=changed_at)


def accept_until(deposit: Deposit, now: Timestamp) -> Timestamp:
    """Give when an acceptance that begins now ends, if it was not sent: with the offer at last."""
    until = deposit.execute_before
    return now + WAIT_MAX if until is None else min(until, now + WAIT_MAX)


def after_failure(deposit: Deposit, failure: Failure, tries_max: int, now: Timestamp) -> Deposit:
    """Give an offer whose acceptance failed: to be tried again after a pause, or stuck.

    An offer whose time is over, and one that we decided against meanwhile, did not fail by our
    fault. Who takes an acceptance back by hand has decided that support is to look at the offer.
    """
    until = deposit.execute_before
    if until is not None and until <= now:
        return left_alone(deposit, Reason.TOO_LATE, now)
    if failure.code in NO_FAULT:
        return replace(deposit, due_at=now, updated_at=now)
    tries = deposit.tries + 1
    is_stuck = tries >= tries_max or failure.code == CANCELLED
    return replace(
        deposit,
        state=DepositState.STUCK if is_stuck else deposit.state,
        tries=tries,
        failure=failure,
        due_at=None if is_stuck else now + pause(tries),
        updated_at=now,
    )


def pause(tries: int) -> RelTime:
    """Give how long to wait after so many failures: twice as long each time, bounded."""
    grown = FIRST_PAUSE.microseconds << min(tries - 1, 16)
    return min(RelTime(microseconds=grown), PAUSE_MAX)
