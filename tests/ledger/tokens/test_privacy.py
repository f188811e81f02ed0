"""What each party of a flow sees of it: every node in full, the creates and archives at stake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cantata.lang import Party
from cantata.sandbox.engine import Shape
from cantata.sandbox.engine.projection import ArchivedEvent, CreatedEvent, ExercisedEvent
from cantata.testing import exercise
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import HOUR, Stage, meta, reject, update, withdraw

TAKE, SPENT = "Token_Take", "-Token"


def said(event: object) -> str:
    """Put an event in a word: a choice, +Template created, -Template archived; ~ if witnessed."""
    if isinstance(event, ExercisedEvent):
        return event.exercise.choice
    if isinstance(event, ArchivedEvent):
        return f"-{event.template.name}"
    assert isinstance(event, CreatedEvent)
    at_stake = set(event.witnesses) & event.contract.stakeholders
    return f"{'+' if at_stake else '~'}{event.contract.template.name}"


def seen(stage: Stage, party: Party, shape: Shape) -> list[str]:
    """Give what a party sees of the last update."""
    found = [
        seen for seen in stage.ledger.seen_by(party, shape) if seen.offset == stage.last.offset
    ]
    return [said(event) for update in found for event in update.events]


def both(stage: Stage, party: Party) -> tuple[list[str], list[str]]:
    """Give what a party sees of the last update in both shapes."""
    effects = seen(stage, party, Shape.LEDGER_EFFECTS)
    return effects, seen(stage, party, Shape.ACS_DELTA)


NOTHING: tuple[list[str], list[str]] = ([], [])


def test_mint(stage: Stage) -> None:
    stage.mint(stage.bob, "5")
    assert both(stage, stage.issuer) == (
        ["Instrument_Mint", "+Token", "+Instrument"],
        ["-Instrument", "+Token", "+Instrument"],
    )
    assert both(stage, stage.bob) == (
        ["Instrument_Mint", "+Token", "~Instrument"],
        ["+Token"],
    )
    assert both(stage, stage.alice) == NOTHING


def test_burn(stage: Stage) -> None:
    stage.as_holder(stage.alice).submit(stage.burning(stage.alice, "120"))
    effects = ["Instrument_Burn", TAKE, TAKE, "+Token", "+Instrument"]
    assert both(stage, stage.issuer) == (
        effects,
        ["-Instrument", SPENT, SPENT, "+Token", "+Instrument"],
    )
    assert both(stage, stage.alice) == (
        ["Instrument_Burn", TAKE, TAKE, "+Token", "~Instrument"],
        [SPENT, SPENT, "+Token"],
    )
    assert both(stage, stage.bob) == NOTHING


def test_transfer_to_oneself(stage: Stage) -> None:
    stage.send(stage.transfer(stage.alice, stage.alice, "150"))
    for party in (stage.alice, stage.issuer):
        assert both(stage, party) == (
            ["TransferFactory_Transfer", TAKE, TAKE, "+Token"],
            [SPENT, SPENT, "+Token"],
        )
    assert both(stage, stage.bob) == NOTHING


def test_direct_transfer_hides_the_sender_s_other_funds(stage: Stage) -> None:
    stage.send(stage.transfer(stage.alice, stage.bob, "120"), stage.preapprove(stage.bob))
    effects = [
        "TransferFactory_Transfer",
        TAKE,
        TAKE,
        "+Token",
        "+Token",
        "TransferPreapproval_Send",
        TAKE,
    ]
    assert both(stage, stage.alice) == ([*effects, "~Token"], [SPENT, SPENT, "+Token"])
    assert both(stage, stage.issuer) == ([*effects, "+Token"], [SPENT, SPENT, "+Token", "+Token"])
    assert both(stage, stage.bob) == (["TransferPreapproval_Send", TAKE, "+Token"], ["+Token"])
    assert both(stage, stage.carol) == NOTHING
    (shown,) = (
        found.events
        for found in stage.ledger.seen_by(stage.bob)
        if found.offset == stage.last.offset
    )
    assert "30.0" not in repr(shown)
    assert "150.0" not in repr(shown)


def test_offer_shows_the_receiver_the_offer_alone(stage: Stage) -> None:
    stage.offer(stage.alice, stage.bob, "120")
    effects = ["TransferFactory_Transfer", TAKE, TAKE, "+Token", "+Token"]
    for party in (stage.alice, stage.issuer):
        assert both(stage, party) == (
            [*effects, "+TransferOffer"],
            [SPENT, SPENT, "+Token", "+Token", "+TransferOffer"],
        )
    assert both(stage, stage.bob) == (["+TransferOffer"], ["+TransferOffer"])
    assert both(stage, stage.carol) == NOTHING


def test_accept(stage: Stage) -> None:
    offer = stage.offer(stage.alice, stage.bob, "120")
    stage.answer(stage.bob, offer).submit(stage.accepting(offer))
    effects = ["TransferInstruction_Accept", TAKE]
    gone = ["-TransferOffer", SPENT]
    assert both(stage, stage.issuer) == ([*effects, "+Token"], [*gone, "+Token"])
    assert both(stage, stage.alice) == ([*effects, "~Token"], gone)
    assert both(stage, stage.bob) == ([*effects, "+Token"], ["-TransferOffer", "+Token"])
    assert both(stage, stage.carol) == NOTHING


@pytest.mark.parametrize("answer, by", [(reject, "bob"), (withdraw, "alice"), (update, "issuer")])
def test_funds_that_go_back(stage: Stage, answer: Callable[..., Any], by: str) -> None:
    offer = stage.offer(stage.alice, stage.bob, "120")
    if by == "issuer":
        stage.ledger.advance(HOUR)
    stage.answer(getattr(stage, by), offer).submit(answer(offer))
    choice = answer(offer).compile(stage.ledger.catalog.ref).choice
    effects = [choice, TAKE]
    for party in (stage.issuer, stage.alice):
        assert both(stage, party) == (
            [*effects, "+Token"],
            ["-TransferOffer", SPENT, "+Token"],
        )
    assert both(stage, stage.bob) == ([*effects, "~Token"], ["-TransferOffer"])
    assert both(stage, stage.carol) == NOTHING


def test_preapproval(stage: Stage) -> None:
    stage.preapprove(stage.bob)
    for party in (stage.issuer, stage.bob):
        assert both(stage, party) == (
            ["TokenFactory_Preapprove", "+TransferPreapproval"],
            ["+TransferPreapproval"],
        )
    assert both(stage, stage.alice) == NOTHING


def test_unlock(stage: Stage) -> None:
    offer = stage.offer(stage.alice, stage.bob, "120")
    stage.ledger.advance(HOUR)
    command = exercise(offer.payload.locked_cid, Token.unlock, meta=meta())
    stage.acting(stage.alice).submit(command)
    for party in (stage.issuer, stage.alice):
        assert both(stage, party) == (["Token_Unlock", "+Token"], [SPENT, "+Token"])
    assert both(stage, stage.bob) == NOTHING


def test_burn_mint_shows_all_its_owners_all_of_it(stage: Stage) -> None:
    command = stage.burn_minting(
        stage.inputs(stage.alice), [(stage.bob, "10")], actors=[stage.alice, stage.bob]
    )
    stage.acting(stage.issuer, stage.alice, stage.bob).submit(command)
    effects = ["BurnMintFactory_BurnMint", "Instrument_BurnMint", TAKE, TAKE]
    assert both(stage, stage.alice) == (
        [*effects, "~Token", "~Instrument"],
        [SPENT, SPENT],
    )
    assert both(stage, stage.bob) == ([*effects, "+Token", "~Instrument"], ["+Token"])
    assert both(stage, stage.carol) == NOTHING


def test_only_submitters_see_the_command_id(stage: Stage) -> None:
    stage.send(stage.transfer(stage.alice, stage.bob, "120"), stage.preapprove(stage.bob))
    known = {
        party: stage.ledger.seen_by(party)[-1].command_id
        for party in (stage.alice, stage.bob, stage.issuer)
    }
    assert known == {stage.alice: stage.last.command_id, stage.bob: "", stage.issuer: ""}
    assert stage.last.command_id
