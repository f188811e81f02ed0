"""The faults that are active, and how requests find theirs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple, TypeVar

from cantata.kernel.time import Clock
from cantata.sandbox.control.bodies import AddFault, CutStream, Delay, Kind, Match
from cantata.sandbox.control.refusals import invalid, too_many
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.shapes import members_of

FAULTS_MAX = 100
DELAY_MS_MAX = 60_000
AFTER_MAX = 1_000_000
COUNT_MAX = 1_000_000
TTL_MS = 60_000
TTL_MS_MAX = 3_600_000
TEXT_LENGTH_MAX = 1_000

_NS_OF_MS = 1_000_000

K = TypeVar("K", bound=Kind)


class Call(NamedTuple):
    """What faults may look at of a request."""

    method: str
    path: str
    command_id: str | None


@dataclass(slots=True)
class Active:
    """A fault with what is left of it; `until` is a reading of the monotonic clock."""

    id: str
    kind: Kind
    match: Match | None
    left: int
    until: int

    def fits(self, call: Call) -> bool:
        """Tell whether a request is one of those that the fault is for."""
        match = self.match
        return match is None or (
            (match.method is None or match.method.upper() == call.method)
            and (match.path_prefix is None or call.path.startswith(match.path_prefix))
            and (match.command_id is None or match.command_id == call.command_id)
        )

    def to_json(self, now: int) -> dict[str, Any]:
        """Give the fault as it is shown."""
        return {
            "id": self.id,
            "fault": {type(self.kind).__name__: _shown(self.kind)},
            "match": {} if self.match is None else _shown(self.match),
            "count": self.left,
            "ttlMs": max(0, self.until - now) // _NS_OF_MS,
        }


class FaultTable:
    """Active faults, oldest first; it is empty when none is."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._active: dict[str, Active] = {}
        self._count = count(1)

    def __bool__(self) -> bool:
        return bool(self._active)

    def add(self, wanted: AddFault) -> Active:
        """Make a fault active, or raise why it cannot be."""
        times = 1 if wanted.count is None else wanted.count
        ttl = TTL_MS if wanted.ttl_ms is None else wanted.ttl_ms
        _require_within("count", times, 1, COUNT_MAX)
        _require_within("ttlMs", ttl, 1, TTL_MS_MAX)
        _require_bounded(wanted)
        self._expire()
        if len(self._active) >= FAULTS_MAX:
            raise too_many("faults", FAULTS_MAX)
        until = self._clock.monotonic_ns() + ttl * _NS_OF_MS
        fault = Active(str(next(self._count)), wanted.fault, wanted.match, times, until)
        self._active[fault.id] = fault
        return fault

    def take(self, call: Call, kind: type[K]) -> K | None:
        """Give the oldest fault of a kind for a request, and use it up once."""
        self._expire()
        for fault in self._active.values():
            if isinstance(fault.kind, kind) and fault.fits(call):
                fault.left -= 1
                if not fault.left:
                    del self._active[fault.id]
                return fault.kind
        return None

    def remove(self, fault_id: str) -> bool:
        """Make a fault inactive; tell whether it was active."""
        self._expire()
        return self._active.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Make all faults inactive."""
        self._active.clear()

    def to_json(self) -> list[dict[str, Any]]:
        """Give the active faults as they are shown."""
        self._expire()
        now = self._clock.monotonic_ns()
        return [fault.to_json(now) for fault in self._active.values()]

    def _expire(self) -> None:
        if self._active:
            now = self._clock.monotonic_ns()
            for fault in [each for each in self._active.values() if each.until <= now]:
                del self._active[fault.id]


def call_of(method: str, path: str, request: Request) -> Call:
    """Give what faults may look at; a declared path is filled in with the request's parameters."""
    for name, value in request.path.items():
        path = path.replace("{" + name + "}", str(value))
    body = request.body
    submission = body if hasattr(body, "command_id") else getattr(body, "commands", None)
    return Call(method, path, getattr(submission, "command_id", None))


def _shown(shape: Any) -> dict[str, Any]:
    """Give what a declared class holds, by the names that it has in JSON."""
    held = {each.json_name: getattr(shape, each.name) for each in members_of(type(shape))}
    return {name: value for name, value in held.items() if value is not None}


def _require_bounded(wanted: AddFault) -> None:
    kind = wanted.fault
    if isinstance(kind, Delay):
        _require_within("milliseconds", kind.milliseconds, 0, DELAY_MS_MAX)
    if isinstance(kind, CutStream):
        _require_within("after", kind.after, 0, AFTER_MAX)
    for name, text in ({} if wanted.match is None else _shown(wanted.match)).items():
        if len(text) > TEXT_LENGTH_MAX:
            raise invalid(name, f"it is longer than {TEXT_LENGTH_MAX} characters")


def _require_within(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise invalid(name, f"{value} is not within {least} and {most}")
