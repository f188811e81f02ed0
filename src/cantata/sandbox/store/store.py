"""The durable store: the engine's port, tables and entries of the participant, in one file.

Everything that is appended shows at once in what the store answers. It is on disk when the ticket
of `sync` says so; whoever submitted must not be answered before.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from heapq import merge
from itertools import islice
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.store import Active, Entry, Update
from cantata.sandbox.engine.transaction import Create
from cantata.sandbox.engine.transaction.informees import all_witnesses
from cantata.sandbox.store.flusher import Ticket
from cantata.sandbox.store.history import UPDATES
from cantata.sandbox.store.loading import load
from cantata.sandbox.store.log import Log, Options
from cantata.sandbox.store.reading import Recent
from cantata.sandbox.store.records import (
    active_text,
    command_ids,
    command_key,
    head_text,
    nodes_text,
    transient_ids,
)
from cantata.sandbox.store.tokens import NUL, joined
from cantata.sandbox.store.values import encode, put_value

_place = attrgetter("place")


class SqliteStore:
    """Implements the engine's `Store` on a file, or in memory for the path ``:memory:``.

    One thread uses it; tickets are fulfilled by another. Values of tables and entries are plain
    data that nobody changes: None, bool, int, Decimal, str, bytes, tuples, dicts with text keys.
    Raise `StoreInUse`, `UnknownFormat` or `CorruptStore` when the file cannot be used.
    """

    def __init__(self, path: str, options: Options | None = None) -> None:
        self.path = path
        self._log = Log(path, Options() if options is None else options)

    def close(self) -> None:
        """Write what waits and close the file."""
        self._log.close()

    def end(self) -> int:
        """Give the offset of the last update or entry, 0 before the first."""
        return self._log.state.end

    def durable_end(self) -> int:
        """Give the last offset that is on disk: what others may be shown."""
        return self._log.flusher.durable_offset

    def pruned(self) -> int:
        """Give the offset up to which the history is forgotten, 0 for none."""
        return self._log.state.pruned

    def sync(self) -> Ticket:
        """Give the ticket of what was appended last: it is fulfilled when that is on disk.

        It fails with a `StoreUnavailable` when nothing of the batch was recorded. Ask for it
        right after appending, on the thread that appends.
        """
        return self._log.ticket

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep everything appended inside in one batch: all of it survives or nothing."""
        with self._log.together():
            yield

    def append(
        self, update: Update, created: Iterable[Create], archived: Iterable[Contract]
    ) -> None:
        """Record an update with the contracts it leaves and takes, completely or not at all."""
        with self._log.lock:
            self._log.require()
            state, kept = self._log.state, tuple(created)
            assert update.offset > state.end, "offsets grow"
            gone = tuple(self._known(contract) for contract in archived)
            witnesses = all_witnesses(update.tree)
            created_here = [Active(node.contract, update.offset, node.node_id) for node in kept]
            transient, symbols = transient_ids(update, kept), state.symbols
            records = [
                "u" + head_text(update, witnesses, gone, transient, symbols),
                *["c" + active_text(active, symbols) for active in created_here],
                "n" + nodes_text(update, kept, symbols),
            ]
            self._log.require(sum(map(len, records)))
            for active in created_here:
                state.contracts.add(active)
            for active in gone:
                state.contracts.drop(active.contract)
                state.retain(active)
            touched = [active.contract.contract_id for active in (*created_here, *gone)]
            identifiers = (update.update_id, *command_ids(update), *touched, *transient)
            state.commit(update.offset, witnesses, update.act_as, identifiers)
            self._log.reader.remember(update.offset, Recent(update, gone), self.durable_end())
            self._log.write(records, update.offset)
            self._log.snapshot_if_due()

    def put(self, table: str, key: str, value: Any) -> None:
        """Set what a table has for a key; None takes the key out."""
        self.put_all(table, {key: value})

    def put_all(self, table: str, rows: Mapping[str, Any]) -> None:
        """Set what a table has for keys, all or none of it; None takes a key out."""
        with self._log.lock:
            self._log.require()
            state = self._log.state
            texts = ["t" + encode((table, *row), state.symbols) for row in rows.items()]
            self._log.require(sum(map(len, texts)))
            for key, value in rows.items():
                state.put(table, key, value)
            self._log.write(texts)
            self._log.snapshot_if_due()

    def table(self, table: str) -> Mapping[str, Any]:
        """Give a table as it is now; ask anew after changing it."""
        return MappingProxyType(self._log.state.tables.get(table, {}))

    def note(self, kind: str, value: Any, offset: int | None = None) -> int:
        """Record something that is no update at an offset of its own, and give the offset.

        It is the next one unless given.
        """
        assert kind != UPDATES, "updates are appended"
        with self._log.lock:
            self._log.require()
            state = self._log.state
            entry = Entry(state.end + 1 if offset is None else offset, kind, value)
            assert entry.offset > state.end, "offsets grow"
            tokens = ["(3", str(entry.offset), state.symbols.text(kind)]
            put_value(value, tokens.append, state.symbols)
            text = "e" + joined(tokens)
            self._log.require(len(text))
            state.note(entry.offset, kind)
            self._log.reader.remember(entry.offset, entry, self.durable_end())
            self._log.write([text], entry.offset)
            self._log.snapshot_if_due()
            return entry.offset

    def entries(self, kind: str, after: int, until: int) -> Iterator[Entry]:
        """Give the entries of a kind, offsets in (after, until], in order."""
        state = self._log.state
        for offset in state.history.offsets(kind, None, max(after, state.pruned), until):
            yield self._log.reader.entry(offset, state)

    def put_blob(self, body: bytes) -> str:
        """Keep bytes outside of memory; give their SHA-256 in hex, by which they are found.

        They are on disk before whatever is appended later.
        """
        blob_id = sha256(body).hexdigest()
        with self._log.lock:
            self._log.require()
            self._log.blobs[blob_id] = body

            def write() -> None:
                self._log.disk.write_blob(blob_id, body)
                self._log.blobs.pop(blob_id, None)

            self._log.flusher.do(write)
        return blob_id

    def blob(self, blob_id: str) -> bytes | None:
        """Give bytes by their hash."""
        waiting = self._log.blobs.get(blob_id)
        return self._log.disk.blob(blob_id) if waiting is None else waiting

    def lookup(self, contract_id: str) -> Contract | None:
        """Give a contract that is active at the end of the log."""
        active = self._log.state.contracts.get(contract_id)
        return None if active is None else active.contract

    def with_key(self, key_hash: bytes) -> Iterator[Contract]:
        """Give the contracts active at the end whose keys have a hash, youngest first."""
        return self._log.state.contracts.with_key(key_hash)

    def life(self, contract_id: str) -> tuple[Active | None, Update | None]:
        """Give a contract, also one that is gone, and the update that archived it.

        What happened up to the pruning offset is forgotten, but for contracts active then.
        """
        return self._log.reader.life(contract_id, self._log.state)

    def templates(self, parties: Collection[str] | None) -> frozenset[Ref]:
        """Give the templates of which those parties have or had a stake in a contract."""
        return self._log.state.contracts.templates(parties)

    def active(
        self, parties: Collection[str] | None, templates: Collection[Ref], at: int
    ) -> Iterator[Active]:
        """Give the contracts of those templates active after offset `at`, oldest first.

        `at` is not before the pruning offset.
        """
        state, wanted = self._log.state, frozenset(templates)
        streams = state.contracts.streams(parties, wanted)
        if at < state.end:
            mine = None if parties is None else frozenset(parties)
            gone = [
                active
                for active in self._log.reader.active_at(parties, at, state)
                if active.contract.template in wanted
                and (mine is None or not mine.isdisjoint(active.contract.stakeholders))
            ]
            streams.append(sorted(gone, key=_place))
        last = None
        for active in merge(*streams, key=_place):
            if active.offset > at:
                break
            if last is None or active.place != last.place:
                last = active
                yield active

    def updates(self, parties: Collection[str] | None, after: int, until: int) -> Iterator[Update]:
        """Give the updates that those parties witness, offsets in (after, until], in order."""
        state = self._log.state
        for offset in state.history.offsets(UPDATES, parties, max(after, state.pruned), until):
            yield self._log.reader.update(offset, state)

    def by_offset(self, offset: int) -> Update | None:
        """Give the update at an offset."""
        return next(self.updates(None, offset - 1, offset), None)

    def by_id(self, update_id: str) -> Update | None:
        """Give the update of that id."""
        found = self._related(update_id)
        return next((each for each in found if each.update_id == update_id), None)

    def by_hash(self, external_hash: str) -> Update | None:
        """Give the last update that was signed by that hash (hex)."""
        found = self._related(external_hash)
        return next((each for each in found if each.external_hash == external_hash), None)

    def by_command(self, user_id: str, command_id: str, act_as: frozenset[str]) -> Update | None:
        """Give the last update that a user's command of those parties became."""
        wanted = user_id, command_id, act_as
        for update in self._related(command_key(*wanted)):
            if (update.user_id, update.command_id, update.act_as) == wanted:
                return update
        return None

    def submitted(
        self, parties: Collection[str] | None, after: int, until: int
    ) -> Iterator[Update]:
        """Give the updates that those parties submitted, offsets in (after, until], in order."""
        state, after = self._log.state, max(after, self._log.state.pruned)
        if parties is None:
            yield from self.updates(None, after, until)
            return
        for offset in state.history.submitted(parties, after, until):
            yield self._log.reader.update(offset, state)

    def recorded_before(self, time: int, updates: int | None = None) -> int:
        """Give the offset of the last durable update recorded before a time, else the pruned one.

        `updates` bounds how many updates lie between that one and the pruning offset.
        """
        state, reader = self._log.state, self._log.reader
        found = state.history.offsets(UPDATES, None, state.pruned, self.durable_end())
        offsets = list(islice(found, updates))
        place = bisect_left(offsets, time, key=lambda at: reader.update(at, state).record_time)
        return offsets[place - 1] if place else state.pruned

    def prune(self, up_to: int) -> Ticket:
        """Forget updates and entries up to an offset; active contracts stay.

        It has happened when the ticket says so; the room is given back later, by and by.
        """
        with self._log.lock:
            self._log.require()
            state = self._log.state
            if not state.pruned <= up_to <= state.end:
                raise ValueError(f"{up_to} is not in {state.pruned} to {state.end}")
            retained = sorted(self._log.reader.active_at(None, up_to, state), key=_place)
            texts = [active_text(active, state.symbols) for active in retained]
            self._log.write(["p" + NUL.join(("(2", str(up_to), f"({len(texts)}", *texts))])
            state.prune(up_to, retained)
            self._log.snapshot()
            return self._log.ticket

    def snapshot(self) -> None:
        """Begin a snapshot of the state as it is now, unless one is being made."""
        with self._log.lock:
            self._log.require()
            self._log.snapshot()

    @property
    def is_making_snapshot(self) -> bool:
        """Tell whether a snapshot is being made or waits to be."""
        return self._log.is_making_snapshot

    def mark(self) -> int:
        """Wait until all is on disk, and give a mark to which `roll_back` can go back."""
        self._log.ticket.result()
        return self._log.flusher.close_batch()

    def roll_back(self, mark: int) -> None:
        """Go back to a mark, as if nothing had been appended since; for tests of programs."""
        self._log.roll_back(mark)

    def recover(self) -> bool:
        """Try to take records again after a failure; tell whether that is so. Cheap if healthy.

        Call it between submissions, on the thread that makes them.
        """
        return self._log.recover()

    def state_hash(self) -> str:
        """Give a hash of all that the store answers; equal before and after a restart."""
        with self._log.lock:
            digest, frozen = sha256(), self._log.state.freeze()
        for record in frozen.records():
            digest.update(record.encode("utf-8", "surrogatepass"))
        history = self._log.state.history
        for name, offsets in history.everything(self._log.state.pruned):
            digest.update(f"{name}{offsets}".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()

    def verify(self) -> None:
        """Read the whole file and raise `CorruptStore` if anything in it is not as written.

        Nothing is written meanwhile.
        """
        self._log.require()
        self._log.alone(self._verify)

    def _verify(self) -> None:
        disk = self._log.disk
        disk.check()
        first = disk.first_seq()
        if first:
            for _ in disk.batches(first - 1, disk.batch(first).previous):
                pass
        load(disk)

    def _related(self, identifier: str) -> Iterator[Update]:
        """Give the updates that may have to do with an id, the last one first."""
        state = self._log.state
        for offset in reversed(state.history.find(identifier)):
            if offset > state.pruned:
                yield self._log.reader.update(offset, state)

    def _known(self, contract: Contract) -> Active:
        active = self._log.state.contracts.get(contract.contract_id)
        assert active is not None, f"{contract.contract_id} is not active"
        return active
