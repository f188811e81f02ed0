"""The state again, from a snapshot and the batches after it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from cantata.sandbox.store.disk import GENESIS, Disk
from cantata.sandbox.store.errors import CorruptStore
from cantata.sandbox.store.history import History, Segment
from cantata.sandbox.store.records import Head, active_outline, read_active
from cantata.sandbox.store.state import State
from cantata.sandbox.store.symbols import Symbols
from cantata.sandbox.store.tokens import NUL, SEPARATOR
from cantata.sandbox.store.values import decode


class Loaded(NamedTuple):
    """A state, the number of the last batch in it, and that batch's digest."""

    state: State
    seq: int
    digest: bytes


def load(disk: Disk) -> Loaded:
    """Make the state from the newest snapshot and the batches after it."""
    with _collector_paused():
        seq, digest, loader = 0, GENESIS, Loader(State())
        found = disk.snapshot()
        if found is not None:
            seq, end = found
            with _damage(f"{disk.path}, snapshot {seq}"):
                digest = _read_snapshot(disk, seq, end, loader)
            loader.state.changes = 0
        for batch in disk.batches(seq, digest):
            with _damage(f"{disk.path}, {batch.place}"):
                if batch.first:
                    loader.state.history.tail.add_batch(batch.first, batch.seq)
                loader.apply(batch.body)
            seq, digest = batch.seq, batch.digest
        with _damage(f"{disk.path}, its contracts"):
            return Loaded(loader.finish(), seq, digest)


class Loader:
    """Applies records. Contracts are read at the end only, those that are still active."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._contracts: dict[str, str] = {}
        self._stakes: dict[tuple[str, str], None] = {}
        self._apply: dict[str, Callable[[str], None]] = {
            "u": self._update,
            "c": self._contract,
            "n": _nothing,
            "s": self._symbols,
            "t": self._put,
            "e": self._entry,
            "p": self._prune,
            "o": self._place,
            "h": self._stakes_of,
            "l": self._live,
            "r": self._retained,
        }

    def apply(self, body: bytes) -> None:
        """Apply the records of a batch or of a part of a snapshot."""
        for record in body.decode("utf-8", "surrogatepass").split(SEPARATOR):
            self._apply[record[0]](record[1:])

    def finish(self) -> State:
        """Read the contracts that are left, and give the state."""
        state = self.state
        atom, add = state.symbols.atom, state.contracts.add
        for template, stakeholders in self._stakes:
            for party in atom(stakeholders):
                state.contracts.remember(party, atom(template))
        for text in self._contracts.values():
            add(read_active(decode(text, state.symbols)))
        return state

    def _update(self, text: str) -> None:
        head, symbols = Head.read(text), self.state.symbols
        archived = head.archived_ids()
        for contract_id, created_at, _ in head.archived_places() if self.state.pruned else ():
            if created_at <= self.state.pruned:
                self.state.retain(read_active(self._read(self._contracts[contract_id])))
        for contract_id in archived:
            del self._contracts[contract_id]
        submitters, command = head.command(symbols)
        transient = [token[1:] for token in head.transient]
        identifiers = [head.update_id, *command, *archived, *transient]
        witnesses = symbols.atoms.get(head.witnesses) or symbols.atom(head.witnesses)
        self.state.commit(head.offset, witnesses, submitters, identifiers)

    def _contract(self, text: str) -> None:
        contract_id, template, stakeholders = active_outline(text)
        self._contracts[contract_id] = text
        self._stakes[template, stakeholders] = None
        state = self.state
        state.history.tail.add_key(contract_id, state.end)

    def _live(self, text: str) -> None:
        """Take a contract of a snapshot, which has its stakes and its history elsewhere."""
        self._contracts[text.split(NUL, 3)[2][1:]] = text

    def _symbols(self, text: str) -> None:
        self.state.symbols.learn(*self._read(text))

    def _put(self, text: str) -> None:
        self.state.put(*self._read(text))

    def _entry(self, text: str) -> None:
        offset, kind, _ = self._read(text)
        self.state.note(offset, kind)

    def _prune(self, text: str) -> None:
        up_to, retained = self._read(text)
        self.state.prune(up_to, map(read_active, retained))

    def _place(self, text: str) -> None:
        self.state.end, self.state.pruned = self._read(text)

    def _stakes_of(self, text: str) -> None:
        template, parties = self._read(text)
        for party in parties:
            self.state.contracts.remember(party, template)

    def _retained(self, text: str) -> None:
        active = read_active(self._read(text))
        self.state.retained[active.contract.contract_id] = active

    def _read(self, text: str) -> Any:
        return decode(text, self.state.symbols)


def _read_snapshot(disk: Disk, seq: int, end: bytes, loader: Loader) -> bytes:
    """Apply a snapshot and give the digest of the batch before it."""
    parts, segments, digest = decode(end.decode(), Symbols())
    for part in range(parts):
        loader.apply(disk.part(seq, part))
    state = loader.state
    text = state.symbols.texts.__getitem__
    state.history = History(_read_segment(disk, number, text) for number in segments)
    assert isinstance(digest, bytes), digest
    return digest


def _read_segment(disk: Disk, seq: int, text: Callable[[int], str]) -> Segment:
    segment = Segment.unpack(disk.segment(seq), text)
    segment.seq = seq
    return segment


def _nothing(text: str) -> None:
    """Leave the tree of an update to those who ask for it."""


@contextmanager
def _damage(place: str) -> Iterator[None]:
    """Turn what reading wrong records raises into a refusal that names the place."""
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
        raise CorruptStore(place, repr(error)) from error


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Do without the garbage collector while millions of tuples are made that all stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
