"""Reads transactions: which holdings they made and used up, and what that means for whom.

The balance of a party changes by the holdings that are created for it less those of it that are
used up, whatever contracts did it; so movements add up to holdings by construction. Which party
stands on the other side, and why, is read from the choice that did it.

A holding counts if the admin of its instrument has signed it: anybody can write a contract that
says something else of somebody's instrument.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, Timestamp
from cantata.kernel.totals import Total
from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent, qualified_name
from cantata.ledger.model.updates import Transaction
from cantata.tokens.model import (
    Doubt,
    Holding,
    HoldingChanges,
    InstrumentId,
    Lock,
    Movement,
    MovementKind,
)

HOLDING = "Splice.Api.Token.HoldingV1:Holding"
REASON = "splice.lfdecentralizedtrust.org/reason"
PACKAGE = "cantata-tokens"

STANDARD = frozenset(
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
    }
)
"""The standard's choices that move holdings; what happens below one belongs to it."""

OURS: Mapping[str, MovementKind | None] = {
    "TransferPreapproval_Issue": None,
    "TokenFactory_Transfer": None,
    "TokenFactory_ForceTransfer": MovementKind.FORCED,
    "Token_Seize": MovementKind.FORCED,
    "Token_Freeze": MovementKind.FREEZE,
    "Token_Unfreeze": MovementKind.UNFREEZE,
}
"""Those of our package, with the kind of their movements where the amounts do not tell it."""

UNREADABLE = (CantataError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a view raises that is not what its interface says."""

PARTIES_MAX = 10_000
INSTRUMENTS_MAX = 1_000
"""Ids that are kept read."""


def used_up(transaction: Transaction) -> tuple[str, ...]:
    """Give the contracts that a transaction consumes, holdings or not."""
    return tuple(
        [
            event.contract_id
            for event in transaction.events
            if isinstance(event, ExercisedEvent) and event.is_consuming
        ]
    )


def made(transaction: Transaction) -> tuple[Holding, ...]:
    """Give the holdings that a transaction creates."""
    return changes(transaction, {}).created


def changes(transaction: Transaction, known: Mapping[str, Holding]) -> HoldingChanges:
    """Give what a transaction did to holdings; `known` has those that were there before."""
    created: dict[str, Holding] = {}
    archived: list[ContractId] = []
    doubts: list[Doubt] = []
    groups = _Groups()
    for event in transaction.events:
        group = groups.of(event)
        if isinstance(event, CreatedEvent):
            found = _read(event, transaction.offset, transaction.record_time)
            if isinstance(found, Holding):
                created[event.contract_id] = found
                group.add(found, found.amount.units)
            elif found is not None:
                doubts.append(found)
        elif isinstance(event, ExercisedEvent) and event.is_consuming:
            holding = known.get(event.contract_id) or created.get(event.contract_id)
            if holding is not None:
                archived.append(holding.contract_id)
                group.add(holding, -holding.amount.units)
    return HoldingChanges(
        created=tuple(created.values()),
        archived=tuple(archived),
        movements=tuple([each for group in groups.all for each in group.movements()]),
        doubts=tuple(doubts),
    )


def holding_made(event: CreatedEvent, offset: int, moment: Timestamp | None) -> Holding | None:
    """Read a holding that was made at an offset and a time; None for other contracts.

    None as well for one that cannot be read, and for one that its admin has not signed.
    """
    found = _read(event, offset, moment)
    return found if isinstance(found, Holding) else None


def instrument_id(value: Mapping[str, Any]) -> InstrumentId:
    """Read an instrument's id."""
    return _instrument(value["admin"], value["id"])


def memo_of(meta: Any) -> str:
    """Give the reason that metadata of the standard states, or nothing."""
    reason = _member(_member(meta, "values"), REASON)
    return reason if isinstance(reason, str) else ""


def _read(event: CreatedEvent, offset: int, moment: Timestamp | None) -> Holding | Doubt | None:
    """Read a holding, or say why what calls itself one is none; None for other contracts."""
    for view in event.views:
        if qualified_name(view.interface_id) == HOLDING:
            if view.failure:
                return Doubt(event.contract_id, event.template_id, view.failure)
            try:
                found = _holding(event, view.value, offset, moment)
            except UNREADABLE as error:
                return Doubt(event.contract_id, event.template_id, f"unreadable: {error!r}")
            if found.instrument.admin in event.signatories:
                return found
            return Doubt(
                event.contract_id,
                event.template_id,
                f"{found.instrument.admin} has not signed a holding of its {found.instrument.id}",
            )
    return None


def _holding(
    event: CreatedEvent, value: Mapping[str, Any], offset: int, moment: Timestamp | None
) -> Holding:
    return Holding(
        contract_id=ContractId(event.contract_id),
        instrument=instrument_id(value["instrumentId"]),
        owner=_party(value["owner"]),
        amount=Decimal(value["amount"]),
        lock=_lock(value.get("lock"), event.created_at),
        package_name=event.package_name,
        created_offset=offset,
        created_at=moment,
    )


class _Group:
    """Changes under one choice, or under none, by instrument and owner."""

    __slots__ = ("_changes", "_kind", "memo", "node_id")

    def __init__(self, node_id: int, memo: str, kind: MovementKind | None) -> None:
        self.node_id = node_id
        self.memo = memo
        self._kind = kind
        self._changes: dict[InstrumentId, dict[PartyId, tuple[int, int]]] = {}

    def add(self, holding: Holding, units: int) -> None:
        """Add a holding that came, or one that went if `units` is below zero."""
        owners = self._changes.setdefault(holding.instrument, {})
        delta, locked = owners.get(holding.owner, (0, 0))
        held = units if holding.lock is not None else 0
        owners[holding.owner] = (delta + units, locked + held)

    def movements(self) -> Iterable[Movement]:
        """Give what each party gained or lost of each instrument."""
        for instrument, owners in self._changes.items():
            losers = [owner for owner, (delta, _) in owners.items() if delta < 0]
            winners = [owner for owner, (delta, _) in owners.items() if delta > 0]
            for owner, (delta, locked) in owners.items():
                kind, others = self._kind_of(delta, locked, losers, winners)
                yield Movement(
                    node_id=self.node_id,
                    owner=owner,
                    instrument=instrument,
                    kind=kind,
                    delta=Total(delta),
                    locked=Total(locked),
                    counterparty=others[0] if len(others) == 1 else "",
                    memo=self.memo,
                )

    def _kind_of(
        self, delta: int, locked: int, losers: Sequence[PartyId], winners: Sequence[PartyId]
    ) -> tuple[MovementKind, Sequence[PartyId]]:
        others = losers if delta > 0 else winners if delta else ()
        if self._kind is MovementKind.FORCED and delta:
            return MovementKind.FORCED, others
        if self._kind is not None and locked and not delta:
            return self._kind, ()
        if delta > 0:
            return (MovementKind.TRANSFER_IN if others else MovementKind.MINT), others
        if delta < 0:
            return (MovementKind.TRANSFER_OUT if others else MovementKind.BURN), others
        return MovementKind.REARRANGED, ()


class _Groups:
    """Finds for each event, in order, the outermost choice above it that moves holdings."""

    __slots__ = ("_current", "_outside", "_until", "all")

    def __init__(self) -> None:
        self._outside = _Group(0, "", None)
        self._current = self._outside
        self._until = -1
        self.all = [self._outside]

    def of(self, event: Event) -> _Group:
        """Give the group of an event."""
        if event.node_id > self._until:
            self._current = self._outside
        if isinstance(event, ExercisedEvent) and self._current is self._outside:
            if _moves(event):
                self._until = event.last_descendant
                self._current = _Group(event.node_id, _memo(event), _kind_below(event))
                self.all.append(self._current)
            elif not self._outside.memo:
                self._outside.memo = _memo(event)
        return self._current


def _moves(event: ExercisedEvent) -> bool:
    return event.choice in STANDARD or (event.choice in OURS and event.package_name == PACKAGE)


def _kind_below(event: ExercisedEvent) -> MovementKind | None:
    return OURS.get(event.choice)


def _memo(event: ExercisedEvent) -> str:
    """Give the memo of a choice; the result's metadata has the last word.

    Any choice of any package may stand here, so nothing is sure of its argument.
    """
    argument = event.argument
    return (
        memo_of(_member(event.result, "meta"))
        or memo_of(_member(argument, "meta"))
        or memo_of(_member(_member(argument, "extraArgs"), "meta"))
        or memo_of(_member(_member(argument, "transfer"), "meta"))
    )


def _member(value: Any, name: str) -> Any:
    return value.get(name) if type(value) is dict else None


def _lock(value: Mapping[str, Any] | None, created_at: Timestamp | None) -> Lock | None:
    """Read a lock; of two ends the earlier one counts."""
    if value is None:
        return None
    ends = []
    if value.get("expiresAt") is not None:
        ends.append(Timestamp.parse(value["expiresAt"]))
    if value.get("expiresAfter") is not None and created_at is not None:
        ends.append(created_at + RelTime(int(value["expiresAfter"]["microseconds"])))
    return Lock(
        holders=tuple(value["holders"]),
        expires_at=min(ends, default=None),
        context=value.get("context") or "",
    )


@lru_cache(PARTIES_MAX)
def _party(text: str) -> PartyId:
    return PartyId(text)


@lru_cache(INSTRUMENTS_MAX)
def _instrument(admin: str, name: str) -> InstrumentId:
    return InstrumentId(PartyId(admin), name)
