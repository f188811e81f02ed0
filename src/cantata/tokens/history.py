"""Reads transactions: which holdings they made and used up, and what that means for whom.

The balance of a party changes by the holdings that are created for it less those of it that are
used up, whatever contracts did it; so movements add up to holdings by construction. Which party
stands on the other side, and why, is read from the choice that did it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent, qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.tokens.model import (
    Holding,
    HoldingChanges,
    InstrumentId,
    Lock,
    Movement,
    MovementKind,
)

HOLDING = "Splice.Api.Token.HoldingV1:Holding"
REASON = "splice.lfdecentralizedtrust.org/reason"
ZERO = Decimal("0")

TRANSFERS = frozenset(
    {
        "TransferFactory_Transfer",
        "TransferInstruction_Accept",
        "TransferInstruction_Reject",
        "TransferInstruction_Withdraw",
        "TransferInstruction_Update",
        "AllocationFactory_Allocate",
        "Allocation_ExecuteTransfer",
        "Allocation_Cancel",
        "Allocation_Withdraw",
        "BurnMintFactory_BurnMint",
        "TransferPreapproval_Issue",
        "TokenFactory_Transfer",
        "TokenFactory_ForceTransfer",
        "Token_Seize",
    }
)
"""The choices that move holdings, the standard's and ours; what happens below one belongs to it."""


@dataclass(slots=True)
class _Change:
    """What one party's holdings of one instrument gained under one choice."""

    delta: Decimal = ZERO
    locked: Decimal = ZERO


@dataclass(slots=True)
class _Group:
    """Changes under one choice, or under none, by instrument and owner."""

    node_id: int
    memo: str
    changes: dict[InstrumentId, dict[PartyId, _Change]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(_Change))
    )


def used_up(transaction: Transaction) -> tuple[ContractId, ...]:
    """Give the contracts that a transaction consumes, holdings or not."""
    return tuple(ContractId(e.contract_id) for e in transaction.exercised if e.is_consuming)


def made(transaction: Transaction) -> tuple[Holding, ...]:
    """Give the holdings that a transaction creates."""
    found = (holding_of(event, transaction) for event in transaction.created)
    return tuple(holding for holding in found if holding is not None)


def changes(transaction: Transaction, known: Mapping[ContractId, Holding]) -> HoldingChanges:
    """Give what a transaction did to holdings; `known` has those that were there before."""
    created = {holding.contract_id: holding for holding in made(transaction)}
    archived: list[ContractId] = []
    groups: dict[int, _Group] = {}
    for event, group in _grouped(transaction.events, groups):
        if isinstance(event, CreatedEvent):
            holding = created.get(ContractId(event.contract_id))
            if holding is not None:
                _add(group, holding, holding.amount)
        elif isinstance(event, ExercisedEvent) and event.is_consuming:
            gone = ContractId(event.contract_id)
            holding = known.get(gone) or created.get(gone)
            if holding is not None:
                archived.append(gone)
                _add(group, holding, -holding.amount)
    return HoldingChanges(
        created=tuple(created.values()),
        archived=tuple(archived),
        movements=tuple(m for group in groups.values() for m in _movements(group)),
    )


def holding_of(event: CreatedEvent, transaction: Transaction) -> Holding | None:
    """Read a holding of the token standard from the event of any contract; None for others."""
    return holding_made(event, transaction.offset, transaction.record_time)


def holding_made(event: CreatedEvent, offset: int, moment: Timestamp | None) -> Holding | None:
    """Read a holding that was made at an offset and a time; None for other contracts."""
    for view in event.views:
        if qualified_name(view.interface_id) == HOLDING and not view.failure:
            value = view.value
            return Holding(
                contract_id=ContractId(event.contract_id),
                instrument=instrument_id(value["instrumentId"]),
                owner=PartyId(value["owner"]),
                amount=Decimal(value["amount"]),
                lock=_lock(value.get("lock")),
                package_name=event.package_name,
                created_offset=offset,
                created_at=moment,
            )
    return None


def instrument_id(value: Mapping[str, Any]) -> InstrumentId:
    """Read an instrument's id."""
    return InstrumentId(PartyId(value["admin"]), value["id"])


def memo_of(meta: Mapping[str, Any] | None) -> str:
    """Give the reason that metadata of the standard states, or nothing."""
    values = (meta or {}).get("values") or {}
    return str(values.get(REASON, ""))


def _grouped(events: Sequence[Event], groups: dict[int, _Group]) -> Iterable[tuple[Event, _Group]]:
    """Give each event with the group of the outermost choice of the standard above it."""
    until = -1
    current = groups.setdefault(0, _Group(0, ""))
    outside = current
    for event in events:
        if event.node_id > until:
            current = outside
        if isinstance(event, ExercisedEvent) and current is outside and event.choice in TRANSFERS:
            current = groups.setdefault(
                event.node_id + 1, _Group(event.node_id, _memo(event.argument, event.result))
            )
            until = event.last_descendant
        elif current is outside and isinstance(event, ExercisedEvent) and not outside.memo:
            outside.memo = _memo(event.argument, event.result)
        yield event, current


def _memo(argument: Any, result: Any) -> str:
    """Give the memo of a choice; the result's metadata has the last word."""
    found = ""
    if isinstance(argument, Mapping):
        transfer = argument.get("transfer")
        nested = transfer.get("meta") if isinstance(transfer, Mapping) else None
        extra = argument.get("extraArgs")
        also = extra.get("meta") if isinstance(extra, Mapping) else None
        for meta in (nested, also, argument.get("meta")):
            found = memo_of(meta) or found
    if isinstance(result, Mapping):
        found = memo_of(result.get("meta")) or found
    return found


def _add(group: _Group, holding: Holding, amount: Decimal) -> None:
    change = group.changes[holding.instrument][holding.owner]
    change.delta = change.delta + amount
    if holding.lock is not None:
        change.locked = change.locked + amount


def _movements(group: _Group) -> Iterable[Movement]:
    for instrument, owners in group.changes.items():
        losers = [owner for owner, change in owners.items() if change.delta < ZERO]
        winners = [owner for owner, change in owners.items() if change.delta > ZERO]
        for owner, change in owners.items():
            kind, others = _kind(change.delta, losers, winners)
            yield Movement(
                node_id=group.node_id,
                owner=owner,
                instrument=instrument,
                kind=kind,
                delta=change.delta,
                locked=change.locked,
                counterparty=others[0] if len(others) == 1 else "",
                memo=group.memo,
            )


def _kind(
    delta: Decimal, losers: Sequence[PartyId], winners: Sequence[PartyId]
) -> tuple[MovementKind, Sequence[PartyId]]:
    if delta > ZERO:
        return (MovementKind.TRANSFER_IN, losers) if losers else (MovementKind.MINT, ())
    if delta < ZERO:
        return (MovementKind.TRANSFER_OUT, winners) if winners else (MovementKind.BURN, ())
    return MovementKind.REARRANGED, ()


def _lock(value: Mapping[str, Any] | None) -> Lock | None:
    if value is None:
        return None
    expires = value.get("expiresAt")
    return Lock(
        holders=tuple(value["holders"]),
        expires_at=None if expires is None else Timestamp.parse(expires),
        context=value.get("context") or "",
    )
