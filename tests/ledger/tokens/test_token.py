"""Holdings themselves: taking, unlocking, splitting, and who may make or end one by hand."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.lang import ContractId, Decimal, RelTime, Time
from cantata.testing import Active, Command, archive, create, exercise
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import HOUR, MICROSECOND, Stage, extras, meta

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"


def token(stage: Stage, amount: str, lock: holding.Lock | None = None) -> Token:
    """Give a holding of Alice."""
    return Token(instrument_id=stage.of, owner=stage.alice, amount=Decimal(amount), lock=lock)


def lock(
    stage: Stage, expires_at: Time | None, expires_after: RelTime | None = None
) -> holding.Lock:
    """Give a lock of the issuer."""
    return holding.Lock(
        holders=[stage.issuer], expires_at=expires_at, expires_after=expires_after, context=None
    )


def unlock(cid: ContractId[Any]) -> Command[Any]:
    """Give the command that takes a lock off."""
    return exercise(ContractId[Token](cid), Token.unlock, meta=meta(reason="free again"))


def first(stage: Stage) -> Active[Token]:
    """Give Alice's first holding."""
    return stage.tokens(stage.alice)[0]


@pytest.mark.parametrize("amount", ["0", "-0.01"])
def test_no_holding_of_nothing(stage: Stage, amount: str) -> None:
    both = stage.acting(stage.issuer, stage.alice)
    both.submit_must_fail("TEMPLATE_PRECONDITION_VIOLATED", create(token(stage, amount)))


def test_a_holding_is_made_and_ended_by_both_signatures_only(stage: Stage) -> None:
    made, ended = create(token(stage, "5")), archive(first(stage).contract_id, Token)
    through_interface = archive(first(stage).contract_id, holding.Holding)
    for party in (stage.issuer, stage.alice):
        for command in (made, ended, through_interface):
            stage.acting(party).submit_must_fail(UNAUTHORIZED, command)
    both = stage.acting(stage.issuer, stage.alice)
    both.submit(made)
    both.submit(through_interface)
    assert stage.amounts(stage.alice) == ["50", "5"]


def test_taking_needs_both(stage: Stage) -> None:
    command = exercise(
        first(stage).contract_id,
        Token.take,
        owner=stage.alice,
        instrument_id=stage.of,
        release=True,
    )
    for party in (stage.issuer, stage.alice):
        stage.acting(party).submit_must_fail(UNAUTHORIZED, command)
    assert stage.acting(stage.issuer, stage.alice).submit(command).results == (Decimal("100"),)


def test_a_free_holding_cannot_be_unlocked(stage: Stage) -> None:
    command = unlock(first(stage).contract_id)
    stage.acting(stage.alice).submit_must_fail("tokens/not-locked", command)


def test_a_lock_ends_at_its_expiry(stage: Stage) -> None:
    both = stage.acting(stage.issuer, stage.alice)
    cid = both.create(token(stage, "5", lock(stage, stage.ledger.now + HOUR)))
    stage.ledger.advance(HOUR + -MICROSECOND)
    alice = stage.acting(stage.alice)
    error = alice.submit_must_fail("tokens/locked", unlock(cid))
    assert "until" in error.context
    stage.ledger.advance(MICROSECOND)
    stage.acting(stage.issuer).submit_must_fail(UNAUTHORIZED, unlock(cid))
    alice.submit(unlock(cid))
    assert stage.amounts(stage.alice) == ["100", "50", "5"]


@pytest.mark.parametrize("after", [None, RelTime(0)])
def test_a_lock_without_a_point_of_expiry_stands(stage: Stage, after: RelTime | None) -> None:
    both = stage.acting(stage.issuer, stage.alice)
    cid = both.create(token(stage, "5", lock(stage, None, after)))
    stage.ledger.advance(HOUR)
    stage.acting(stage.alice).submit_must_fail("tokens/locked", unlock(cid))


def splitting(stage: Stage, amounts: list[str], inputs: Any = None) -> Command[Any]:
    """Give the command by which Alice rearranges her holdings."""
    return exercise(
        stage.factory,
        TokenFactory.split,
        owner=stage.alice,
        input_holding_cids=stage.inputs(stage.alice) if inputs is None else inputs,
        amounts=[Decimal(amount) for amount in amounts],
        extra_args=extras(stage.terms(stage.alice, stage.alice), meta(reason="tidy")),
    )


@pytest.mark.parametrize(
    "amounts, after",
    [
        (["40", "60"], ["40", "60", "50"]),
        (["150"], ["150"]),
        (["0.01", "149.99"], ["0.01", "149.99"]),
        ([], ["150"]),
    ],
)
def test_split_gives_the_amounts_and_a_rest(
    stage: Stage, amounts: list[str], after: list[str]
) -> None:
    done = stage.as_holder(stage.alice).submit(splitting(stage, amounts))
    assert stage.amounts(stage.alice) == after
    made = [active.contract_id for active in stage.tokens(stage.alice)]
    assert done.results[0].holding_cids == made


@pytest.mark.parametrize(
    "amounts, refusal",
    [
        (["0"], "tokens/amount-not-positive"),
        (["10", "-10"], "tokens/amount-not-positive"),
        (["0.001"], "tokens/too-precise"),
        (["100", "50.01"], "tokens/insufficient-funds"),
        (["1"] * 101, "tokens/too-many-outputs"),
    ],
)
def test_split_refuses_amounts(stage: Stage, amounts: list[str], refusal: str) -> None:
    stage.as_holder(stage.alice).submit_must_fail(refusal, splitting(stage, amounts))


def test_split_is_the_owner_s(stage: Stage) -> None:
    inputs = stage.inputs(stage.alice)
    command = splitting(stage, ["1"])
    for party in (stage.bob, stage.issuer):
        other = stage.as_holder(party, *inputs)
        other.submit_must_fail(UNAUTHORIZED, command)


def test_split_takes_free_holdings(stage: Stage) -> None:
    offer = stage.offer(stage.alice, stage.bob, "20")
    command = splitting(stage, ["1"], [offer.payload.locked_cid])
    stage.as_holder(stage.alice).submit_must_fail("tokens/locked", command)


def test_views_show_holdings_as_the_standard_does(stage: Stage) -> None:
    offer = stage.offer(stage.alice, stage.bob, "20")
    views = stage.ledger.views(holding.Holding, stage.alice)
    assert sorted(str(view.amount) for view in views.values()) == ["130.0", "20.0"]
    shown = views[ContractId[Any](offer.payload.locked_cid)]
    assert shown.owner == stage.alice
    assert shown.instrument_id == stage.of
    assert shown.lock is not None
    assert shown.meta == meta()
