"""What goes wrong on purpose: faults as a test asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cantata.kernel.time import RelTime
from cantata.testing.server.http import Wire

_AT = "/sandbox/faults"
_MICROSECONDS_OF_MS = 1_000
TTL = RelTime(60_000_000)


@dataclass(frozen=True, slots=True)
class Delay:
    """Answer later; a stream begins later."""

    milliseconds: int


@dataclass(frozen=True, slots=True)
class DropAnswer:
    """Do what is asked, commit included, then end the connection without an answer."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Do nothing and answer with status 503."""


@dataclass(frozen=True, slots=True)
class Contention:
    """Reject a submission with `LOCAL_VERDICT_LOCKED_CONTRACTS`, which says to try again."""


@dataclass(frozen=True, slots=True)
class CutStream:
    """End the connection of a stream after some elements, without a close."""

    after: int = 0


@dataclass(frozen=True, slots=True)
class DeliverTwice:
    """Give each element of a stream twice."""


Fault = Delay | DropAnswer | Unavailable | Contention | CutStream | DeliverTwice


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """A fault that was asked for; it may be used up or over already."""

    id: str
    _wire: Wire

    def remove(self) -> None:
        """Take the fault back; raise `SandboxRefused` if it is used up or over."""
        self._wire.send("DELETE", f"{_AT}/{self.id}")


@dataclass(frozen=True, slots=True)
class Faults:
    """The faults of a sandbox."""

    _wire: Wire

    def add(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str | None = None,
        command_id: str | None = None,
        count: int = 1,
        ttl: RelTime = TTL,
    ) -> ActiveFault:
        """Let something go wrong with the next `count` requests that fit, within a time.

        Requests fit by method, by how their path begins and by the command id of a submission;
        what is left out does not matter.
        """
        match = {"method": method, "pathPrefix": path, "commandId": command_id}
        body = {
            "fault": {type(fault).__name__: _fields(fault)},
            "match": {name: value for name, value in match.items() if value is not None},
            "count": count,
            "ttlMs": ttl.microseconds // _MICROSECONDS_OF_MS,
        }
        return ActiveFault(self._wire.post(_AT, body)["id"], self._wire)

    def active(self) -> list[dict[str, Any]]:
        """Give the faults that are not used up, as the sandbox shows them."""
        found: list[dict[str, Any]] = self._wire.get(_AT)["faults"]
        return found

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._wire.send("DELETE", _AT)


def _fields(fault: Fault) -> dict[str, int]:
    match fault:
        case Delay(milliseconds):
            return {"milliseconds": milliseconds}
        case CutStream(after):
            return {"after": after}
        case _:
            return {}
