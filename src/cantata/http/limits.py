"""Rate limits: in any interval of a window's length, at most so many requests are admitted."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cantata.http.errors import RateLimited
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock

NS = 1_000_000_000
PRINCIPALS_MAX = 100_000
"""Principals that are remembered; the one that was silent longest is forgotten first."""

_UNITS = {"s": 1, "m": 60, "h": 3_600}
_RULE = re.compile(r"([a-z_]{1,40})=([0-9]{1,7})/([0-9]{1,5})([smh])", re.ASCII)


class MalformedLimit(CantataError):
    """A rate limit is not written as `name=requests/window`; field `text`."""

    code = "MALFORMED_LIMIT"

    def __init__(self, text: str) -> None:
        self.text = text[:80]
        super().__init__(f"{self.text!r} is no rate limit", hint="write it like mint=10/1m")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in any `seconds`."""

    name: str
    requests: int
    seconds: int

    @property
    def policy(self) -> str:
        """Give the header RateLimit-Policy."""
        return f'"{self.name}";q={self.requests};w={self.seconds}'


DEFAULTS: Mapping[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit("onboard", 5, 900),
        Limit("mint", 10, 60),
        Limit("transfer", 20, 60),
        Limit("burn", 5, 300),
        Limit("write", 120, 60),
    )
}
"""The limits by operation; `write` is for every change that has none of its own."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a limit has left: requests, and seconds until the next one comes back."""

    limit: Limit
    remaining: int
    reset_seconds: int

    @property
    def header(self) -> str:
        """Give the header RateLimit."""
        return f'"{self.limit.name}";r={self.remaining};t={self.reset_seconds}'


class Limiter(Protocol):
    """Counts requests; another one shares its counts between processes."""

    async def admit(self, operation: str, principal: str, cost: int = 1) -> Allowance:
        """Admit requests of a principal, all of them or none; raise RateLimited."""

    async def give_back(self, operation: str, principal: str) -> None:
        """Forget the last request that was admitted: it was the repeat of an earlier one."""


@dataclass(slots=True)
class _Log:
    admitted: deque[int] = field(default_factory=deque)


class MemoryLimiter:
    """Counts in this process: a log of the admitted requests of each principal."""

    def __init__(self, clock: Clock, limits: Mapping[str, Limit] = DEFAULTS) -> None:
        self._clock = clock
        self._limits = dict(limits)
        self._logs: OrderedDict[tuple[str, str], _Log] = OrderedDict()

    async def admit(self, operation: str, principal: str, cost: int = 1) -> Allowance:
        """Admit requests of a principal, all of them or none; raise RateLimited."""
        limit = self._limits.get(operation) or self._limits["write"]
        now = self._clock.monotonic_ns()
        log = self._log(limit.name, principal)
        window = limit.seconds * NS
        while log and log[0] <= now - window:
            log.popleft()
        if len(log) + cost > limit.requests:
            raise RateLimited(limit.name, limit.policy, self._wait(limit, log, now, cost))
        log.extend([now] * cost)
        return Allowance(limit, limit.requests - len(log), _seconds(log[0] + window - now))

    async def give_back(self, operation: str, principal: str) -> None:
        """Forget the last request that was admitted: it was the repeat of an earlier one."""
        limit = self._limits.get(operation) or self._limits["write"]
        log = self._log(limit.name, principal)
        if log:
            log.pop()

    def _wait(self, limit: Limit, log: deque[int], now: int, cost: int) -> int:
        """Give the seconds until enough of the log is past, or a whole window if it never is."""
        missing = len(log) + cost - limit.requests
        if missing > len(log):
            return limit.seconds
        return _seconds(log[missing - 1] + limit.seconds * NS - now)

    def _log(self, name: str, principal: str) -> deque[int]:
        log = self._logs.setdefault((name, principal), _Log())
        self._logs.move_to_end((name, principal))
        if len(self._logs) > PRINCIPALS_MAX:
            self._logs.popitem(last=False)
        return log.admitted


def limits_of(text: str) -> Mapping[str, Limit]:
    """Read limits that replace defaults: ``mint=10/1m, transfer=20/1m``."""
    found = dict(DEFAULTS)
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _RULE.fullmatch(part)
        if match is None or not int(match[2]) or not int(match[3]):
            raise MalformedLimit(part)
        found[match[1]] = Limit(match[1], int(match[2]), int(match[3]) * _UNITS[match[4]])
    return found


def _seconds(span_ns: int) -> int:
    return max(1, -(-span_ns // NS))
