"""The node: ledger, packages, identity, clock and the parts that services add."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from cantata.kernel.generators import Ids, RandomIds
from cantata.kernel.time import Clock, SystemClock
from cantata.lf.codec import JsonCodec
from cantata.lf.runtime.runtime import Runtime
from cantata.sandbox.commands import CommandReader
from cantata.sandbox.engine import Engine, Ledger, MemoryStore, PackageSet
from cantata.sandbox.engine.store import Store
from cantata.sandbox.participant.claims import Authenticator, NoAuthentication
from cantata.sandbox.participant.commits import Commits
from cantata.sandbox.participant.identity import Identity
from cantata.sandbox.participant.journal import Journal, MemoryJournal, Part

P = TypeVar("P", bound=Part)

IDENTITY = "identity"


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
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        ids: Ids | None = None,
        store: Store | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.clock: Clock = clock or SystemClock()
        self.ids: Ids = ids or RandomIds()
        self.store: Store = MemoryStore() if store is None else store
        self.journal: Journal = MemoryJournal() if journal is None else journal
        self.packages = PackageSet()
        self.engine = Engine(Runtime(self.packages.packages), self.packages)
        self.ledger = Ledger(self.engine, self.store)
        self.codec = JsonCodec(self.packages.packages)
        self.commands = CommandReader(self.packages, self.codec)
        self.commits = Commits()
        self.authenticator: Authenticator = NoAuthentication()
        self._parts: dict[type[Any], Any] = {}
        self._kept: dict[str, list[Any]] = {}
        for name, change in self.journal.changes():
            self._kept.setdefault(name, []).append(change)
        self.identity = self._restore_identity()

    def part(self, kind: type[P]) -> P:
        """Give the state of one kind, made at its first use and brought up to date."""
        found = self._parts.get(kind)
        if found is None:
            found = self._parts[kind] = kind(self)  # type: ignore[call-arg] # by convention
            for change in self._kept.pop(kind.name, ()):
                found.apply(change)
        return found

    def record(self, part: Part, change: Any) -> None:
        """Make a change of a part and keep it; `change` is JSON-able."""
        part.apply(change)
        self.journal.record(part.name, change)

    def now(self) -> int:
        """Give the time in microseconds since 1970."""
        return self.clock.now().microseconds

    def fresh_uuid(self) -> str:
        """Give a random UUID as text."""
        raw = bytearray(self.ids.fresh_bytes(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        text = raw.hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def _restore_identity(self) -> Identity:
        kept = self._kept.pop(IDENTITY, None)
        if kept:
            return Identity.from_json(kept[-1])
        identity = Identity.fresh(self.ids, self.settings.name)
        self.journal.record(IDENTITY, identity.to_json())
        return identity
