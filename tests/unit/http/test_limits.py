"""Rate limits hold in every interval, tell when to come back, and forget repeats."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cantata.http import limits
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
    counting = limiter(clock, Limit("mint", 2, 60))
    first = asyncio.run(counting.admit("mint", "alice"))
    clock.advance(RelTime.of(seconds=10))
    assert admitted(counting)
    assert not any(admitted(counting) for _ in range(5))
    asyncio.run(counting.give_back(first))
    assert admitted(counting)
    clock.advance(RelTime.of(seconds=50))
    assert not admitted(counting), "what was given back was the first, not the last"


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


def test_several_principals_are_admitted_together_or_not_at_all() -> None:
    counting = limiter(ManualClock(START), Limit("onboard", 2, 60))

    async def play() -> None:
        await counting.admit_all("onboard", ("ip:1", "net:1", "email:a"))
        await counting.admit_all("onboard", ("ip:2", "net:1", "email:b"))
        for _ in range(3):
            with pytest.raises(RateLimited):
                await counting.admit_all("onboard", ("ip:3", "net:1", "email:c"))
        for number in range(2):
            await counting.admit_all("onboard", ("ip:3", f"net:{number + 2}", "email:c"))

    asyncio.run(play())


def test_what_is_refused_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = limiter(ManualClock(START), Limit("mint", 1, 60))

    async def play() -> None:
        await counting.admit("mint", "net")
        for number in range(100):
            with pytest.raises(RateLimited):
                await counting.admit_all("mint", ("net", f"email:{number}"))

    asyncio.run(play())
    assert list(counting._logs["mint"]._by_principal) == ["net"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PRINCIPALS_MAX", 10)
    monkeypatch.setattr(limits, "REQUESTS_MAX", 20)
    clock = ManualClock(START)
    counting = limiter(clock, Limit("mint", 6, 60))
    logs = counting._logs["mint"]
    for number in range(100):
        asyncio.run(counting.admit("mint", f"user:{number % 37}", cost=1 + number % 3))
        assert len(logs._by_principal) <= 10
        assert sum(map(len, logs._by_principal.values())) == logs._count <= 20
    clock.advance(RelTime.of(seconds=61))
    for name in list(logs._by_principal):
        assert logs.used(name, clock.monotonic_ns()) == (0, 0)
    assert (len(logs._by_principal), logs._count) == (0, 0)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4), st.booleans()), max_size=60),
    st.integers(1, 6),
)
def test_batches_and_repeats_keep_every_interval(
    steps: list[tuple[int, int, bool]], requests: int
) -> None:
    """What was given back does not count, and of what counts no window has more."""
    clock, now = ManualClock(START), 0
    counted: list[int] = []
    waits: list[int] = []
    counting = limiter(clock, Limit("mint", requests, 60))
    for pause, cost, is_repeat in steps:
        clock.advance(RelTime.of(seconds=pause))
        now += pause
        try:
            allowance = asyncio.run(counting.admit("mint", "alice", cost))
        except RateLimited as refused:
            fitting = sum(now - 60 < each for each in counted) + cost <= requests
            assert not fitting
            waits.append(refused.seconds)
            continue
        if is_repeat:
            asyncio.run(counting.give_back(allowance))
        else:
            counted += [now] * cost
    assert all(0 < wait <= 60 for wait in waits)
    for begin in counted:
        assert sum(begin <= each < begin + 60 for each in counted) <= requests
