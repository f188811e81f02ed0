"""Rate limits: in any interval of a window's length, at most so many requests are admitted."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cantata.http.errors import RateLimited
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock

NS = 1_000_000_000
PRINCIPALS_MAX = 100_000
"""Principals of one limit that are remembered; who was silent longest is forgotten first."""

REQUESTS_MAX = 500_000
"""Admitted requests of one limit that are remembered, of all principals together."""

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


OTHER = "write"
"""The limit of every operation that has none of its own."""

DEFAULTS: Mapping[str, Limit] = {
    limit.name: limit
    for limit in (
        Limit("onboard", 5, 900),
        Limit("verify", 15, 900),
        Limit("session", 60, 60),
        Limit("mint", 10, 60),
        Limit("transfer", 20, 60),
        Limit("burn", 5, 300),
        Limit("exchange", 3_000, 60),
        Limit(OTHER, 120, 60),
    )
}
"""The limits by operation."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Requests of a principal that were admitted at once, by the monotonic clock."""

    principal: str
    at: int
    count: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a limit has left: requests, and seconds until the next one comes back.

    `taken` is what was admitted, so that it can be given back.
    """

    limit: Limit
    remaining: int
    reset_seconds: int
    taken: tuple[Taken, ...] = ()

    @property
    def header(self) -> str:
        """Give the header RateLimit."""
        return f'"{self.limit.name}";r={self.remaining};t={self.reset_seconds}'


class Limiter(Protocol):
    """Counts requests; another one shares its counts between processes."""

    async def admit(self, operation: str, principal: str, cost: int = 1) -> Allowance:
        """Admit requests of a principal, all of them or none; raise RateLimited."""

    async def admit_all(
        self, operation: str, principals: Sequence[str], cost: int = 1
    ) -> Allowance:
        """Admit requests that count for several principals, for all of them or for none."""

    async def give_back(self, allowance: Allowance) -> None:
        """Forget what was admitted: it was the repeat of an earlier request."""


class MemoryLimiter:
    """Counts in this process: a log of the admitted requests of each principal.

    What is refused leaves no trace, so that asking does not fill the memory.
    """

    def __init__(self, clock: Clock, limits: Mapping[str, Limit] = DEFAULTS) -> None:
        self._clock = clock
        self._logs = {name: _Logs(limit) for name, limit in limits.items()}

    async def admit(self, operation: str, principal: str, cost: int = 1) -> Allowance:
        """Admit requests of a principal, all of them or none; raise RateLimited."""
        return await self.admit_all(operation, (principal,), cost)

    async def admit_all(
        self, operation: str, principals: Sequence[str], cost: int = 1
    ) -> Allowance:
        """Admit requests that count for several principals, for all of them or for none."""
        logs, now = self._of(operation), self._clock.monotonic_ns()
        limit = logs.limit
        waits = [logs.wait(principal, now, cost) for principal in principals]
        if any(waits):
            raise RateLimited(limit.name, limit.policy, _seconds(max(waits)))
        for principal in principals:
            logs.take(Taken(principal, now, cost))
        used, back = max(logs.used(principal, now) for principal in principals)
        taken = tuple(Taken(principal, now, cost) for principal in principals)
        return Allowance(limit, limit.requests - used, _seconds(back), taken)

    async def give_back(self, allowance: Allowance) -> None:
        """Forget what was admitted: it was the repeat of an earlier request."""
        for taken in allowance.taken:
            self._logs[allowance.limit.name].give_back(taken)

    def _of(self, operation: str) -> _Logs:
        return self._logs.get(operation) or self._logs[OTHER]


class _Logs:
    """The logs of one limit: when requests of each principal were admitted, the oldest first."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._window = limit.seconds * NS
        self._by_principal: OrderedDict[str, deque[int]] = OrderedDict()
        self._count = 0

    def wait(self, principal: str, now: int, cost: int) -> int:
        """Give the nanoseconds until so many more fit; 0 if they do, a window if never."""
        log = self._current(principal, now)
        missing = len(log) + cost - self.limit.requests
        if missing <= 0:
            return 0
        return self._window if missing > len(log) else log[missing - 1] + self._window - now

    def take(self, taken: Taken) -> None:
        """Note what is admitted; forget those who were silent longest if it is too much."""
        log = self._by_principal.setdefault(taken.principal, deque())
        self._by_principal.move_to_end(taken.principal)
        log.extend([taken.at] * taken.count)
        self._count += taken.count
        while len(self._by_principal) > 1 and (
            len(self._by_principal) > PRINCIPALS_MAX or self._count > REQUESTS_MAX
        ):
            _, forgotten = self._by_principal.popitem(last=False)
            self._count -= len(forgotten)

    def used(self, principal: str, now: int) -> tuple[int, int]:
        """Give how many a principal has in the window, and when the first of them leaves it."""
        log = self._current(principal, now)
        return len(log), (log[0] + self._window - now) if log else 0

    def give_back(self, taken: Taken) -> None:
        """Forget requests, exactly those."""
        log = self._by_principal.get(taken.principal, deque())
        for _ in range(taken.count):
            if taken.at in log:
                log.remove(taken.at)
                self._count -= 1
        self._drop_if_empty(taken.principal, log)

    def _current(self, principal: str, now: int) -> deque[int]:
        """Give what is in the window."""
        log = self._by_principal.get(principal)
        if log is None:
            return deque()
        while log and log[0] <= now - self._window:
            log.popleft()
            self._count -= 1
        self._drop_if_empty(principal, log)
        return log

    def _drop_if_empty(self, principal: str, log: deque[int]) -> None:
        if not log:
            self._by_principal.pop(principal, None)


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
