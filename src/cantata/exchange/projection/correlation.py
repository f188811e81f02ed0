"""Finds the withdrawal that an entry of a treasury's history is about.

First by the command that the treasury itself submitted, then by the offer that a step was taken
on, then by the name that the transfer bears. Names count only in transfers in which the treasury
acted: anybody can write anything into what they send.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cantata.automation.batches import repository as batches
from cantata.automation.model import batch_of_command, intent_of_command
from cantata.exchange.history import shapes
from cantata.exchange.history.choices import is_step
from cantata.exchange.history.model import Entry, EntryKind, Finding, Status
from cantata.exchange.model.withdrawals import WITHDRAWAL_ID, Withdrawal
from cantata.exchange.projection.treasury import Seen, instrument_id
from cantata.exchange.repository import withdrawals
from cantata.kernel.ids import PartyId
from cantata.ledger.model.events import ExercisedEvent
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession

_GOING = frozenset({EntryKind.TRANSFER_OUT, EntryKind.SELF})
_UNTRUSTED = frozenset(
    {
        Finding.NOT_SIGNED_BY_ADMIN,
        Finding.SENDER_DID_NOT_ACT,
        Finding.VIEWS_DIFFER,
        Finding.VIEW_UNREADABLE,
    }
)
_UUID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class Going:
    """An entry of a treasury that pays, and what it says of itself.

    `commanded` is the intent of the command that made it, `named` what its transfer is called;
    both are None for a step of an offer, which is told by the contracts in `steps`.
    """

    seen: Seen
    entry: Entry
    commanded: UUID | None
    named: UUID | None
    steps: tuple[str, ...]

    @property
    def is_step(self) -> bool:
        """Tell whether it goes on with an offer that was there before."""
        return bool(self.steps)


@dataclass(slots=True)
class Known:
    """The withdrawals that a batch may be about, as they are by now."""

    by_id: dict[UUID, Withdrawal]
    by_instruction: dict[tuple[PartyId, str], UUID]

    def note(self, withdrawal: Withdrawal) -> None:
        """Take note of how a withdrawal is now."""
        self.by_id[withdrawal.id] = withdrawal
        for contract in (withdrawal.original_instruction, withdrawal.instruction):
            if contract is not None:
                self.by_instruction[withdrawal.treasury, contract] = withdrawal.id

    def of(self, going: Going) -> Withdrawal | None:
        """Give the withdrawal that an entry is about; None if nobody asked for one."""
        treasury = going.seen.treasury.party
        if going.is_step:
            found = [self.by_instruction.get((treasury, each)) for each in going.steps]
            return next((self.by_id[each] for each in found if each is not None), None)
        for name in (going.commanded, going.named):
            withdrawal = None if name is None else self.by_id.get(name)
            if withdrawal is not None and _fits(withdrawal, going):
                return withdrawal
        return None


async def going_out(session: WriteSession, seen: Sequence[Seen]) -> tuple[Going, ...]:
    """Give what treasuries pay, or move within themselves, in the order of the ledger."""
    paying = [each for each in seen if any(map(_pays, each.parsed.entries))]
    commands = {each.transaction.command_id for each in paying}
    shared = [batch for batch in map(batch_of_command, sorted(commands)) if batch is not None]
    members = await batches.members(session, shared)
    return tuple(
        _going(each, entry, members)
        for each in paying
        for entry in each.parsed.entries
        if _pays(entry)
    )


async def known(session: WriteSession, going: Sequence[Going]) -> Known:
    """Load and lock the withdrawals that entries may be about, in one order."""
    ids = {name for each in going for name in (each.commanded, each.named) if name is not None}
    found = Known(by_id={}, by_instruction={})
    steps: dict[PartyId, set[str]] = {}
    for each in going:
        steps.setdefault(each.seen.treasury.party, set()).update(each.steps)
    for party in sorted(steps):
        ids.update(await withdrawals.of_instructions(session, party, steps[party]))
    for withdrawal in (await withdrawals.locked(session, ids)).values():
        found.note(withdrawal)
    return found


def _pays(entry: Entry) -> bool:
    trusted = not _UNTRUSTED.intersection(entry.findings)
    return entry.kind in _GOING and entry.instrument is not None and trusted


def _going(seen: Seen, entry: Entry, members: Mapping[UUID, Sequence[UUID]]) -> Going:
    event = _event(seen.transaction, entry.node_id)
    steps = _steps(entry, event)
    if steps:
        return Going(seen, entry, None, None, steps)
    acted = event is not None and seen.treasury.party in event.acting_parties
    commanded = _commanded(seen.transaction, entry.node_id, members)
    named = _named(event) if event is not None and acted else None
    return Going(seen, entry, commanded, named, ())


def _steps(entry: Entry, event: ExercisedEvent | None) -> tuple[str, ...]:
    """Give the contracts that stood for the transfer before; none for what begins one."""
    used = event.contract_id if event is not None and is_step(event) else None
    if entry.status is Status.PENDING and entry.original_instruction_id is None and used is None:
        return ()
    contracts = (entry.original_instruction_id, used, entry.instruction_id)
    return tuple(each for each in contracts if each is not None)


def _event(transaction: Transaction, node_id: int) -> ExercisedEvent | None:
    """Give the choice at a node, if it is one."""
    found = (each for each in transaction.exercised if each.node_id == node_id)
    return next(found, None)


def _commanded(
    transaction: Transaction, node_id: int, members: Mapping[UUID, Sequence[UUID]]
) -> UUID | None:
    """Give the intent whose command made a node; of a shared one, that of its root's place."""
    alone = intent_of_command(transaction.command_id)
    if alone is not None:
        return alone
    batch = batch_of_command(transaction.command_id)
    mine = () if batch is None else members.get(batch, ())
    place = _root_of(transaction, node_id)
    return mine[place] if 0 <= place < len(mine) else None


def _root_of(transaction: Transaction, node_id: int) -> int:
    """Give the place of the root that a node is below; -1 if there is none."""
    root, last = -1, -1
    for event in transaction.events:
        if event.node_id > node_id:
            break
        if event.node_id > last:
            root += 1
            last = event.last_descendant if isinstance(event, ExercisedEvent) else event.node_id
    return root


def _named(event: ExercisedEvent) -> UUID | None:
    """Read the withdrawal that a transfer names in its metadata."""
    transfer = shapes.member(event.argument, "transfer")
    name = shapes.metadata(shapes.member(transfer, "meta")).get(WITHDRAWAL_ID)
    return _uuid(name) if isinstance(name, str) else None


def _uuid(text: str) -> UUID | None:
    if len(text) != _UUID_LENGTH:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None


def _fits(withdrawal: Withdrawal, going: Going) -> bool:
    """Tell whether a transfer goes where the withdrawal was to go; amounts are compared later."""
    entry = going.entry
    assert entry.instrument is not None, entry.update_id
    return (
        withdrawal.treasury == going.seen.treasury.party
        and withdrawal.instrument == instrument_id(entry.instrument)
        and withdrawal.receiver == entry.receiver
    )
