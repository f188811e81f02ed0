"""Explains changes by the second version's log: an entry for every leg of what was settled."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.exchange.history import choices, shapes
from cantata.exchange.history.drafts import Draft, burned_by, lasting
from cantata.exchange.history.labels import labelled
from cantata.exchange.history.log import Leg, LogEvent
from cantata.exchange.history.model import EntryKind, Finding, Instrument
from cantata.exchange.history.scopes import Change


def from_log(said: LogEvent, changes: Sequence[Change], party: str) -> list[Draft]:
    """Explain changes by what the admin of their instruments says of them."""
    legs: dict[Instrument, list[Leg]] = {}
    for leg in said.legs:
        legs.setdefault(leg.instrument, []).append(leg)
    moved: dict[Instrument, list[Change]] = {}
    for change in lasting(changes):
        moved.setdefault(change.holding.instrument, []).append(change)
    label = shapes.text(said.meta.get(shapes.TX_KIND)) or choices.MERGE_SPLIT
    drafts: list[Draft] = []
    for instrument in {**moved, **legs}:
        mine = moved.get(instrument, [])
        if instrument in legs:
            drafts += _of_legs(said, legs[instrument], mine, party)
        else:
            drafts += labelled(said.event, label, said.meta, mine, (), party)
    return drafts


def _of_legs(said: LogEvent, legs: Sequence[Leg], changes: list[Change], party: str) -> list[Draft]:
    """Make an entry of each leg; the holdings, which legs share, are with the first."""
    drafts = [_of_leg(said, leg, party) for leg in legs]
    first = drafts[0]
    first.changes, first.burned = changes, burned_by(said.meta)
    told = sum(-leg.amount.units if leg.is_sender else leg.amount.units for leg in legs)
    if first.net not in {told, told - first.burned}:
        for draft in drafts:
            draft.findings.add(Finding.AMOUNT_DIFFERS)
    return drafts


def _of_leg(said: LogEvent, leg: Leg, party: str) -> Draft:
    draft = Draft(
        node_id=said.event.node_id,
        event=said.event,
        instrument=leg.instrument,
        amount=leg.amount.units,
        memo=leg.memo if leg.memo is not None else shapes.text(said.meta.get(shapes.REASON)),
    )
    if leg.is_sender:
        draft.sender, draft.receiver = party, leg.other
        draft.kind = EntryKind.BURN if leg.other is None else EntryKind.TRANSFER_OUT
    else:
        draft.sender, draft.receiver = leg.other, party
        draft.kind = EntryKind.MINT if leg.other is None else EntryKind.TRANSFER_IN
    if leg.other == party:
        draft.kind = EntryKind.SELF
    return draft
