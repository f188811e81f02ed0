"""When a locked holding may be used: its lock ends at the earlier of two points, inclusive."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.exchange.history.model import Holding
from cantata.kernel.time import RelTime, Timestamp
from tests.unit.exchange.history.build import ADMIN, NOW, held, history, update

HOUR = {"microseconds": "3600000000"}
MICRO = RelTime(1)


def locked(**ends: Any) -> Holding:
    lock = {"holders": [ADMIN], "context": "why", **ends}
    return history(update(held(0, "mine", "5.0", lock=lock))).state.holdings["mine"]


@pytest.mark.parametrize(
    "ends, expiry",
    [
        ({"expiresAt": "2026-06-01T13:00:00Z"}, "2026-06-01T13:00:00Z"),
        ({"expiresAfter": HOUR}, "2026-06-01T13:00:00Z"),
        ({"expiresAt": "2026-06-01T12:30:00Z", "expiresAfter": HOUR}, "2026-06-01T12:30:00Z"),
        ({"expiresAt": "2026-06-01T13:30:00Z", "expiresAfter": HOUR}, "2026-06-01T13:00:00Z"),
    ],
)
def test_a_lock_ends_at_its_expiry(ends: Any, expiry: str) -> None:
    holding, end = locked(**ends), Timestamp.parse(expiry)
    assert holding.lock is not None
    assert holding.lock.expiry(holding.created_at) == end
    assert not holding.is_usable(end - MICRO)
    assert holding.is_usable(end)


@pytest.mark.parametrize(
    "ends",
    [
        {},
        {"expiresAt": "tomorrow"},
        {"expiresAfter": {"microseconds": "99999999999999999999"}},
        {"expiresAfter": {"microseconds": "9223372036854775807"}},
    ],
)
def test_a_lock_without_a_readable_end_never_ends(ends: Any) -> None:
    holding = locked(**ends)
    assert not holding.is_usable(Timestamp.parse("9999-12-31T23:59:59Z"))


def test_a_lock_of_any_shape_is_a_lock() -> None:
    holding = history(update(held(0, "mine", "5.0", lock="strange"))).state.holdings["mine"]
    assert holding.lock is not None
    assert holding.lock.holders == ()


def test_without_a_lock_a_holding_is_usable() -> None:
    holding = history(update(held(0, "mine", "5.0"))).state.holdings["mine"]
    assert holding.is_usable(NOW)
