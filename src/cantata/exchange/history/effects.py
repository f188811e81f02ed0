"""Explains effects that no transfer of the standard explains: by a label above them, or not."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.exchange.history.claims import ended_otherwise, pending, unexplained
from cantata.exchange.history.drafts import Draft, burned_by, grouped, lasting
from cantata.exchange.history.labels import labelled
from cantata.exchange.history.model import Finding, Instruction, Instrument
from cantata.exchange.history.scopes import Change, Scope
from cantata.exchange.history.walk import Walk


def from_effects(scope: Scope, walk: Walk) -> list[Draft]:
    """Explain what happened below a choice.

    Without a label, what only came is income, and all else is not recognised.
    """
    party = walk.party
    drafts: list[Draft] = []
    standing = scope.standing
    ended = scope.ended
    for changes in grouped(lasting(scope.changes)):
        instrument = changes[0].holding.instrument
        offer = _offer_of(instrument, changes, standing, scope, party)
        if offer is not None:
            drafts.append(offer)
            continue
        found = _explained(scope, instrument, changes, walk)
        _add_ended(found[0], ended)
        drafts += found
    drafts += [pending(node_id, instruction, party) for node_id, instruction in standing]
    drafts += [ended_otherwise(node_id, instruction) for node_id, instruction in ended]
    drafts += [_unreadable(scope) for _ in scope.unreadable]
    return drafts


def _offer_of(
    instrument: Instrument,
    changes: list[Change],
    standing: list[tuple[int, Instruction]],
    scope: Scope,
    party: str,
) -> Draft | None:
    """Explain what a sender set aside for the one offer that was made in the same place."""
    offers = [each for each in standing if _is_sent(each[1], instrument, party)]
    if len(offers) != 1:
        return None
    draft = pending(scope.node_id, offers[0][1], party)
    draft.event, draft.changes = scope.event, changes
    draft.burned = burned_by(scope.label.meta) if scope.label else 0
    assert draft.amount is not None, "an instruction has an amount"
    if draft.net + draft.burned not in {0, -draft.amount}:
        return None
    standing.remove(offers[0])
    return draft


def _is_sent(instruction: Instruction, instrument: Instrument, party: str) -> bool:
    transfer = instruction.transfer
    return transfer.instrument == instrument and transfer.sender == party


def _explained(
    scope: Scope, instrument: Instrument, changes: list[Change], walk: Walk
) -> list[Draft]:
    label = scope.label
    if label is None:
        return [unexplained(scope, changes, walk.party)]
    left = [each for each in walk.others(scope, instrument) if each[0] not in walk.gone]
    others = [(owner, units) for _, owner, units in left]
    return labelled(label.event, label.name, label.meta, changes, others, walk.party)


def _add_ended(draft: Draft, ended: list[tuple[int, Instruction]]) -> None:
    """Say which instruction ended in the same place, if there is one of the same instrument."""
    found = [each for each in ended if each[1].transfer.instrument == draft.instrument]
    if len(found) == 1:
        draft.about(found[0][1])
        ended.remove(found[0])


def _unreadable(scope: Scope) -> Draft:
    findings = {Finding.VIEW_UNREADABLE}
    return Draft(node_id=scope.node_id, event=scope.event, instrument=None, findings=findings)


def placed(drafts: Sequence[Draft]) -> list[tuple[Draft, int]]:
    """Put drafts in the order of their nodes, and number those of one node."""
    if len(drafts) == 1:
        return [(drafts[0], 0)]
    found: list[tuple[Draft, int]] = []
    node_id, position = -1, 0
    for draft in sorted(drafts, key=_node):
        position = position + 1 if draft.node_id == node_id else 0
        node_id = draft.node_id
        found.append((draft, position))
    return found


def _node(draft: Draft) -> int:
    return draft.node_id
