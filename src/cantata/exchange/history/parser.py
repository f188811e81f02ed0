"""Parses a transaction: what is known of a party before it, in; what changed and why, out."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.exchange.history.choices import is_step
from cantata.exchange.history.claims import from_claim
from cantata.exchange.history.drafts import Draft, entry_of
from cantata.exchange.history.effects import from_effects, placed
from cantata.exchange.history.legs import from_log
from cantata.exchange.history.model import IMPORTED_AT, NOTHING, Parsed
from cantata.exchange.history.scopes import Change, Scope
from cantata.exchange.history.walk import Known, Walk
from cantata.ledger.model.events import ArchivedEvent, ExercisedEvent
from cantata.ledger.model.updates import Transaction


def parse(party: str, known: Known, transaction: Transaction) -> Parsed:
    """Parse a transaction as the party sees it, in the shape LEDGER_EFFECTS.

    `known` answers for the state before the transaction and is not changed. Contracts that were
    imported become known and are no entries. Raise MalformedTransaction if the events are no tree.
    """
    walk = Walk(party, known)
    walk.over(transaction)
    scopes = [scope for scope in walk.scopes if scope.touches_party]
    if not scopes and not walk.log:
        return NOTHING
    if transaction.record_time == IMPORTED_AT:
        return Parsed(changes=walk.changes, entries=())
    drafts = _drafts(walk, scopes)
    entries = tuple([entry_of(draft, transaction, at) for draft, at in placed(drafts)])
    return Parsed(changes=walk.changes, entries=entries)


def touched(transactions: Iterable[Transaction]) -> frozenset[str]:
    """Give the contracts that parsing these transactions may ask for.

    Those that are not holdings or instructions of the party are among them; whoever keeps its
    state in a database loads those that are, and no others.
    """
    found: set[str] = set()
    for transaction in transactions:
        for event in transaction.events:
            if isinstance(event, ExercisedEvent):
                if event.is_consuming or is_step(event):
                    found.add(event.contract_id)
            elif isinstance(event, ArchivedEvent):
                found.add(event.contract_id)
    return frozenset(found)


def _drafts(walk: Walk, scopes: list[Scope]) -> list[Draft]:
    drafts: list[Draft] = []
    for said in walk.log:
        changes = _taken(scopes, said.touched, said.admin)
        drafts += from_log(said, changes, walk.party)
    for scope in scopes:
        if scope.claim is not None:
            drafts += from_claim(scope, walk)
        else:
            drafts += from_effects(scope, walk)
    return drafts


def _taken(scopes: list[Scope], touched: frozenset[str], admin: str) -> list[Change]:
    """Take the changes that the log explains away from the choices above them."""
    taken: list[Change] = []
    for scope in scopes:
        if scope.claim is not None or not scope.changes:
            continue
        rest: list[Change] = []
        for change in scope.changes:
            holding = change.holding
            is_meant = holding.contract_id in touched and holding.instrument.admin == admin
            (taken if is_meant else rest).append(change)
        scope.changes = rest
    return taken
