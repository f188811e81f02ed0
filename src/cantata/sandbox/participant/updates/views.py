"""What a request sees of the log: transactions and changes of the topology."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from heapq import merge
from typing import Any, NamedTuple

from cantata.sandbox.engine import Shape, Update
from cantata.sandbox.engine.projection import Seen
from cantata.sandbox.engine.projection.shapes import Reader, project
from cantata.sandbox.engine.store import Entry
from cantata.sandbox.participant.claims import Claims
from cantata.sandbox.participant.errors import Origin
from cantata.sandbox.participant.events.filters import (
    engine_format,
    require_readers,
    transaction_format,
)
from cantata.sandbox.participant.events.formats import (
    TransactionFilter,
    TransactionFormat,
    TransactionShape,
    UpdateFormat,
    of_filter,
    wildcard,
)
from cantata.sandbox.participant.events.reading import Reading
from cantata.sandbox.participant.events.refusals import invalid_argument, require_parties
from cantata.sandbox.participant.events.render import Renderer
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.topology import HOSTING
from cantata.sandbox.participant.updates.shared import Questions, Told
from cantata.sandbox.participant.updates.topology import party_of, topology_transaction

Json = dict[str, Any]

STEP = 1_000
"""Offsets that are read at a time when the log is read backwards."""

Write = Callable[[Seen, Update], Json]


class View(NamedTuple):
    """The eyes of a request: a reader of transactions, and whose topology is shown.

    `topology` None shows none, an empty set that of all parties. `told` is what others were told
    who see the same.
    """

    transactions: tuple[Reader, Shape] | None
    topology: frozenset[str] | None
    told: Told | None = None


class Views:
    """Looks at the log of a node."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._reading = Reading(node)
        self._questions: Questions[View] = Questions()
        self.render = Renderer(node)

    def of(self, asked: UpdateFormat, claims: Claims) -> View:
        """Give the view that a format asks for, or raise why the caller may not have it."""
        transactions = asked.include_transactions
        require_readers(claims, None if transactions is None else transactions.event_format)
        require_readers(claims, asked.include_reassignments)
        topology = _topology(asked)
        if topology is not None:
            require_parties(topology)
            claims.require_read_as(topology)
            if not topology:
                claims.require_read_as_any()
        if asked.include_reassignments is not None:
            engine_format(asked.include_reassignments, Origin.REQUEST)
        return View(None if transactions is None else self._reader(transactions), topology)

    def shared(self, asked: UpdateFormat, claims: Claims, write: Write) -> View:
        """Give the same view to all who ask the same, so that all are told the same text."""
        packages = self._node.packages
        view = self.of(asked, claims)
        digest = sha256(repr(asked).encode("utf-8", "surrogatepass")).digest()
        question = (digest, write, len(packages.packages), packages.vetted)
        return self._questions.get(question, lambda: view._replace(told=Told()))

    def of_transactions(self, asked: TransactionFormat, claims: Claims) -> View:
        """Give the view of transactions only."""
        return self.of(_only(asked), claims)

    def read(self, view: View, write: Write, after: int, until: int) -> Iterator[tuple[int, Json]]:
        """Give (offset, element) of what is seen at offsets in (after, until], in order."""
        yield from merge(
            self._transactions(view, write, after, until),
            self._topology(view, after, until),
            key=_offset,
        )

    def read_back(
        self, view: View, write: Write, after: int, until: int
    ) -> Iterator[tuple[int, Json]]:
        """Give the same in descending order."""
        while until > after:
            start = max(after, until - STEP)
            yield from reversed(list(self.read(view, write, start, until)))
            until = start

    def transaction(self, update: Update | None, view: View) -> tuple[Seen, Update] | None:
        """Give an update as it is seen, if anything of it is."""
        if update is None or view.transactions is None:
            return None
        reader, shape = view.transactions
        seen = project(update, reader, shape)
        return None if seen is None else (seen, update)

    def topology(self, offset: int, view: View) -> Json | None:
        """Give the change of the topology at an offset, if it is seen."""
        return next((found for _, found in self._topology(view, offset - 1, offset)), None)

    def _transactions(
        self, view: View, write: Write, after: int, until: int
    ) -> Iterator[tuple[int, Json]]:
        if view.transactions is None:
            return
        reader, shape = view.transactions

        def make(update: Update) -> Json | None:
            seen = project(update, reader, shape)
            return None if seen is None else write(seen, update)

        told = view.told
        for update in self._node.store.updates(reader.matcher.parties, after, until):
            element = make(update) if told is None else told.of(update, make)
            if element is not None:
                yield update.offset, element

    def _topology(self, view: View, after: int, until: int) -> Iterator[tuple[int, Json]]:
        wanted = view.topology
        if wanted is None:
            return
        for entry in self._node.store.entries(HOSTING, after, until):
            if not wanted or party_of(entry) in wanted:
                yield entry.offset, self._change(entry)

    def _change(self, entry: Entry) -> Json:
        identity = self._node.identity
        return {"update": {"TopologyTransaction": {"value": topology_transaction(entry, identity)}}}

    def _reader(self, asked: TransactionFormat) -> tuple[Reader, Shape]:
        wanted, shape = transaction_format(asked, self._node.packages)
        return self._reading.reader(wanted), shape


def older_format(
    wanted: TransactionFilter | None, *, verbose: bool, given: UpdateFormat | None
) -> UpdateFormat:
    """Give the format of a request that may have either form; it must have just one."""
    advice = (
        "Please use either backwards compatible arguments (filter and verbose) or update_format"
    )
    if given is not None:
        if wanted is not None or verbose:
            raise invalid_argument(
                f"Both update_format and filter/verbose are set. {advice}, but not both."
            )
        return given
    if wanted is None:
        raise invalid_argument(f"Either filter/verbose or update_format is required. {advice}.")
    return deltas_format(wanted, verbose=verbose)


def deltas_format(wanted: TransactionFilter, *, verbose: bool) -> UpdateFormat:
    """Give the format of changes to contracts that an older filter means."""
    events = of_filter(wanted, verbose=verbose)
    shape = TransactionShape.ACS_DELTA
    return _only(TransactionFormat(event_format=events, transaction_shape=shape))


def effects_format(parties: tuple[str, ...]) -> UpdateFormat:
    """Give the format that shows all effects to some parties."""
    shape = TransactionShape.LEDGER_EFFECTS
    events = wildcard(parties)
    return _only(TransactionFormat(event_format=events, transaction_shape=shape))


def _only(asked: TransactionFormat) -> UpdateFormat:
    return UpdateFormat(
        include_transactions=asked, include_reassignments=None, include_topology_events=None
    )


def _topology(asked: UpdateFormat) -> frozenset[str] | None:
    topology = asked.include_topology_events
    wanted = topology and topology.include_participant_authorization_events
    return frozenset(wanted.parties) if wanted else None


def _offset(found: tuple[int, Json]) -> int:
    return found[0]
