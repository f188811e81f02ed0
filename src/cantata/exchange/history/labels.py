"""Explains changes of one instrument by the label that a choice gave itself, if it can be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cantata.exchange.history import choices, shapes
from cantata.exchange.history.drafts import Draft, burned_by, gained, is_unlocking
from cantata.exchange.history.model import EntryKind, Finding
from cantata.exchange.history.scopes import Change
from cantata.ledger.model.events import ExercisedEvent

_SETTLEMENTS = frozenset({choices.TRANSFER, "settle-V2-allocation"})
"""Labels of choices that may give or take: the holdings tell which."""

_KINDS = {
    choices.MERGE_SPLIT: EntryKind.MERGE_SPLIT,
    choices.UNLOCK: EntryKind.UNLOCK,
    "burn": EntryKind.BURN,
    "mint": EntryKind.MINT,
    "expire-dust": EntryKind.EXPIRE_DUST,
}
_LOSSES = frozenset({EntryKind.BURN, EntryKind.EXPIRE_DUST})
_SAME = frozenset({EntryKind.MERGE_SPLIT, EntryKind.UNLOCK})


def labelled(
    event: ExercisedEvent,
    name: str,
    meta: Mapping[str, Any],
    changes: list[Change],
    others: Sequence[tuple[str, int]],
    party: str,
) -> list[Draft]:
    """Take a choice at its word if its effect on the holdings can be that.

    `changes` are of one instrument and not empty; `others` are the owners of others' holdings of
    it that the choice left behind, with the units of each.
    """
    draft = Draft(
        node_id=event.node_id,
        event=event,
        instrument=changes[0].holding.instrument,
        changes=changes,
        burned=burned_by(meta),
        memo=shapes.text(meta.get(shapes.REASON)),
    )
    draft.amount = abs(draft.net)
    if name in _SETTLEMENTS:
        return _settled(draft, shapes.text(meta.get(shapes.SENDER)), event, others, party)
    kind = _kind_called(name, draft.net)
    if kind is None:
        draft.findings.add(Finding.UNKNOWN_CHOICE)
    elif not _can_be(kind, draft.net):
        draft.findings.add(Finding.LABEL_CONTRADICTED)
    else:
        _call(draft, kind, party)
    return [draft]


def _call(draft: Draft, kind: EntryKind, party: str) -> None:
    draft.kind = kind
    if kind is EntryKind.MINT:
        draft.receiver = party
    elif kind in _LOSSES:
        draft.sender = party
    else:
        draft.amount = gained(draft.changes)
        if draft.net not in {0, -draft.burned}:
            draft.findings.add(Finding.AMOUNT_DIFFERS)


def _kind_called(name: str, net: int) -> EntryKind | None:
    if name != choices.BURN_OR_MINT:
        return _KINDS.get(name)
    if not net:
        return EntryKind.MERGE_SPLIT
    return EntryKind.MINT if net > 0 else EntryKind.BURN


def _can_be(kind: EntryKind, net: int) -> bool:
    if kind is EntryKind.MINT:
        return net > 0
    return net < 0 if kind in _LOSSES else net <= 0


def _settled(
    draft: Draft,
    sender: str | None,
    event: ExercisedEvent,
    others: Sequence[tuple[str, int]],
    party: str,
) -> list[Draft]:
    """Explain a transfer without the standard's argument: whose holdings grew was paid."""
    if draft.net <= 0:
        return _paid(draft, others, party)
    if sender == party:
        draft.findings.add(Finding.LABEL_CONTRADICTED)
        return [draft]
    owners = {owner for owner, _ in others}
    draft.kind, draft.receiver, draft.burned = EntryKind.TRANSFER_IN, party, 0
    draft.sender = sender or (owners.pop() if len(owners) == 1 else None)
    if sender is not None and sender not in event.acting_parties:
        draft.findings.add(Finding.SENDER_DID_NOT_ACT)
    return [draft]


def _paid(draft: Draft, others: Sequence[tuple[str, int]], party: str) -> list[Draft]:
    """Make an entry for every receiver, if what they got is what the party lost."""
    spent = -draft.net - draft.burned
    if spent <= 0:
        draft.kind = EntryKind.UNLOCK if is_unlocking(draft.changes) else EntryKind.MERGE_SPLIT
        draft.amount = gained(draft.changes)
        return [draft]
    received: dict[str, int] = {}
    for owner, units in others:
        received[owner] = received.get(owner, 0) + units
    draft.kind, draft.sender, draft.amount = EntryKind.TRANSFER_OUT, party, spent
    if sum(received.values()) != spent:
        draft.receiver = next(iter(received)) if len(received) == 1 else None
        return [draft]
    (draft.receiver, draft.amount), *more = received.items()
    return [draft, *(_also_paid(draft, receiver, units) for receiver, units in more)]


def _also_paid(first: Draft, receiver: str, units: int) -> Draft:
    return Draft(
        node_id=first.node_id,
        event=first.event,
        instrument=first.instrument,
        kind=first.kind,
        sender=first.sender,
        receiver=receiver,
        amount=units,
        memo=first.memo,
    )
