"""The ledger: a log of transactions, the contracts they left, and what parties see of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Any

from cantata.sandbox.engine.commands import Submission
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.engine import Engine
from cantata.sandbox.engine.errors import (
    InactiveInputs,
    LedgerTimeOutOfBounds,
    OffsetAfterEnd,
    UnknownInformees,
    UpdateNotFound,
)
from cantata.sandbox.engine.projection.events import CreatedEvent, Seen, Shape
from cantata.sandbox.engine.projection.filters import EventFormat, Interfaces, Matcher
from cantata.sandbox.engine.projection.shapes import Reader, project
from cantata.sandbox.engine.store import MemoryStore, Store, Update
from cantata.sandbox.engine.transaction import Transaction
from cantata.sandbox.engine.transaction.informees import all_witnesses
from cantata.sandbox.engine.views import Views

LEDGER_TIME_TRIES_MAX = 3
"""Interpretations of one submission while its ledger time is raised to that of its inputs."""

Knows = Callable[[str], bool]
"""Tells whether a party exists on the ledger."""


class Ledger:
    """Submits, commits and reads; `knows_party` None lets every party exist.

    It reads no clock and makes no randomness: times and seeds come with each submission. Each
    entry of the log takes `stride` offsets, of which all but the first stay empty.
    """

    def __init__(
        self,
        engine: Engine,
        store: Store | None = None,
        *,
        knows_party: Knows | None = None,
        stride: int = 1,
    ) -> None:
        self.engine = engine
        self.store: Store = MemoryStore() if store is None else store
        self._knows_party = knows_party
        self._stride = stride
        self._views = Views(engine.runtime, engine.packages)
        packages = engine.packages
        self._interfaces = Interfaces(packages.implemented, packages.package_name)

    def submit(self, submission: Submission, *, record_time: int | None = None) -> Update:
        """Interpret, validate and commit a submission; all of it happens or nothing.

        The ledger time is raised to the creation of the youngest input where that is needed.
        `record_time` is the ledger time when not given.
        """
        submission, transaction = self.prepare(submission)
        return self.commit(submission, transaction, record_time=record_time)

    def prepare(self, submission: Submission) -> tuple[Submission, Transaction]:
        """Interpret a submission and find its ledger time; nothing is recorded."""
        if self._knows_party is not None:
            self._require_parties(submission.act_as)
        store = self.store
        for _ in range(LEDGER_TIME_TRIES_MAX):
            transaction = self.engine.interpret(submission, store.lookup, store.with_key)
            times = [contract.created_at for contract in transaction.inputs]
            latest = max(times, default=submission.ledger_time)
            if latest <= submission.ledger_time:
                return submission, transaction
            submission = replace(submission, ledger_time=latest)
        raise LedgerTimeOutOfBounds(
            f"Could not find a suitable ledger time after {LEDGER_TIME_TRIES_MAX} retries",
            hint="submit again",
        )

    def commit(
        self, submission: Submission, transaction: Transaction, *, record_time: int | None = None
    ) -> Update:
        """Record a transaction after checking it against the contracts as they are now."""
        self.validate(submission, transaction)
        recorded_at = submission.ledger_time if record_time is None else record_time
        act_as = self.engine.sets.one(submission.act_as)
        command_id = submission.command_id
        update = Update(
            self._next_offset(),
            self.engine.ids.update_id(submission.seed, act_as, command_id, recorded_at),
            transaction.tree,
            submission.ledger_time,
            recorded_at,
            act_as,
            command_id,
            submission.user_id,
            submission.workflow_id,
            submission.submission_id,
            submission.trace_id,
            submission.external_hash,
        )
        self.store.append(update, transaction.created, transaction.archived)
        return update

    def validate(self, submission: Submission, transaction: Transaction) -> None:
        """Refuse a transaction whose inputs, time or parties are not as they must be."""
        lookup = self.store.lookup
        gone = [used for used in transaction.inputs if lookup(used.contract_id) is None]
        if gone:
            raise InactiveInputs([contract.contract_id for contract in gone])
        if not transaction.bounds.admit(submission.ledger_time):
            raise LedgerTimeOutOfBounds(
                f"the ledger time {submission.ledger_time} is outside {transaction.bounds}"
            )
        if self._knows_party is not None:
            self._require_parties(all_witnesses(transaction.tree))

    def end(self) -> int:
        """Give the offset of the last update or entry, 0 before the first."""
        return self.store.end()

    def durable_end(self) -> int:
        """Give the offset up to which the log may be shown: nothing will come at or before it."""
        end = self.store.durable_end()
        return end + self._stride - 1 if end else 0

    def note(self, kind: str, value: Any) -> int:
        """Record something that is no update; give its offset. The store says what it may be."""
        return self.store.note(kind, value, self._next_offset())

    def contract(self, contract_id: str, parties: Collection[str]) -> Contract | None:
        """Give an active contract that one of the parties has a stake in."""
        contract = self.store.lookup(contract_id)
        if contract is None or contract.stakeholders.isdisjoint(parties):
            return None
        return contract

    def active_contracts(
        self, event_format: EventFormat, at: int | None = None
    ) -> Iterator[CreatedEvent]:
        """Give the active contracts that a format asks for, oldest first, after offset `at`."""
        at = self._offset(at)
        reader = self._reader(event_format)
        matcher = reader.matcher
        parties = matcher.parties
        wanted = [ref for ref in self.store.templates(parties) if matcher.matches(ref)]
        for active in self.store.active(parties, wanted, at):
            contract = active.contract
            event = reader.created(contract, active.place, contract.stakeholders)
            if event is not None:
                yield event

    def updates(
        self,
        event_format: EventFormat,
        shape: Shape,
        *,
        after: int = 0,
        until: int | None = None,
    ) -> Iterator[Seen]:
        """Give the updates as the parties see them, in order; what they do not see is left out."""
        reader = self._reader(event_format)
        last = self._offset(until)
        for update in self.store.updates(reader.matcher.parties, after, last):
            seen = project(update, reader, shape)
            if seen is not None:
                yield seen

    def update(self, wanted: str | int, event_format: EventFormat, shape: Shape) -> Seen:
        """Give one update, by id or offset, as the parties see it; or raise `UpdateNotFound`."""
        store = self.store
        found = store.by_id(wanted) if isinstance(wanted, str) else store.by_offset(wanted)
        seen = None if found is None else project(found, self._reader(event_format), shape)
        if seen is None:
            raise UpdateNotFound(f"Update not found, or not visible: {wanted}")
        return seen

    def _next_offset(self) -> int:
        return self.store.end() + self._stride

    def _reader(self, event_format: EventFormat) -> Reader:
        return Reader(Matcher(event_format, self._interfaces), self._views.view)

    def _offset(self, at: int | None) -> int:
        end = self.store.end()
        if at is None:
            return end
        if at > end:
            raise OffsetAfterEnd(at, end)
        return at

    def _require_parties(self, parties: Collection[str]) -> None:
        if self._knows_party is not None:
            unknown = [party for party in parties if not self._knows_party(party)]
            if unknown:
                raise UnknownInformees(unknown)
