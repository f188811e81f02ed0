"""The circuit breaker opens, rests, tries one request, and closes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.ledger.breaker import BreakerSettings, CircuitBreaker, CircuitOpen, State

SETTINGS = BreakerSettings(failures=3, rest=RelTime.of(seconds=10))


def made() -> tuple[CircuitBreaker, ManualClock]:
    clock = ManualClock(Timestamp(0))
    return CircuitBreaker(clock, SETTINGS), clock


def fail(breaker: CircuitBreaker) -> None:
    breaker.admit()
    breaker.failed()


def test_opens_after_failures_in_a_row_only() -> None:
    breaker, _ = made()
    fail(breaker)
    fail(breaker)
    breaker.admit()
    breaker.succeeded()
    fail(breaker)
    fail(breaker)
    assert breaker.state is State.CLOSED
    fail(breaker)
    with pytest.raises(CircuitOpen):
        breaker.admit()


def test_lets_one_request_try_after_the_rest() -> None:
    breaker, clock = made()
    for _ in range(3):
        fail(breaker)
    clock.advance(SETTINGS.rest)
    assert breaker.state is State.HALF_OPEN
    breaker.admit()
    with pytest.raises(CircuitOpen):
        breaker.admit()
    breaker.succeeded()
    breaker.admit()
    breaker.admit()


def test_rests_again_when_the_trial_fails() -> None:
    breaker, clock = made()
    for _ in range(3):
        fail(breaker)
    clock.advance(SETTINGS.rest)
    fail(breaker)
    assert breaker.state is State.OPEN


def test_an_abandoned_trial_frees_the_place() -> None:
    breaker, clock = made()
    for _ in range(3):
        fail(breaker)
    clock.advance(SETTINGS.rest)
    breaker.admit()
    breaker.abandoned()
    breaker.admit()


@given(st.lists(st.sampled_from(["ok", "fail", "wait"]), max_size=60))
def test_never_stays_open_for_ever(steps: list[str]) -> None:
    breaker, clock = made()
    for step in steps:
        if step == "wait":
            clock.advance(RelTime.of(seconds=3))
            continue
        try:
            breaker.admit()
        except CircuitOpen:
            continue
        if step == "ok":
            breaker.succeeded()
            assert breaker.state is State.CLOSED
        else:
            breaker.failed()
    clock.advance(SETTINGS.rest)
    breaker.admit()
