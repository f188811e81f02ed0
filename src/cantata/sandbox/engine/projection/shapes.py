"""One update as a set of parties may see it, in either shape.

Nothing leaves here that none of the parties witnesses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract
from cantata.sandbox.engine.projection.events import (
    ArchivedEvent,
    CreatedEvent,
    Event,
    ExercisedEvent,
    Seen,
    Shape,
    View,
)
from cantata.sandbox.engine.projection.filters import Match, Matcher
from cantata.sandbox.engine.store.update import Update
from cantata.sandbox.engine.transaction import Create, Exercise, Tree
from cantata.sandbox.engine.transaction.informees import witnesses

ViewOf = Callable[[Contract, Ref], View]
"""Computes an interface's view of a contract."""


class Reader(NamedTuple):
    """What a reader asks for, and how views are computed for it."""

    matcher: Matcher
    view: ViewOf

    def told(self, parties: frozenset[str]) -> tuple[str, ...]:
        """Give those of some parties that read here, sorted."""
        mine = self.matcher.parties
        return tuple(sorted(parties if mine is None else parties & mine))

    def created(
        self, contract: Contract, place: tuple[int, int], told: frozenset[str]
    ) -> CreatedEvent | None:
        """Give the event of an active contract at (offset, node id), if it is asked for."""
        parties = self.told(told)
        match = self.matcher.match(contract.template, parties) if parties else None
        return None if match is None else self.event(contract, place, parties, match, delta=True)

    def event(
        self,
        contract: Contract,
        place: tuple[int, int],
        parties: tuple[str, ...],
        match: Match,
        *,
        delta: bool,
    ) -> CreatedEvent:
        """Build the event of a created contract with the views asked for."""
        views = tuple(self.view(contract, interface) for interface in match.views)
        return CreatedEvent(*place, contract, parties, delta, views, match.blob)


def project(update: Update, reader: Reader, shape: Shape) -> Seen | None:
    """Give an update as the reader's parties see it; None if they see nothing of it."""
    shown = _deltas if shape is Shape.ACS_DELTA else _effects
    events = tuple(shown(update, reader))
    if not events:
        return None
    return Seen(
        update.offset,
        update.update_id,
        events,
        update.effective_at,
        update.record_time,
        update.workflow_id,
        update.command_id if reader.told(update.act_as) else "",
    )


def contract_events(update: Update, contract_id: str, reader: Reader) -> Iterator[Event]:
    """Give what an update does to one contract as its stakeholders see it.

    Unlike a transaction, this shows a contract that does not outlive the update too.
    """
    for node in update.tree.effective():
        if isinstance(node, Create) and node.contract.contract_id == contract_id:
            parties = reader.told(node.contract.stakeholders)
            match = reader.matcher.match(node.contract.template, parties) if parties else None
            if match is not None:
                place = (update.offset, node.node_id)
                delta = contract_id not in _transient(update.tree)
                yield reader.event(node.contract, place, parties, match, delta=delta)
        elif isinstance(node, Exercise) and node.consuming and node.contract_id == contract_id:
            parties = reader.told(node.stakeholders)
            match = reader.matcher.match(node.template, parties) if parties else None
            if match is not None:
                yield _archived(update.offset, node, parties, match)


def _deltas(update: Update, reader: Reader) -> Iterator[Event]:
    transient = _transient(update.tree)
    for node in update.tree.effective():
        if isinstance(node, Create):
            contract = node.contract
            if contract.contract_id not in transient:
                place = (update.offset, node.node_id)
                created = reader.created(contract, place, contract.stakeholders)
                if created is not None:
                    yield created
        elif isinstance(node, Exercise) and node.consuming and node.contract_id not in transient:
            parties = reader.told(node.stakeholders)
            match = reader.matcher.match(node.template, parties) if parties else None
            if match is not None:
                yield _archived(update.offset, node, parties, match)


def _archived(offset: int, node: Exercise, parties: tuple[str, ...], match: Match) -> ArchivedEvent:
    return ArchivedEvent(
        offset,
        node.node_id,
        node.contract_id,
        node.template,
        node.package_name,
        parties,
        match.views,
    )


def _effects(update: Update, reader: Reader) -> Iterator[Event]:
    transient = _transient(update.tree)
    for node, told in witnesses(update.tree):
        if not isinstance(node, Create | Exercise):
            continue
        parties = reader.told(told)
        if not parties:
            continue
        if isinstance(node, Create):
            contract = node.contract
            match = reader.matcher.match(contract.template, parties)
            if match is not None:
                delta = contract.contract_id not in transient and _has_stake(
                    contract.stakeholders, parties
                )
                place = (update.offset, node.node_id)
                yield reader.event(contract, place, parties, match, delta=delta)
        else:
            match = reader.matcher.match(node.template, parties)
            if match is not None:
                delta = (
                    node.consuming
                    and node.contract_id not in transient
                    and _has_stake(node.stakeholders, parties)
                )
                interfaces = match.views if node.consuming else ()
                yield ExercisedEvent(update.offset, node, parties, delta, interfaces)


def _has_stake(stakeholders: frozenset[str], parties: tuple[str, ...]) -> bool:
    return not stakeholders.isdisjoint(parties)


def _transient(tree: Tree) -> frozenset[str]:
    """Give the contracts that were created and archived in the same transaction."""
    consumed = {
        node.contract_id
        for node in tree.effective()
        if isinstance(node, Exercise) and node.consuming
    }
    if not consumed:
        return frozenset()
    return frozenset(
        node.contract.contract_id
        for node in tree.effective()
        if isinstance(node, Create) and node.contract.contract_id in consumed
    )
