"""A running sandbox, as tests use and control it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import uuid4

from cantata.kernel.time import RelTime, Timestamp
from cantata.testing.server.faults import Faults
from cantata.testing.server.http import Wire

if TYPE_CHECKING:  # it needs the extra `ledger`, which plain contract tests do without
    from cantata.ledger.client import LedgerClient

_SNAPSHOTS = "/sandbox/snapshots"
_UNIQUE_DIGITS = 12


@dataclass(frozen=True, slots=True)
class State:
    """The end of a ledger's log, and a hash of all that it stores."""

    offset: int
    hash: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A named state of a sandbox, to go back to any number of times."""

    name: str
    offset: int
    _wire: Wire

    def rollback(self) -> None:
        """Make the ledger what it was, its time included; open streams end with an error."""
        self._wire.post(f"{self._path}/rollback")

    def discard(self) -> None:
        """Forget the snapshot."""
        self._wire.send("DELETE", self._path)

    @property
    def _path(self) -> str:
        return f"{_SNAPSHOTS}/{quote(self.name, safe='')}"


@dataclass(frozen=True, slots=True)
class Time:
    """The time of a sandbox: the machine's, until it is set; from then on it stands still."""

    _wire: Wire

    def now(self) -> Timestamp:
        """Give the ledger's time."""
        return _time(self._wire.get("/sandbox/time"))

    def set(self, time: Timestamp) -> Timestamp:
        """Stop the time, which is not before now, and give it."""
        return _time(self._wire.post("/sandbox/time/set", {"time": str(time)}))

    def advance(self, span: RelTime) -> Timestamp:
        """Stop the time a span later, and give it."""
        body = {"microseconds": span.microseconds}
        return _time(self._wire.post("/sandbox/time/advance", body))


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A sandbox by its address, with its participant's id and its process's."""

    url: str
    participant_id: str
    pid: int

    @property
    def wire(self) -> Wire:
        """Give plain HTTP to the sandbox."""
        return Wire(self.url)

    @property
    def time(self) -> Time:
        """Give what reads and sets the ledger's time."""
        return Time(self.wire)

    @property
    def faults(self) -> Faults:
        """Give what lets things go wrong."""
        return Faults(self.wire)

    def client(self, user_id: str = "tester", **settings: Any) -> LedgerClient:
        """Give a client of the ledger; `settings` are those of `cantata.ledger.settings`."""
        from cantata.ledger.client import LedgerClient  # noqa: PLC0415 - needs the extra
        from cantata.ledger.settings import Settings  # noqa: PLC0415 - needs the extra

        return LedgerClient(Settings(self.url, user_id=user_id, **settings))

    def party(self, name: str) -> str:
        """Make a party that no other test has, and give its id."""
        hint = f"{name}-{uuid4().hex[:_UNIQUE_DIGITS]}"
        made = self.wire.post("/v2/parties", {"partyIdHint": hint})
        party: str = made["partyDetails"]["party"]
        return party

    def upload(self, dar: bytes) -> None:
        """Upload a DAR and vet its packages."""
        self.wire.send("POST", "/v2/packages", dar)

    def snapshot(self, name: str = "") -> Snapshot:
        """Remember the ledger as it is now, under a name of its own unless one is given."""
        taken = self.wire.post(_SNAPSHOTS, {"name": name or uuid4().hex})
        return Snapshot(taken["name"], taken["offset"], self.wire)

    @contextmanager
    def anchor(self) -> Iterator[None]:
        """Undo everything that happens inside, faults and time included."""
        before = self.snapshot()
        try:
            yield
        finally:
            self.faults.clear()
            before.rollback()
            before.discard()

    def state(self) -> State:
        """Give the ledger's end and the hash of its state, once all is on disk."""
        found = self.wire.get("/sandbox/state")
        return State(found["offset"], found["hash"])


def _time(shown: Any) -> Timestamp:
    return Timestamp.parse(shown["time"])
