"""Random commands beside transfers: pauses, freezes, seizures, allocations, allowances, batches."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cantata.contracts.token_standard import allocation_instruction_v1 as instruction
from cantata.contracts.token_standard import allocation_v1 as allocation
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal, Party
from cantata.testing import create, exercise
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.allocation import TokenAllocation
from cantata.tokens.contract.allowance import Allowance
from cantata.tokens.contract.context import EXPIRE_LOCK, PREAPPROVAL
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.force import ForcedTransfer
from cantata.tokens.contract.instrument import Instrument, Minting
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import Operation, TokenRules
from cantata.tokens.contract.token import Token, is_frozen
from tests.ledger.tokens.stage import cid_in, extras, meta
from tests.property.tokens.world import HOURS, OFFSETS, Draw, Made, World

DOCUMENT = "ab" * 32


def _approver(d: Draw) -> Party:
    return d.party() if d.rarely() else d.world.parties[-1]


def _pause(d: Draw) -> Made:
    of = d.id()
    on_supply = d.one(True, False)
    template: Any = Instrument if on_supply else TokenRules
    found = d.contract(template, wanted=lambda active: active.payload.instrument_id == of)
    paused = list(found.payload.paused) if found.payload is not None else []
    stop = not paused and d.one(True, False)
    allowed = [Operation.MINT, Operation.BURN] if on_supply else list(Operation)[:5]
    operation = d.one(*allowed) if stop or not paused else d.one(*paused)
    command = exercise(
        ContractId[Any](found.contract_id),
        template.set_paused,
        operations=[operation],
        paused=stop,
        reason="audit",
    )
    return Made("pause", command, (d.world.issuer,))


def _mint_many(d: Draw) -> Made:
    of = d.id()
    consents = d.world.of_any(TransferPreapproval)
    chosen = d.draw(st.lists(st.sampled_from(consents), max_size=3)) if consents else []
    rows = [
        Minting(
            receiver=d.party() if d.rarely() else consent.payload.receiver,
            amount=d.amount(),
            preapproval_cid=ContractId(consent.contract_id),
            meta=meta(),
        )
        for consent in chosen
    ]
    command = exercise(d.of(Instrument, of), Instrument.mint_many, mintings=rows, meta=meta())
    return Made("mint many", command, (d.world.issuer,))


def _freeze(d: Draw) -> Made:
    found = d.contract(Token, wanted=lambda active: active.payload.lock is None or d.rarely())
    of = found.payload.instrument_id if found.payload is not None else d.id()
    command = exercise(
        ContractId[Token](found.contract_id),
        Token.freeze,
        amount=d.amount(),
        reason="court",
        rules_cid=d.of(TokenRules, of),
    )
    return Made("freeze", command, (of.admin,))


def _unfreeze(d: Draw) -> Made:
    found = d.contract(Token, wanted=lambda active: is_frozen(active.payload))
    of = found.payload.instrument_id if found.payload is not None else d.id()
    command = exercise(
        ContractId[Token](found.contract_id),
        Token.unfreeze,
        amount=d.amount(),
        reason="lifted",
        rules_cid=d.of(TokenRules, of),
    )
    return Made("unfreeze", command, (of.admin,))


def _seize(d: Draw) -> Made:
    found = d.contract(Token)
    of = found.payload.instrument_id if found.payload is not None else d.id()
    approver = _approver(d)
    command = exercise(
        ContractId[Token](found.contract_id),
        Token.seize,
        approver=approver,
        amount=d.amount(),
        reason_code="AML",
        document_hash="" if d.rarely() else DOCUMENT,
        rules_cid=d.of(TokenRules, of),
    )
    return Made("seize", command, (of.admin, approver))


def _force(d: Draw) -> Made:
    of, owner, receiver, approver = d.id(), d.holder(), d.party(), _approver(d)
    now = d.world.ledger.now
    order = ForcedTransfer(
        owner=owner,
        receiver=receiver,
        amount=d.amount(),
        frozen=Decimal(d.one("0", "0", "1")),
        input_holding_cids=d.inputs(owner, of),
        reason_code="COURT",
        document_hash=DOCUMENT,
        requested_at=now,
        execute_before=now + RelTime(HOURS),
    )
    context = d.terms(of, of.admin, receiver)
    for consent in d.world.of_any(TransferPreapproval):
        if consent.payload.receiver == receiver:
            context[PREAPPROVAL] = cid_in(consent.contract_id)
    command = exercise(
        ContractId[TokenFactory](d.of(TokenFactory, of)),
        TokenFactory.force_transfer,
        approver=approver,
        order=order,
        extra_args=extras(context),
    )
    return Made("force", command, (of.admin, approver))


def _allocate(d: Draw) -> Made:
    of, sender, receiver, executor = d.id(), d.holder(), d.holder(), d.party()
    now = d.world.ledger.now
    settlement = allocation.SettlementInfo(
        executor=executor,
        settlement_ref=allocation.Reference(id="random", cid=None),
        requested_at=now,
        allocate_before=now + RelTime(d.one(*OFFSETS) if d.rarely() else HOURS),
        settle_before=now + RelTime(HOURS),
        meta=meta(),
    )
    leg = allocation.TransferLeg(
        sender=sender, receiver=receiver, amount=d.amount(), instrument_id=of, meta=meta()
    )
    arg = instruction.AllocationFactory_Allocate(
        expected_admin=of.admin,
        allocation=allocation.AllocationSpecification(
            settlement=settlement, transfer_leg_id="leg", transfer_leg=leg
        ),
        requested_at=now,
        input_holding_cids=d.inputs(sender, of),
        extra_args=extras(d.terms(of, sender, receiver)),
    )
    cid = ContractId[instruction.AllocationFactory](d.of(TokenFactory, of))
    choice = instruction.AllocationFactory.allocation_factory_allocate
    return Made("allocate", exercise(cid, choice, arg=arg), (sender,))


def _end_allocation(d: Draw) -> Made:
    found = d.contract(TokenAllocation)
    leg = found.payload.allocation.transfer_leg
    context = d.terms(leg.instrument_id, leg.sender, leg.receiver)
    stands = d.one(None, None, True, False)
    if stands is not None:
        context[EXPIRE_LOCK] = metadata.AV_Bool(value=stands)
    cid = ContractId[allocation.Allocation](found.contract_id)
    extra_args = extras(context)
    three = (found.payload.allocation.settlement.executor, leg.sender, leg.receiver)
    match d.one("execute", "execute", "cancel", "withdraw"):
        case "execute":
            arg: Any = allocation.Allocation_ExecuteTransfer(extra_args=extra_args)
            choice: Any = allocation.Allocation.allocation_execute_transfer
        case "cancel":
            arg = allocation.Allocation_Cancel(extra_args=extra_args)
            choice = allocation.Allocation.allocation_cancel
        case _:
            arg = allocation.Allocation_Withdraw(extra_args=extra_args)
            choice = allocation.Allocation.allocation_withdraw
            three = (leg.sender, leg.sender, leg.sender)
    return Made("end allocation", exercise(cid, choice, arg=arg), three)


def _allow(d: Draw) -> Made:
    owner = d.holder()
    payload = Allowance(
        owner=owner,
        spender=d.party(),
        instrument_id=d.id(),
        remaining=d.one(None, Decimal("5"), Decimal("25")),
        expires_at=d.one(None, None, d.world.ledger.now + RelTime(d.one(*OFFSETS))),
    )
    return Made("allow", create(payload), (owner,))


def _spend(d: Draw) -> Made:
    found = d.contract(Allowance)
    cid = ContractId[Allowance](found.contract_id)
    owner, spender = found.payload.owner, found.payload.spender
    if d.one(False, False, False, True):
        return Made("revoke", exercise(cid, Allowance.revoke), (owner,))
    of = found.payload.instrument_id
    receiver, now = d.party(), d.world.ledger.now
    transfer = standard.Transfer(
        sender=d.holder() if d.rarely() else owner,
        receiver=receiver,
        amount=d.amount(),
        instrument_id=of,
        requested_at=now,
        execute_before=now + RelTime(HOURS),
        input_holding_cids=d.inputs(owner, of),
        meta=meta(),
    )
    command = exercise(
        cid,
        Allowance.transfer,
        factory_cid=ContractId(d.of(TokenFactory, of)),
        transfer=transfer,
        extra_args=extras(d.terms(of, owner, receiver)),
    )
    return Made("spend", command, (spender,))


def _account(d: Draw) -> Made:
    found = d.contract(HolderAccount)
    cid = ContractId[HolderAccount](found.contract_id)
    frozen = found.payload.frozen != d.rarely()
    choice: Any = HolderAccount.unfreeze if frozen else HolderAccount.freeze
    return Made("account", exercise(cid, choice, reason="court"), (d.world.issuer,))


INTERVENTIONS = (_pause, *[_freeze] * 2, _seize, _force, *[_allocate] * 2, *[_allow] * 2, _account)
"""What can be done at any time."""


def following(world: World) -> list[Any]:
    """Give what can be done with what is on the ledger now."""
    makers: list[Any] = []
    if world.of_any(TokenAllocation):
        makers += [_end_allocation] * 5
    if world.of_any(Allowance):
        makers += [_spend] * 6
    if world.of_any(TransferPreapproval):
        makers += [_mint_many] * 3
    if any(is_frozen(active.payload) for active in world.of_any(Token)):
        makers += [_unfreeze] * 3
    return makers
