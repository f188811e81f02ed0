"""The platform is handed over in two steps with a delay, as AccessControlDefaultAdminRules."""

from __future__ import annotations

from uuid import UUID

import pytest

from cantata.accounts import policy
from cantata.accounts.errors import HandoverRefused, HandoverTooEarly
from cantata.accounts.model import Handover
from cantata.kernel.time import RelTime, Timestamp

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
MICRO = RelTime(1)
DAY = RelTime.of(days=1)
OLD, NEW, THIRD = (UUID(int=number) for number in (1, 2, 3))
STATE = Handover(admin=OLD, delay=DAY)


def test_it_is_refused_at_the_time_and_accepted_after_it() -> None:
    begun = policy.begin(STATE, NEW, NOW)
    assert begun.schedule == NOW + DAY
    for moment in (NOW, NOW + DAY):
        with pytest.raises(HandoverTooEarly):
            policy.accept(begun, NEW, moment)
    done = policy.accept(begun, NEW, NOW + DAY + MICRO)
    assert (done.admin, done.pending_admin, done.schedule) == (NEW, None, None)


def test_only_the_successor_accepts_and_a_new_begin_replaces() -> None:
    begun = policy.begin(policy.begin(STATE, NEW, NOW), THIRD, NOW + DAY)
    later = NOW + DAY + DAY + DAY
    for caller in (OLD, NEW):
        with pytest.raises(HandoverRefused):
            policy.accept(begun, caller, later)
    assert policy.accept(begun, THIRD, later).admin == THIRD
    with pytest.raises(HandoverRefused):
        policy.accept(policy.cancel(begun), THIRD, later)


def test_renouncing_needs_a_handover_to_nobody() -> None:
    with pytest.raises(HandoverRefused):
        policy.renounce(STATE, NOW)
    with pytest.raises(HandoverRefused):
        policy.renounce(policy.begin(STATE, NEW, NOW), NOW + DAY + DAY)
    begun = policy.begin(STATE, None, NOW)
    with pytest.raises(HandoverTooEarly):
        policy.renounce(begun, NOW + DAY)
    assert policy.renounce(begun, NOW + DAY + MICRO).admin is None


def test_delays_change_with_a_delay_of_their_own() -> None:
    longer = policy.change_delay(STATE, RelTime.of(days=30), NOW)
    assert longer.delay_schedule == NOW + RelTime.of(days=5)
    soon = policy.change_delay(STATE, RelTime.of(days=3), NOW)
    assert soon.delay_schedule == NOW + RelTime.of(days=3)
    shorter = policy.change_delay(STATE, RelTime.of(hours=1), NOW)
    assert shorter.delay_schedule == NOW + RelTime.of(hours=23)
    at, after = NOW + RelTime.of(hours=23), NOW + RelTime.of(hours=23) + MICRO
    assert policy.delay_at(shorter, at) == DAY
    assert policy.delay_at(shorter, after) == RelTime.of(hours=1)
    assert policy.rollback_delay(shorter, at).delay == DAY
    passed = policy.rollback_delay(shorter, after)
    assert (passed.delay, passed.pending_delay) == (RelTime.of(hours=1), None)
