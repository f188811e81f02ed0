"""The node: ledger, packages, identity, clock and the parts that services add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from cantata.kernel.generators import Ids, RandomIds
from cantata.kernel.time import Clock, SystemClock
from cantata.lf.codec import JsonCodec
from cantata.lf.interactive.topology import SigningKeys
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.commands import CommandReader
from cantata.sandbox.engine import Engine, Ledger, PackageSet, Submission
from cantata.sandbox.participant.claims import Authenticator, NoAuthentication
from cantata.sandbox.participant.commits import Commits
from cantata.sandbox.participant.durability import Durability
from cantata.sandbox.participant.identity import Identity
from cantata.sandbox.participant.journal import Journal, Part
from cantata.sandbox.place import user_folder
from cantata.sandbox.prepared import KnownBlobs
from cantata.sandbox.store import SqliteStore

P = TypeVar("P", bound=Part)

IDENTITY = "identity"
MEMORY = ":memory:"


def _everybody(party: str) -> bool:
    return True


def _unlocked(submission: Submission) -> bool:
    return False


def _no_keys(party: str) -> SigningKeys | None:
    return None


_UUID_VARIANTS = {f"{digit:x}": f"{digit & 0x3 | 0x8:x}" for digit in range(16)}
"""The digit of a random UUID that says how it was made, by the random one in its place."""

STRIDE = 3
"""Offsets that each entry of the log takes, as on a participant: clients must bear gaps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may be set about a participant. Times are in microseconds."""

    name: str = "sandbox"
    version: str = "3.5.10-SNAPSHOT"
    static_time: bool = False


class Participant:
    """Composes what services work on; it has no service itself.

    A service keeps state in a `Part`, which `part(Kind)` makes once and which finds the node in its
    constructor: so services find each other's state without the node knowing them. Whoever changes
    a part does so by `record(part, change)`.

    Some services fill in what others need: `authenticator`, `knows_party` (the ledger asks it for
    every informee), `signing_keys` (of an external party, None for one without), `is_locked` (tells
    whether another transaction holds what a submission uses) and `upload`, which takes the bytes of
    a DAR.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        store: SqliteStore | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or RandomIds()
        self.store = SqliteStore(MEMORY) if store is None else store
        self.packages = PackageSet()
        runtime = Runtime(self.packages.packages, cache=user_folder())
        self.engine = Engine(runtime, self.packages)
        self.ledger = Ledger(self.engine, self.store, knows_party=self._knows_party, stride=STRIDE)
        self.codec = JsonCodec(self.packages.packages)
        self.commands = CommandReader(self.packages, self.codec)
        self.blobs = KnownBlobs(self.packages.packages)
        self.commits = Commits()
        self.durability = Durability(self.store, self.commits, self.reload)
        self.authenticator: Authenticator = NoAuthentication()
        self.knows_party: Callable[[str], bool] = _everybody
        self.signing_keys: Callable[[str], SigningKeys | None] = _no_keys
        self.is_locked: Callable[[Submission], bool] = _unlocked
        self.upload: Callable[[bytes], None] | None = None
        self._journal = Journal(self.store)
        self._parts: dict[type[Any], Any] = {}
        self.identity = self._identity()

    def part(self, kind: type[P]) -> P:
        """Give the state of one kind, made at its first use and brought up to date."""
        found: P | None = self._parts.get(kind)
        if found is None:
            made = cast("Callable[[Participant], P]", kind)
            found = self._parts[kind] = made(self)
            self._replay(found)
        return found

    def record(self, part: Part, change: Any) -> None:
        """Make a change of a part and keep it; `change` is JSON-able.

        It is on disk when `await node.durability.wait()` has returned. With the store full or
        closed nothing is changed.
        """
        self._journal.record(part.name, change)
        part.apply(change)
        self._journal.compact(part)

    def reload(self) -> None:
        """Make all parts again, in place, from what the store has: it has gone back."""
        self.packages.clear()
        self._journal.forget()
        for kind, part in self._parts.items():
            kind.__init__(part, self)
            self._replay(part)

    def close(self) -> None:
        """End all streams and close the store; everything acknowledged is safe already."""
        self.commits.close()
        self.store.close()
        self.engine.runtime.save()

    def now(self) -> int:
        """Give the time in microseconds since 1970."""
        return self.clock.now().microseconds

    def fresh_uuid(self) -> str:
        """Give a random UUID as text."""
        text = self.ids.fresh_bytes(16).hex()
        variant = _UUID_VARIANTS[text[16]]
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"

    def _knows_party(self, party: str) -> bool:
        return self.knows_party(party)

    def _replay(self, part: Part) -> None:
        for change in self._journal.changes(part.name):
            part.apply(change)

    def _identity(self) -> Identity:
        for kept in self._journal.changes(IDENTITY):
            return Identity.from_json(kept)
        identity = Identity.fresh(self.ids, self.settings.name)
        self._journal.record(IDENTITY, identity.to_json())
        return identity
