"""Walks over a transaction and lays every effect on the party before the choice that explains it.

The outermost choice that speaks of an instrument explains all that happens to it below: first a
transfer by the standard, else a choice that names its kind, else whatever choice is outermost.
Nothing here recurses: how deep choices lie in each other is decided by strangers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol

from cantata.exchange.history.choices import (
    STEPS,
    TRANSFER,
    Claim,
    Label,
    is_step,
    label_of,
    learn,
    step_of,
    transfer_in,
)
from cantata.exchange.history.contracts import Stranger, owned, seen_in
from cantata.exchange.history.errors import MalformedTransaction
from cantata.exchange.history.log import CHOICE, LogEvent, log_event
from cantata.exchange.history.model import Changes, Holding, Instruction, Instrument
from cantata.exchange.history.scopes import Change, Scope
from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent
from cantata.ledger.model.updates import Transaction


class Known(Protocol):
    """What is known of the party before a transaction: asked for what the transaction uses up."""

    def holding(self, contract_id: str) -> Holding | None:
        """Give an active holding of the party; None if it is none."""

    def instruction(self, contract_id: str) -> Instruction | None:
        """Give an instruction that waits, from or to the party; None if it is none."""


@dataclass(slots=True)
class _Open:
    """A choice that the walk is inside of, and what explains effects there.

    What a choice calls itself is read only when an effect asks for it: most say what a transfer
    above them has said already.
    """

    last: int
    event: ExercisedEvent
    claims: tuple[Scope, ...]
    is_claim: bool
    is_read: bool = False
    label: Scope | None = None


class Walk:
    """One pass over the events of a transaction, from the root to the last node."""

    __slots__ = (
        "_known",
        "_path",
        "_root",
        "_strangers",
        "_used",
        "gone",
        "log",
        "made",
        "opened",
        "party",
        "scopes",
    )

    def __init__(self, party: str, known: Known) -> None:
        self.party = party
        self.made: dict[str, Holding] = {}
        self.opened: dict[str, Instruction] = {}
        self.gone: set[str] = set()
        self.scopes: list[Scope] = []
        self.log: list[LogEvent] = []
        self._known = known
        self._path: list[_Open] = []
        self._root: Scope | None = None
        self._strangers: list[Stranger] = []
        self._used: tuple[list[str], list[str]] = ([], [])

    def over(self, transaction: Transaction) -> None:
        """Go over the events in the order of their nodes; MalformedTransaction if they are none."""
        path, update_id = self._path, transaction.update_id
        for event in in_order(transaction):
            while path and event.node_id > path[-1].last:
                path.pop()
            if isinstance(event, CreatedEvent):
                if event.views:
                    self._create(event)
            elif isinstance(event, ExercisedEvent):
                self._exercise(event, update_id)
            else:
                self._consume(event.contract_id, event.node_id)

    @property
    def changes(self) -> Changes:
        """Give what is changed in the end, without what came and went."""
        holdings, instructions = self._used
        return Changes(
            created=tuple(h for cid, h in self.made.items() if cid not in self.gone),
            archived=tuple(holdings),
            opened=tuple(i for cid, i in self.opened.items() if cid not in self.gone),
            closed=tuple(instructions),
        )

    def others(self, scope: Scope, instrument: Instrument) -> list[tuple[str, str, int]]:
        """Give others' holdings of an instrument that a choice made: contract, owner, units.

        Those that a transfer below it accounts for are left out.
        """
        below = [
            each
            for each in self.scopes
            if each.claim is not None and scope.node_id < each.node_id <= scope.last
        ]
        found: list[tuple[str, str, int]] = []
        for stranger in self._strangers:
            if not scope.node_id <= stranger.node_id <= scope.last:
                continue
            read = owned(stranger.view)
            if read is None or read[1] != instrument:
                continue
            if not any(_accounts_for(each, stranger.node_id, instrument) for each in below):
                found.append((stranger.contract_id, read[0], read[2]))
        return found

    def _create(self, event: CreatedEvent) -> None:
        for seen in seen_in(event, self.party):
            if isinstance(seen, Stranger):
                self._strangers.append(seen)
            elif isinstance(seen, Holding):
                self.made[seen.contract_id] = seen
                scope = self._scope_at(event.node_id, seen.instrument)
                scope.changes.append(Change(seen, True, seen.amount.units))
            elif isinstance(seen, Instruction):
                self.opened[seen.contract_id] = seen
                scope = self._scope_at(event.node_id, seen.transfer.instrument)
                scope.opened.append((event.node_id, seen))
            else:
                self._outermost(event.node_id).unreadable.append(seen)

    def _exercise(self, event: ExercisedEvent, update_id: str) -> None:
        path = self._path
        last = max(event.node_id, event.last_descendant)
        claims: tuple[Scope, ...] = ()
        if path:
            above = path[-1]
            claims = above.claims
            if last > above.last:
                raise MalformedTransaction(update_id, event.node_id, "ends after the one above it")
        else:
            self._root = None
        claim = self._claim(event, claims)
        if claim is not None:
            claims = (*claims, self._scope(event, last, claim=claim))
        path.append(_Open(last, event, claims, claim is not None))
        if event.choice == CHOICE:
            self._note(log_event(event, self.party), claims)
        if event.is_consuming:
            self._consume(event.contract_id, event.node_id)

    def _claim(self, event: ExercisedEvent, above: tuple[Scope, ...]) -> Claim | None:
        """Read a transfer or a step of one, unless a choice above is about the same."""
        if event.choice in STEPS and is_step(event):
            step = step_of(event, self._instruction(event.contract_id))
            return None if self._is_taken_above(step, above) else step
        if type(event.argument) is not dict or "transfer" not in event.argument:
            return None
        claim = transfer_in(event, self.party)
        return None if claim is None or _is_covered(claim, above) else claim

    def _is_taken_above(self, step: Claim, above: tuple[Scope, ...]) -> bool:
        """Tell whether a step is part of another on the same instruction, or of its making."""
        if not above:
            return False
        if step.instruction is None or step.instruction.contract_id in self.opened:
            return True
        taken = (scope.claim.instruction_id for scope in above if scope.claim is not None)
        return step.instruction_id in taken

    def _consume(self, contract_id: str, node_id: int) -> None:
        if contract_id in self.gone:
            return
        holding = self.made.get(contract_id) or self._known.holding(contract_id)
        if holding is not None:
            if contract_id not in self.made:
                self._used[0].append(contract_id)
            scope = self._scope_at(node_id, holding.instrument)
            scope.changes.append(Change(holding, False, -holding.amount.units))
        instruction = self._instruction(contract_id)
        if instruction is not None:
            if contract_id not in self.opened:
                self._used[1].append(contract_id)
            self._closing(node_id, instruction).closed.append((node_id, instruction))
        self.gone.add(contract_id)

    def _closing(self, node_id: int, instruction: Instruction) -> Scope:
        """Give the step that closes an instruction, else what explains its instrument."""
        for scope in self._path[-1].claims if self._path else ():
            if scope.claim and scope.claim.instruction_id == instruction.contract_id:
                return scope
        return self._scope_at(node_id, instruction.transfer.instrument)

    def _note(self, said: LogEvent | None, claims: tuple[Scope, ...]) -> None:
        """Keep an event of the log with the transfer that it is about, if there is one."""
        if said is None:
            return
        for scope in claims:
            transfer = scope.claim.transfer if scope.claim else None
            if transfer is not None and _is_about(said, transfer.instrument):
                scope.log.append(said)
                return
        self.log.append(said)

    def _instruction(self, contract_id: str) -> Instruction | None:
        if contract_id in self.gone:
            return None
        return self.opened.get(contract_id) or self._known.instruction(contract_id)

    def _scope_at(self, node_id: int, instrument: Instrument) -> Scope:
        """Give what explains effects on an instrument at this point of the walk."""
        if self._path:
            for scope in reversed(self._path[-1].claims):
                transfer = scope.claim.transfer if scope.claim else None
                if transfer is None:
                    self._label()
                    return scope
                if transfer.instrument == instrument:
                    return scope
            label = self._label()
            if label is not None:
                return label
        return self._outermost(node_id)

    def _outermost(self, node_id: int) -> Scope:
        """Give the outermost choice here, or a scope for a contract that no choice made."""
        if not self._path:
            return self._scope_of_none(node_id)
        if self._root is None:
            outermost = self._path[0]
            self._root = self._scope(outermost.event, outermost.last)
        return self._root

    def _label(self) -> Scope | None:
        """Give the outermost choice here that calls itself something; read each choice once."""
        path = self._path
        first = len(path)
        while first and not path[first - 1].is_read:
            first -= 1
        label = path[first - 1].label if first else None
        for here in path[first:]:
            here.is_read = True
            here.label = label if here.is_claim else self._read_label(here, label)
            label = here.label
        return label

    def _read_label(self, here: _Open, above: Scope | None) -> Scope | None:
        said = label_of(here.event)
        if said is None:
            return above
        _teach(said, here.claims, above)
        return above or self._scope(here.event, here.last, label=said)

    def _scope(
        self,
        event: ExercisedEvent,
        last: int,
        *,
        claim: Claim | None = None,
        label: Label | None = None,
    ) -> Scope:
        scope = Scope(event.node_id, last, event, claim, label)
        self.scopes.append(scope)
        return scope

    def _scope_of_none(self, node_id: int) -> Scope:
        scope = Scope(node_id, node_id, None)
        self.scopes.append(scope)
        return scope


def in_order(transaction: Transaction) -> Iterable[Event]:
    """Give the events in the order of their nodes; MalformedTransaction if two are the same."""
    last = -1
    for event in transaction.events:
        if event.node_id <= last:
            break
        last = event.node_id
    else:
        return transaction.events
    ordered = sorted(transaction.events, key=attrgetter("node_id"))
    last = -1
    for event in ordered:
        if event.node_id <= last:
            reason = "is there twice" if event.node_id == last else "is no node of a tree"
            raise MalformedTransaction(transaction.update_id, event.node_id, reason)
        last = event.node_id
    return ordered


def _is_covered(claim: Claim, above: tuple[Scope, ...]) -> bool:
    """Tell whether a choice above speaks of the same instrument already."""
    assert claim.transfer is not None, "only steps can be of unknown transfers"
    known = (scope.claim.transfer for scope in above if scope.claim is not None)
    return any(each is None or each.instrument == claim.transfer.instrument for each in known)


def _teach(below: Label, claims: tuple[Scope, ...], label: Scope | None) -> None:
    """Let choices above that do not say all of what they do learn it from one below."""
    if below.name != TRANSFER:
        return
    if label is not None and label.label is not None and label.label.is_known:
        learn(label.label.meta, below)
    if claims and claims[-1].claim is not None and claims[-1].claim.transfer is None:
        learn(claims[-1].claim.meta, below)


def _accounts_for(claim: Scope, node_id: int, instrument: Instrument) -> bool:
    transfer = claim.claim.transfer if claim.claim else None
    is_same = transfer is None or transfer.instrument == instrument
    return is_same and claim.node_id <= node_id <= claim.last


def _is_about(said: LogEvent, instrument: Instrument) -> bool:
    if said.admin != instrument.admin:
        return False
    return not said.legs or any(leg.instrument == instrument for leg in said.legs)
