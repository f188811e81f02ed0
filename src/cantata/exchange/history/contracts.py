"""Recognises the standard's contracts, of either version, by the views that they show.

Interfaces are told by module and name: a participant names their packages by id, which every
version of a package changes. Whether a contract is what it claims to be is kept as a fact on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import Any, NamedTuple

from cantata.exchange.history import shapes
from cantata.exchange.history.model import Holding, Instruction, Instrument
from cantata.kernel.money import Decimal
from cantata.ledger.model.events import CreatedEvent, qualified_name

INTERFACES_MAX = 4_096
"""Interface ids that are kept classified; there are few packages of the standard."""


class Kind(Enum):
    """The interfaces of the standard that a history is read by."""

    HOLDING = auto()
    INSTRUCTION = auto()
    FACTORY = auto()
    ALLOCATION = auto()
    ALLOCATION_FACTORY = auto()
    ALLOCATION_INSTRUCTION = auto()
    BURN_MINT = auto()
    EVENT_LOG = auto()
    OTHER = auto()


_API = "Splice.Api.Token."
_KINDS = {
    "HoldingV1:Holding": (Kind.HOLDING, 1),
    "HoldingV2:Holding": (Kind.HOLDING, 2),
    "TransferInstructionV1:TransferInstruction": (Kind.INSTRUCTION, 1),
    "TransferInstructionV2:TransferInstruction": (Kind.INSTRUCTION, 2),
    "TransferInstructionV1:TransferFactory": (Kind.FACTORY, 1),
    "TransferInstructionV2:TransferFactory": (Kind.FACTORY, 2),
    "AllocationV1:Allocation": (Kind.ALLOCATION, 1),
    "AllocationInstructionV1:AllocationFactory": (Kind.ALLOCATION_FACTORY, 1),
    "AllocationInstructionV2:AllocationFactory": (Kind.ALLOCATION_FACTORY, 2),
    "AllocationInstructionV1:AllocationInstruction": (Kind.ALLOCATION_INSTRUCTION, 1),
    "AllocationInstructionV2:AllocationInstruction": (Kind.ALLOCATION_INSTRUCTION, 2),
    "BurnMintV1:BurnMintFactory": (Kind.BURN_MINT, 1),
    "TransferEventsV2:EventLog": (Kind.EVENT_LOG, 2),
}
_BY_NAME = {_API + name: kind for name, kind in _KINDS.items()}
_OTHER = (Kind.OTHER, 0)
_ACCEPT = "TIA_Accept"
_FOR_RECEIVER = "TransferPendingReceiverAcceptance"


@lru_cache(INTERFACES_MAX)
def interface_of(interface_id: str) -> tuple[Kind, int]:
    """Tell which interface of the standard an id names, and of which version."""
    return _BY_NAME.get(qualified_name(interface_id), _OTHER)


class Stranger(NamedTuple):
    """A holding of somebody else, unread: its view tells who paid or was paid."""

    node_id: int
    contract_id: str
    view: Any


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A contract that the party signed and that has a view of the standard nobody can read."""

    contract_id: str


Seen = Holding | Instruction | Stranger | Unreadable


def seen_in(event: CreatedEvent, party: str) -> tuple[Seen, ...]:
    """Give what a created contract is to the party by its views; mostly nothing."""
    held: list[tuple[int, Any]] = []
    offered: list[tuple[int, Any]] = []
    for view in event.views:
        kind, version = interface_of(view.interface_id)
        if kind is Kind.HOLDING:
            held.append((version, view.value))
        elif kind is Kind.INSTRUCTION:
            offered.append((version, view.value))
    if offered:
        instruction = _instruction(event, _by_version(offered), party)
        holding = _holding(event, _by_version(held), party) if held else None
        return tuple(each for each in (holding, instruction) if each is not None)
    if not held:
        return ()
    found = _holding(event, _by_version(held), party)
    return () if found is None else (found,)


def _by_version(views: list[tuple[int, Any]]) -> list[Any]:
    """Give one view of each version, the first version first."""
    if len(views) == 1:
        return [views[0][1]]
    found: dict[int, Any] = {}
    for version, view in views:
        found.setdefault(version, view)
    return [found[version] for version in sorted(found)]


def owned(view: Any) -> tuple[str, Instrument, int] | None:
    """Read a view of a holding: whose it is ("" for nobody's), of what, and how many units."""
    account = _account(view)
    if not shapes.is_account(account):
        return None
    of, units = shapes.instrument(view.get("instrumentId")), shapes.units(view.get("amount"))
    return None if of is None or units is None else (shapes.owner(account) or "", of, units)


def _account(view: Any) -> Any:
    return (view.get("owner") or view.get("account")) if type(view) is dict else None


def _holding(event: CreatedEvent, views: list[Any], party: str) -> Seen | None:
    """Read the holding; the first version counts, if both can be read."""
    if party not in [shapes.owner(_account(view)) for view in views]:
        return _foreign(event, views[0], party)
    read = [(held, view) for view in views if (held := owned(view)) is not None]
    if not read:
        return _unreadable(event, party)
    (owner, of, units), view = read[0]
    if owner != party:
        return Stranger(event.node_id, event.contract_id, view)
    return Holding(
        contract_id=event.contract_id,
        instrument=of,
        owner=party,
        amount=Decimal.from_units(units),
        lock=shapes.lock(view.get("lock")),
        created_at=event.created_at,
        template_id=event.template_id,
        package_name=event.package_name,
        admin_signed=of.admin in event.signatories,
        views_agree=len(read) == 1 or len({held for held, _ in read}) == 1,
    )


def _foreign(event: CreatedEvent, view: Any, party: str) -> Seen | None:
    """Tell a holding of somebody else from a view that cannot be read."""
    if shapes.is_account(_account(view)):
        return Stranger(event.node_id, event.contract_id, view)
    return _unreadable(event, party)


def _instruction(event: CreatedEvent, views: list[Any], party: str) -> Seen | None:
    """Read the transfer that waits, if the party is one of its ends."""
    for view in views:
        transfer = shapes.transfer(shapes.member(view, "transfer"))
        if transfer is None:
            continue
        if party not in {transfer.sender, transfer.receiver}:
            return None
        return Instruction(
            contract_id=event.contract_id,
            original_id=shapes.text(view.get("originalInstructionCid")),
            transfer=transfer,
            awaits_receiver=_awaits_receiver(view, transfer.receiver),
            created_at=event.created_at,
            template_id=event.template_id,
            package_name=event.package_name,
            admin_signed=transfer.instrument.admin in event.signatories,
        )
    return _unreadable(event, party)


def _unreadable(event: CreatedEvent, party: str) -> Unreadable | None:
    """Report what the party signed; what strangers show it would be a way to cry wolf."""
    return Unreadable(event.contract_id) if party in event.signatories else None


def _awaits_receiver(view: dict[str, Any], receiver: str | None) -> bool:
    status = view.get("status")
    if status is not None:
        return bool(shapes.member(status, "tag") == _FOR_RECEIVER)
    return _may_accept(view.get("availableActions"), receiver)


def _may_accept(actions: Any, receiver: str | None) -> bool:
    """Read a map between actions and the groups of parties that may take them, either way."""
    if not isinstance(actions, list) or receiver is None:
        return False
    for pair in actions:
        if isinstance(pair, list) and len(pair) == 2:
            sides = [_leaves(side) for side in pair]
            if any(_ACCEPT in side for side in sides) and any(receiver in side for side in sides):
                return True
    return False


def _leaves(value: Any) -> set[str]:
    """Give the texts of up to two levels of lists and tagged values."""
    found: set[str] = set()
    for each in value if isinstance(value, list) else [value]:
        for leaf in each if isinstance(each, list) else [each]:
            tag = leaf.get("tag") if isinstance(leaf, dict) else leaf
            if isinstance(tag, str):
                found.add(tag)
    return found
