"""What a choice says that it does: a transfer by the standard, a step of one, or just a label.

Sayings are claims. What was really done is read from the holdings, and entries tell where the two
differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cantata.exchange.history import shapes
from cantata.exchange.history.contracts import Kind, interface_of
from cantata.exchange.history.model import Instruction, Status, Transfer
from cantata.ledger.model.events import ExercisedEvent

TRANSFER = "transfer"
MERGE_SPLIT = "merge-split"
UNLOCK = "unlock"
BURN_OR_MINT = "burn-or-mint"

STEPS = {
    "TransferInstruction_Accept": Status.FAILED,
    "TransferInstruction_Reject": Status.REJECTED,
    "TransferInstruction_Withdraw": Status.WITHDRAWN,
    "TransferInstruction_Update": Status.FAILED,
}
"""The choices on an instruction, and what has become of it if they end in failure."""

_FACTORY_CHOICE = "TransferFactory_Transfer"
_RULES_CHOICE = "TransferRule_"
"""How choices begin that take the standard's transfer but give results of their own."""

_LABELS = {
    "AllocationFactory_Allocate": (Kind.ALLOCATION_FACTORY, MERGE_SPLIT),
    "AllocationInstruction_Accept": (Kind.ALLOCATION_INSTRUCTION, MERGE_SPLIT),
    "AllocationInstruction_Update": (Kind.ALLOCATION_INSTRUCTION, MERGE_SPLIT),
    "AllocationInstruction_Withdraw": (Kind.ALLOCATION_INSTRUCTION, UNLOCK),
    "Allocation_ExecuteTransfer": (Kind.ALLOCATION, TRANSFER),
    "Allocation_Cancel": (Kind.ALLOCATION, UNLOCK),
    "Allocation_Withdraw": (Kind.ALLOCATION, UNLOCK),
    "BurnMintFactory_BurnMint": (Kind.BURN_MINT, BURN_OR_MINT),
}
"""What the standard's own choices do that move holdings without a transfer in their argument."""

_OUTCOMES = {"Completed": Status.COMPLETED, "Pending": Status.PENDING, "Failed": Status.FAILED}


@dataclass(slots=True)
class Claim:
    """A choice that makes a transfer or takes a step of one.

    `transfer` is None for a step of an instruction that nobody knows; `status` is None if the
    result does not say how it ended. `instruction` is the one that the step was taken on.
    """

    event: ExercisedEvent
    transfer: Transfer | None
    status: Status | None
    instruction: Instruction | None = None
    instruction_id: str | None = None
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Label:
    """A choice that names the kind of change it makes, and what more its metadata says.

    `is_known` tells that the standard says what the choice does, and not the choice itself.
    """

    event: ExercisedEvent
    name: str
    meta: dict[str, Any]
    is_known: bool = False


def is_step(event: ExercisedEvent) -> bool:
    """Tell whether the choice is one of the standard's on an instruction."""
    return event.choice in STEPS and interface_of(event.interface_id)[0] is Kind.INSTRUCTION


def step_of(event: ExercisedEvent, instruction: Instruction | None) -> Claim:
    """Read a step of an instruction."""
    transfer = None if instruction is None else instruction.transfer
    meta = shapes.merged(shapes.said(event.argument, event.result))
    status = _OUTCOMES.get(shapes.outcome(event.result))
    if status is Status.FAILED:
        status = STEPS[event.choice]
    return Claim(event, transfer, status, instruction, event.contract_id, meta)


def transfer_in(event: ExercisedEvent, party: str) -> Claim | None:
    """Read a transfer of the party's out of a choice that takes the standard's; None for others.

    Besides the standard's choice these are choices with the same argument and the same result,
    by which registries let others act for the sender.
    """
    argument = event.argument
    ended = _OUTCOMES.get(shapes.outcome(event.result))
    if ended is None and not _takes_transfers(event):
        return None
    transfer = shapes.transfer(shapes.member(argument, "transfer"))
    if transfer is None or party not in {transfer.sender, transfer.receiver}:
        return None
    return Claim(event, transfer, ended, meta=shapes.merged(shapes.said(argument, event.result)))


def has_own_result(event: ExercisedEvent) -> bool:
    """Tell whether the choice ends in a result of its own, which does not say how it ended."""
    return event.choice.startswith(_RULES_CHOICE) and not shapes.outcome(event.result)


def label_of(event: ExercisedEvent) -> Label | None:
    """Read what kind of change a choice says that it makes; None if it says nothing."""
    named = _LABELS.get(event.choice)
    if named is not None and interface_of(event.interface_id)[0] is named[0]:
        meta = shapes.merged(shapes.said(event.argument, event.result))
        return Label(event, named[1], meta, is_known=True)
    if not event.result and not event.argument:
        return None
    parts = shapes.said(event.argument, event.result)
    if not any(shapes.TX_KIND in part for part in parts):
        return None
    meta = shapes.merged(parts)
    kind = meta[shapes.TX_KIND]
    return Label(event, kind, meta) if isinstance(kind, str) else None


def learn(meta: dict[str, Any], below: Label) -> None:
    """Take over what a choice below tells of the sender, the memo and the burn."""
    for key in (shapes.SENDER, shapes.REASON, shapes.BURNED):
        if key in below.meta:
            meta.setdefault(key, below.meta[key])


def _takes_transfers(event: ExercisedEvent) -> bool:
    return event.choice.startswith(_RULES_CHOICE) or (
        event.choice == _FACTORY_CHOICE and interface_of(event.interface_id)[0] is Kind.FACTORY
    )
