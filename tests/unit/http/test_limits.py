"""Rate limits hold in every interval, tell when to come back, and forget repeats."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.http.errors import RateLimited
from cantata.http.limits import DEFAULTS, Limit, MalformedLimit, MemoryLimiter, limits_of
from cantata.kernel.time import ManualClock, RelTime, Timestamp

START = Timestamp.parse("2026-01-01T00:00:00Z")


def limiter(clock: ManualClock, limit: Limit) -> MemoryLimiter:
    return MemoryLimiter(clock, {limit.name: limit, "write": limit})


def admitted(counting: MemoryLimiter, cost: int = 1) -> bool:
    try:
        asyncio.run(counting.admit("mint", "alice", cost))
    except RateLimited:
        return False
    return True


def test_defaults_are_those_of_the_requirement() -> None:
    found = {name: (each.requests, each.seconds) for name, each in DEFAULTS.items()}
    assert found["onboard"] == (5, 900)
    assert found["mint"] == (10, 60)
    assert found["transfer"] == (20, 60)
    assert found["burn"] == (5, 300)


def test_the_next_one_waits_as_told() -> None:
    clock = ManualClock(START)
    counting = limiter(clock, Limit("mint", 2, 60))
    assert admitted(counting)
    clock.advance(RelTime.of(seconds=10))
    assert admitted(counting)
    with pytest.raises(RateLimited) as refused:
        asyncio.run(counting.admit("mint", "alice"))
    assert refused.value.seconds == 50
    clock.advance(RelTime.of(seconds=refused.value.seconds - 1))
    assert not admitted(counting)
    clock.advance(RelTime.of(seconds=1))
    assert admitted(counting), "a request exactly a window after the first is admitted"


def test_refused_and_repeated_requests_cost_nothing() -> None:
    clock = ManualClock(START)
    counting = limiter(clock, Limit("mint", 1, 60))
    assert admitted(counting)
    assert not any(admitted(counting) for _ in range(5))
    asyncio.run(counting.give_back("mint", "alice"))
    assert admitted(counting)


def test_a_batch_is_admitted_whole_or_not() -> None:
    counting = limiter(ManualClock(START), Limit("mint", 10, 60))
    assert admitted(counting, 7)
    assert not admitted(counting, 4)
    assert admitted(counting, 3)


def test_parallel_requests_share_one_budget() -> None:
    counting = limiter(ManualClock(START), Limit("mint", 10, 60))

    async def ask() -> int:
        jobs = [counting.admit("mint", "alice") for _ in range(50)]
        found = await asyncio.gather(*jobs, return_exceptions=True)
        return sum(not isinstance(each, RateLimited) for each in found)

    assert asyncio.run(ask()) == 10


@given(st.lists(st.integers(0, 40), max_size=80), st.integers(1, 5))
def test_no_interval_admits_more(pauses: list[int], requests: int) -> None:
    clock, times, now = ManualClock(START), [], 0
    counting = limiter(clock, Limit("mint", requests, 60))
    for pause in pauses:
        clock.advance(RelTime.of(seconds=pause))
        now += pause
        if admitted(counting):
            times.append(now)
    for begin in times:
        assert sum(begin <= each < begin + 60 for each in times) <= requests


def test_limits_are_read_from_settings() -> None:
    found = limits_of("mint=100/2m, own=1/5s")
    assert (found["mint"].requests, found["mint"].seconds) == (100, 120)
    assert (found["own"].requests, found["own"].seconds) == (1, 5)
    assert found["burn"] == DEFAULTS["burn"]
    for text in ("mint", "mint=0/1m", "mint=1/0s", "mint=1/1d", "Mint=1/1s"):
        with pytest.raises(MalformedLimit):
            limits_of(text)
