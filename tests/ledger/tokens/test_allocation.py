"""Allocations: funds set aside for a leg, executed by three parties or given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cantata.contracts.token_standard import allocation_instruction_v1 as instruction
from cantata.contracts.token_standard import allocation_v1 as standard
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.kernel.time import RelTime
from cantata.lang import ContractId, Decimal
from cantata.testing import Active, Command, exercise
from cantata.tokens.contract.allocation import TokenAllocation
from cantata.tokens.contract.context import EXPIRE_LOCK, RULES
from cantata.tokens.contract.rules import Operation, TokenRules
from tests.ledger.tokens.stage import HOUR, MICROSECOND, Stage, extras, meta

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"


def allocating(stage: Stage, amount: str = "120", **changes: Any) -> Command[Any]:
    """Give the command that allocates Alice's funds to a leg to Bob, which Carol settles."""
    now = stage.ledger.now
    settlement = standard.SettlementInfo(
        executor=stage.carol,
        settlement_ref=standard.Reference(id="trade-7", cid=None),
        requested_at=changes.pop("settlement_requested_at", now),
        allocate_before=changes.pop("allocate_before", now + HOUR),
        settle_before=changes.pop("settle_before", now + HOUR),
        meta=meta(),
    )
    leg = standard.TransferLeg(
        sender=stage.alice,
        receiver=stage.bob,
        amount=Decimal(amount),
        instrument_id=changes.pop("instrument_id", stage.of),
        meta=meta(reason="leg"),
    )
    fields: dict[str, Any] = {
        "expected_admin": stage.issuer,
        "allocation": standard.AllocationSpecification(
            settlement=settlement, transfer_leg_id="1", transfer_leg=leg
        ),
        "requested_at": now,
        "input_holding_cids": stage.inputs(stage.alice),
        "extra_args": extras(stage.terms(stage.alice, stage.bob)),
    }
    return exercise(
        ContractId[instruction.AllocationFactory](stage.factory),
        instruction.AllocationFactory.allocation_factory_allocate,
        arg=instruction.AllocationFactory_Allocate(**{**fields, **changes}),
    )


@pytest.fixture
def allocation(stage: Stage) -> Active[TokenAllocation]:
    """Alice has set 120 of her 150 aside for Bob."""
    stage.as_holder(stage.alice).submit(allocating(stage))
    (found,) = stage.ledger.contracts(TokenAllocation, stage.carol)
    return found


def ending(
    stage: Stage,
    allocation: Active[TokenAllocation],
    how: str,
    *,
    named: bool = True,
    said: Mapping[str, Any] | None = None,
) -> Command[Any]:
    """Give the command that executes, cancels or withdraws an allocation."""
    choices: Mapping[str, tuple[Any, Any]] = {
        "execute": (
            standard.Allocation.allocation_execute_transfer,
            standard.Allocation_ExecuteTransfer,
        ),
        "cancel": (standard.Allocation.allocation_cancel, standard.Allocation_Cancel),
        "withdraw": (standard.Allocation.allocation_withdraw, standard.Allocation_Withdraw),
    }
    choice, arg = choices[how]
    context = stage.terms(stage.alice, stage.bob) if named and how == "execute" else said or {}
    cid = ContractId[standard.Allocation](allocation.contract_id)
    return exercise(cid, choice, arg=arg(extra_args=extras(context, meta(reason="end"))))


STANDS = {EXPIRE_LOCK: metadata.AV_Bool(value=True)}
GONE = {EXPIRE_LOCK: metadata.AV_Bool(value=False)}


def trio(stage: Stage, allocation: Active[TokenAllocation]) -> Any:
    """Act as executor, sender and receiver."""
    shown = [stage.rules, allocation.payload.locked_cid]
    return stage.acting(stage.carol, stage.alice, stage.bob, using=shown)


def test_funds_are_locked_until_the_settlement(
    stage: Stage, allocation: Active[TokenAllocation]
) -> None:
    assert stage.amounts(stage.alice) == ["30", "120 locked"]
    (locked,) = (a for a in stage.tokens(stage.alice) if a.payload.lock)
    assert locked.payload.lock == holding.Lock(
        holders=[stage.issuer],
        expires_at=stage.ledger.now + HOUR,
        expires_after=None,
        context=f"leg 1 of trade-7 by {stage.carol}",
    )
    view = allocation.payload.allocation_view()
    assert view.holding_cids == [locked.contract_id]


def test_three_parties_execute(stage: Stage, allocation: Active[TokenAllocation]) -> None:
    trio(stage, allocation).submit(ending(stage, allocation, "execute"))
    assert stage.amounts(stage.bob) == ["120"]
    assert stage.amounts(stage.alice) == ["30"]
    said = stage.result_of("Allocation_ExecuteTransfer")
    assert said["meta"]["values"]["splice.lfdecentralizedtrust.org/tx-kind"] == "transfer"
    assert said["meta"]["values"]["splice.lfdecentralizedtrust.org/sender"] == stage.alice


@pytest.mark.parametrize("how", ["cancel", "withdraw"])
def test_funds_go_back(stage: Stage, allocation: Active[TokenAllocation], how: str) -> None:
    by = trio(stage, allocation) if how == "cancel" else stage.acting(stage.alice)
    by.submit(ending(stage, allocation, how))
    assert stage.amounts(stage.alice) == ["30", "120"]


@pytest.mark.parametrize("how", ["execute", "cancel"])
def test_all_three_are_needed(stage: Stage, allocation: Active[TokenAllocation], how: str) -> None:
    shown = [stage.rules, allocation.payload.locked_cid, ContractId(allocation.contract_id)]
    for parties in (
        (stage.carol, stage.alice),
        (stage.carol, stage.bob),
        (stage.alice, stage.bob),
        (stage.issuer,),
    ):
        someone = stage.acting(*parties, using=shown)
        someone.submit_must_fail(UNAUTHORIZED, ending(stage, allocation, how))


def test_the_sender_alone_withdraws(stage: Stage, allocation: Active[TokenAllocation]) -> None:
    shown = [allocation.payload.locked_cid, ContractId(allocation.contract_id)]
    for party in (stage.bob, stage.carol, stage.issuer):
        someone = stage.acting(party, using=shown)
        someone.submit_must_fail(UNAUTHORIZED, ending(stage, allocation, "withdraw"))


def test_it_is_executed_before_the_deadline(
    stage: Stage, allocation: Active[TokenAllocation]
) -> None:
    stage.ledger.advance(RelTime(HOUR.microseconds - 1))
    with stage.ledger.anchor():
        trio(stage, allocation).submit(ending(stage, allocation, "execute"))
    stage.ledger.advance(MICROSECOND)
    late = ending(stage, allocation, "execute")
    trio(stage, allocation).submit_must_fail("tokens/settlement-expired", late)
    trio(stage, allocation).submit(ending(stage, allocation, "cancel"))


@pytest.mark.parametrize("how", ["cancel", "withdraw"])
def test_what_an_expired_lock_held_may_be_used_before_the_end(
    stage: Stage, allocation: Active[TokenAllocation], how: str
) -> None:
    """The allocation ends all the same; saying that the lock is gone too early loses nothing."""
    by = trio(stage, allocation)
    early = ending(stage, allocation, how, said=GONE)
    by.submit_must_fail("tokens/settlement-not-expired", early)
    stage.ledger.advance(HOUR)
    stage.send(stage.transfer(stage.alice, stage.alice, "150"))
    assert stage.amounts(stage.alice) == ["150"]
    gone = stage.acting(stage.carol, stage.alice, stage.bob)
    for said in ({}, STANDS):
        gone.submit_must_fail("CONTRACT_NOT_FOUND", ending(stage, allocation, how, said=said))
    wrong = ending(stage, allocation, how, said={EXPIRE_LOCK: metadata.AV_Text("no")})
    gone.submit_must_fail("tokens/context-malformed", wrong)
    gone.submit(ending(stage, allocation, how, said=GONE))
    assert stage.ledger.contracts(TokenAllocation, stage.alice) == []
    assert stage.amounts(stage.alice) == ["150"]


@pytest.mark.parametrize("operation", [Operation.ALLOCATE, Operation.SETTLE])
def test_allocating_and_settling_are_paused_apart(
    stage: Stage, allocation: Active[TokenAllocation], operation: Operation
) -> None:
    pause = exercise(
        stage.rules, TokenRules.set_paused, operations=[operation], paused=True, reason="audit"
    )
    stage.acting(stage.issuer).submit(pause)
    inputs: Any = [ContractId(a.contract_id) for a in stage.tokens(stage.alice)][:1]
    more = allocating(stage, "10", input_holding_cids=inputs)
    execute = ending(stage, allocation, "execute")
    if operation is Operation.ALLOCATE:
        stage.as_holder(stage.alice).submit_must_fail("tokens/paused", more)
        trio(stage, allocation).submit(execute)
    else:
        stage.as_holder(stage.alice).submit(more)
        trio(stage, allocation).submit_must_fail("tokens/paused", execute)
        stage.acting(stage.alice).submit(ending(stage, allocation, "withdraw"))


def test_executing_names_the_rules(stage: Stage, allocation: Active[TokenAllocation]) -> None:
    command = ending(stage, allocation, "execute", named=False)
    error = trio(stage, allocation).submit_must_fail("tokens/context-missing", command)
    assert error.context["key"] == RULES


@pytest.mark.parametrize(
    "amount, refusal",
    [
        ("0", "tokens/amount-not-positive"),
        ("0.001", "tokens/too-precise"),
        ("150.01", "tokens/insufficient-funds"),
    ],
)
def test_amounts_are_checked(stage: Stage, amount: str, refusal: str) -> None:
    stage.as_holder(stage.alice).submit_must_fail(refusal, allocating(stage, amount))


def test_times_and_inputs_are_checked(stage: Stage) -> None:
    now, alice = stage.ledger.now, stage.as_holder(stage.alice)
    for changes, refusal in (
        ({"requested_at": now + MICROSECOND}, "tokens/requested-in-future"),
        ({"settlement_requested_at": now + MICROSECOND}, "tokens/requested-in-future"),
        ({"allocate_before": now}, "tokens/deadline-passed"),
        ({"settle_before": now + MICROSECOND}, "tokens/deadlines-out-of-order"),
        ({"input_holding_cids": []}, "tokens/no-inputs"),
        ({"expected_admin": stage.bob}, "tokens/other-admin"),
        (
            {"instrument_id": holding.InstrumentId(admin=stage.issuer, id="EUR")},
            "tokens/other-instrument",
        ),
    ):
        alice.submit_must_fail(refusal, allocating(stage, **changes))


def test_the_sender_alone_allocates(stage: Stage) -> None:
    for party in (stage.bob, stage.carol):
        someone = stage.acting(party, using=[stage.factory, stage.rules])
        someone.submit_must_fail(UNAUTHORIZED, allocating(stage))


def test_sender_executor_and_admin_see_it(
    stage: Stage, allocation: Active[TokenAllocation]
) -> None:
    for party in (stage.alice, stage.carol, stage.issuer):
        assert len(stage.ledger.contracts(TokenAllocation, party)) == 1
    assert stage.ledger.contracts(TokenAllocation, stage.bob) == []
    (seen,) = (u for u in stage.ledger.seen_by(stage.carol) if u.offset == stage.last.offset)
    assert "30.0" not in repr(seen)
    assert allocation.payload is not None


def test_public_fetch_shows_the_admin(stage: Stage) -> None:
    carol = stage.acting(stage.carol, using=[stage.factory])
    choice = instruction.AllocationFactory.allocation_factory_public_fetch
    cid = ContractId[instruction.AllocationFactory](stage.factory)
    right = instruction.AllocationFactory_PublicFetch(
        expected_admin=stage.issuer, actor=stage.carol
    )
    assert carol.exercise(cid, choice, arg=right).admin == stage.issuer
    wrong = instruction.AllocationFactory_PublicFetch(expected_admin=stage.bob, actor=stage.carol)
    carol.submit_must_fail("tokens/other-admin", exercise(cid, choice, arg=wrong))
