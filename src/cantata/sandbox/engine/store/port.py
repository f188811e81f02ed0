"""What the engine needs from a store."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future
from typing import Any, NamedTuple, Protocol

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.store.update import Update
from cantata.sandbox.engine.transaction import Create


class Active(NamedTuple):
    """A contract that is active, with the offset and the node id of its creation."""

    contract: Contract
    offset: int
    node_id: int

    @property
    def place(self) -> tuple[int, int]:
        """Give the offset and the node id of its creation, by which contracts are ordered."""
        return self.offset, self.node_id


class Entry(NamedTuple):
    """Something other than an update that has its own offset, for example a refused command."""

    offset: int
    kind: str
    value: Any


class Store(Protocol):
    """Keeps the log and the contracts that are active at its end.

    Parties given as None mean all parties. A store never sees a transaction that is not valid:
    the ledger has checked it against the same state.
    """

    def end(self) -> int:
        """Give the offset of the last update or entry, 0 before the first."""
        ...

    def append(
        self, update: Update, created: Iterable[Create], archived: Iterable[Contract]
    ) -> None:
        """Record an update with the contracts it leaves and takes, completely or not at all."""
        ...

    def lookup(self, contract_id: str) -> Contract | None:
        """Give a contract that is active at the end of the log."""
        ...

    def with_key(self, key_hash: bytes) -> Iterator[Contract]:
        """Give the contracts active at the end whose keys have a hash, youngest first."""
        ...

    def templates(self, parties: Collection[str] | None) -> frozenset[Ref]:
        """Give the templates of which those parties have or had a stake in a contract."""
        ...

    def active(
        self, parties: Collection[str] | None, templates: Collection[Ref], at: int
    ) -> Iterator[Active]:
        """Give the contracts of those templates active after offset `at`, oldest first."""
        ...

    def updates(self, parties: Collection[str] | None, after: int, until: int) -> Iterator[Update]:
        """Give the updates that those parties witness, offsets in (after, until], in order."""
        ...

    def by_offset(self, offset: int) -> Update | None:
        """Give the update at an offset."""
        ...

    def by_id(self, update_id: str) -> Update | None:
        """Give the update of that id."""
        ...

    def life(self, contract_id: str) -> tuple[Active | None, Update | None]:
        """Give a contract, also one that is gone, and the update that archived it."""
        ...

    def note(self, kind: str, value: Any, offset: int | None = None) -> int:
        """Record something that is no update at an offset of its own, and give the offset.

        `value` is a text, a number, None or a tuple of such. The offset is the next one unless
        given.
        """
        ...

    def entries(self, kind: str, after: int, until: int) -> Iterator[Entry]:
        """Give what was noted of a kind, offsets in (after, until], in order."""
        ...

    def pruned(self) -> int:
        """Give the offset up to which the log was pruned, 0 if it is whole."""
        ...

    def durable_end(self) -> int:
        """Give the last offset that will not be lost: what others may be shown."""
        ...

    def sync(self) -> Future[int]:
        """Give the ticket of what was appended last: it is fulfilled when that is safe."""
        ...
