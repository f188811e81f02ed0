"""Explains effects by transfers of the standard, and says where the two do not agree."""

from __future__ import annotations

from cantata.exchange.history import shapes
from cantata.exchange.history.choices import Claim, has_own_result
from cantata.exchange.history.drafts import Draft, burned_by, grouped, lasting
from cantata.exchange.history.log import Leg
from cantata.exchange.history.model import EntryKind, Finding, Instruction, Status, Transfer
from cantata.exchange.history.scopes import Change, Scope
from cantata.exchange.history.walk import Walk

_RETURNED = frozenset({Status.REJECTED, Status.WITHDRAWN, Status.FAILED})
_INCOMING = frozenset({EntryKind.TRANSFER_IN, EntryKind.MINT})
_BY_RECEIVER = frozenset({"TransferInstruction_Accept", "TransferInstruction_Reject"})
_BY_ENDS = _BY_RECEIVER | {"TransferInstruction_Withdraw"}


def kind_of(transfer: Transfer, party: str) -> EntryKind:
    """Tell what a transfer is to one of its ends."""
    if transfer.sender == transfer.receiver:
        return EntryKind.SELF
    if transfer.receiver == party:
        return EntryKind.MINT if transfer.sender is None else EntryKind.TRANSFER_IN
    return EntryKind.BURN if transfer.receiver is None else EntryKind.TRANSFER_OUT


def pending(node_id: int, instruction: Instruction, party: str) -> Draft:
    """Say that a transfer waits: the party sees its instruction and may see no more than that."""
    transfer = instruction.transfer
    draft = Draft(
        node_id=node_id,
        event=None,
        instrument=transfer.instrument,
        kind=kind_of(transfer, party),
        status=Status.PENDING,
        sender=transfer.sender,
        receiver=transfer.receiver,
        amount=transfer.amount.units,
        memo=transfer.memo,
    )
    draft.about(instruction)
    return draft


def ended_otherwise(node_id: int, instruction: Instruction) -> Draft:
    """Report an instruction that ended by no step of the standard and moved nothing."""
    transfer = instruction.transfer
    draft = Draft(
        node_id=node_id,
        event=None,
        instrument=transfer.instrument,
        sender=transfer.sender,
        receiver=transfer.receiver,
        amount=transfer.amount.units,
        memo=transfer.memo,
        findings={Finding.UNKNOWN_CHOICE},
    )
    draft.about(instruction)
    return draft


def unexplained(scope: Scope, changes: list[Change], party: str) -> Draft:
    """Report changes that no choice explains: what only came is income, all else is unknown."""
    draft = Draft(
        node_id=scope.node_id,
        event=scope.event,
        instrument=changes[0].holding.instrument,
        changes=changes,
    )
    draft.amount = abs(draft.net)
    if all(change.is_created for change in changes):
        draft.kind, draft.receiver = EntryKind.OTHER_INCOME, party
    else:
        draft.findings.add(Finding.UNKNOWN_CHOICE)
    return draft


def from_claim(scope: Scope, walk: Walk) -> list[Draft]:
    """Explain what happened below a transfer or a step of one."""
    claim = scope.claim
    assert claim is not None, "only scopes of claims come here"
    party = walk.party
    if claim.transfer is None:
        return _from_unknown(scope, claim, walk)
    if claim.status is None and has_own_result(claim.event):
        claim.status = Status.PENDING if scope.standing else Status.COMPLETED
    changes, *others = _genuine_first(scope)
    draft = _of_transfer(scope, claim, claim.transfer, changes, party)
    if claim.status is None:
        _distrust(draft, Finding.UNKNOWN_CHOICE)
    else:
        _compare(draft, claim)
    fakes = [unexplained(scope, each, party) for each in others]
    return [draft, *fakes, *_besides(scope, claim, draft.instruction_id, party)]


def _genuine_first(scope: Scope) -> list[list[Change]]:
    """Give the changes of the transfer's instrument, and apart from them those of look-alikes."""
    groups = grouped(lasting(scope.changes))
    return sorted(groups, key=_is_fake) if groups else [[]]


def _is_fake(changes: list[Change]) -> bool:
    return not changes[0].holding.admin_signed


def _besides(scope: Scope, claim: Claim, mine: str | None, party: str) -> list[Draft]:
    """Report the instructions that came or went below a transfer and are not its own."""
    if not scope.opened and not scope.closed:
        return []
    opened = [each for each in scope.standing if each[1].contract_id != mine]
    ended = [each for each in scope.ended if each[1].contract_id != claim.instruction_id]
    return [
        *(pending(node_id, instruction, party) for node_id, instruction in opened),
        *(ended_otherwise(node_id, instruction) for node_id, instruction in ended),
    ]


def _of_transfer(
    scope: Scope, claim: Claim, transfer: Transfer, changes: list[Change], party: str
) -> Draft:
    draft = Draft(
        node_id=scope.node_id,
        event=claim.event,
        instrument=transfer.instrument,
        changes=changes,
        kind=kind_of(transfer, party),
        status=claim.status or Status.COMPLETED,
        sender=transfer.sender,
        receiver=transfer.receiver,
        amount=transfer.amount.units,
        burned=burned_by(claim.meta),
        memo=_memo(claim, transfer),
    )
    if draft.kind in _INCOMING:
        draft.burned = 0
    if claim.instruction is not None:
        draft.about(claim.instruction)
    if claim.status is Status.PENDING:
        _about_next(draft, scope, claim)
    _prefer_log(draft, scope)
    return draft


def _memo(claim: Claim, transfer: Transfer) -> str | None:
    """Give the transfer's memo: a step's own metadata is the counterparty's to choose."""
    if claim.instruction is not None and transfer.memo is not None:
        return transfer.memo
    return shapes.text(claim.meta.get(shapes.REASON))


def _about_next(draft: Draft, scope: Scope, claim: Claim) -> None:
    """Take over the instruction that stands for the transfer from now on."""
    output = shapes.member(shapes.member(claim.event.result, "output"), "value")
    named = shapes.text(shapes.member(output, "transferInstructionCid"))
    standing = [instruction for _, instruction in scope.standing]
    found = [instruction for instruction in standing if instruction.contract_id == named]
    if found or len(standing) == 1:
        draft.about((found or standing)[0])
    elif named is not None:
        draft.instruction_id = named
        draft.original_id = claim.instruction.correlation_id if claim.instruction else None


def _prefer_log(draft: Draft, scope: Scope) -> None:
    """Take amount and memo from the log of the instrument's admin, if it tells of this one."""
    legs = [leg for said in scope.log for leg in said.legs if leg.instrument == draft.instrument]
    mine = [leg for leg in legs if _is_side(leg, draft)]
    if not mine or draft.status is not Status.COMPLETED:
        return
    draft.amount = sum(leg.amount.units for leg in mine)
    memos = {leg.memo for leg in mine if leg.memo is not None}
    if len(memos) == 1:
        draft.memo = memos.pop()


def _is_side(leg: Leg, draft: Draft) -> bool:
    if leg.is_sender:
        return leg.other == draft.receiver and draft.kind is not EntryKind.TRANSFER_IN
    return leg.other == draft.sender and draft.kind in _INCOMING


def _compare(draft: Draft, claim: Claim) -> None:
    """Hold what is said against what the party's holdings gained or lost."""
    assert draft.amount is not None, "a transfer has an amount"
    if _named_a_stranger(claim, draft):
        draft.findings.add(Finding.SENDER_DID_NOT_ACT)
    net = draft.net
    if net in _expected(draft, claim, draft.amount):
        return
    draft.findings.add(Finding.AMOUNT_DIFFERS)
    if draft.status is Status.COMPLETED and draft.kind in _INCOMING:
        if net > 0:
            draft.amount = net
        else:
            _distrust(draft, Finding.AMOUNT_DIFFERS)


def _expected(draft: Draft, claim: Claim, amount: int) -> tuple[int, ...]:
    """Give what the holdings may have gained.

    Registries lock what is offered, or take it away until the offer is answered, or leave it
    alone; what is burned besides is burned at the sender's expense.
    """
    if draft.kind in _INCOMING:
        return (amount,) if draft.status is Status.COMPLETED else (0,)
    spent = -draft.burned
    if draft.status in _RETURNED:
        return (spent, amount + spent) if claim.instruction else (spent,)
    if draft.status is Status.PENDING:
        return (spent, spent - amount)
    if draft.kind is EntryKind.SELF:
        return (spent, amount + spent) if claim.instruction else (spent,)
    if draft.kind is EntryKind.BURN and draft.burned:
        return (-amount, spent, spent - amount)
    return (spent - amount, spent) if claim.instruction else (spent - amount,)


def _named_a_stranger(claim: Claim, draft: Draft) -> bool:
    """Tell whether a transfer was made that its sender took no part in."""
    if claim.instruction is not None or draft.sender is None or draft.kind is EntryKind.MINT:
        return False
    return draft.sender not in claim.event.acting_parties


def _distrust(draft: Draft, finding: Finding) -> None:
    draft.kind, draft.status = EntryKind.UNRECOGNISED, Status.COMPLETED
    draft.findings.add(finding)


def _from_unknown(scope: Scope, claim: Claim, walk: Walk) -> list[Draft]:
    """Explain a step of an instruction that nobody knows, by its effects and by who took it."""
    drafts = [
        _unknown_step(scope, claim, walk, changes) for changes in grouped(lasting(scope.changes))
    ]
    if not drafts and _is_own_step(claim, walk.party):
        drafts = [_unknown_step(scope, claim, walk, [])]
    return drafts + _besides(scope, claim, None, walk.party)


def _unknown_step(scope: Scope, claim: Claim, walk: Walk, changes: list[Change]) -> Draft:
    party, instrument = walk.party, changes[0].holding.instrument if changes else None
    draft = Draft(
        node_id=scope.node_id,
        event=claim.event,
        instrument=instrument,
        changes=changes,
        status=claim.status or Status.COMPLETED,
        burned=burned_by(claim.meta),
        memo=shapes.text(claim.meta.get(shapes.REASON)),
        instruction_id=claim.instruction_id,
        findings={Finding.UNKNOWN_INSTRUCTION},
    )
    seen = () if instrument is None else walk.others(scope, instrument)
    others = {owner for _, owner, _ in seen}
    other = others.pop() if len(others) == 1 else None
    if _is_incoming(draft.net, claim, party):
        sender = shapes.text(claim.meta.get(shapes.SENDER)) or other
        draft.kind, draft.sender, draft.receiver = EntryKind.TRANSFER_IN, sender, party
        draft.burned = 0
        draft.amount = draft.net if changes and claim.status is Status.COMPLETED else None
    else:
        draft.kind, draft.sender, draft.receiver = EntryKind.TRANSFER_OUT, party, other
        draft.amount = _sent(draft, claim)
    if claim.status is None:
        _distrust(draft, Finding.UNKNOWN_CHOICE)
    return draft


def _is_own_step(claim: Claim, party: str) -> bool:
    """Tell whether the party took the step as an end of the transfer; admins take others."""
    return claim.event.choice in _BY_ENDS and party in claim.event.acting_parties


def _is_incoming(net: int, claim: Claim, party: str) -> bool:
    if claim.status is Status.COMPLETED and net:
        return net > 0
    return party in claim.event.acting_parties and claim.event.choice in _BY_RECEIVER


def _sent(draft: Draft, claim: Claim) -> int | None:
    """Give what left, or what came back out of its lock."""
    if claim.status is Status.COMPLETED:
        return max(-draft.net - draft.burned, 0)
    back = sum(c.units for c in draft.changes if c.is_created)
    return back or None
