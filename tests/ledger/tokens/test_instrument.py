"""The instrument: its terms, minting, burning, and both at once through the standard's factory."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import burn_mint_v1 as burn_mint
from cantata.contracts.token_standard import holding_v1 as holding
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.lang import Decimal
from cantata.testing import Ledger, create, exercise
from cantata.tokens.contract.context import INSTRUMENT
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.stage import UNKNOWN, Stage, cid_in, instrument, meta

PRECONDITION = "TEMPLATE_PRECONDITION_VIOLATED"


@pytest.mark.parametrize(
    "wrong",
    [
        {"symbol": ""},
        {"decimals": -1},
        {"decimals": 11},
        {"decimals": 2**62},
        {"supply": Decimal("-1")},
        {"supply": Decimal("1.001")},
        {"supply": Decimal("101"), "cap": "100"},
        {"cap": "-1"},
    ],
)
def test_illegal_terms_are_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    terms = instrument(stage.of, **wrong)
    stage.acting(stage.issuer).submit_must_fail(PRECONDITION, create(terms))


def test_an_instrument_has_an_id(stage: Stage) -> None:
    nameless = holding.InstrumentId(admin=stage.issuer, id="")
    issuer = stage.acting(stage.issuer)
    issuer.submit_must_fail(PRECONDITION, create(instrument(nameless)))
    rules = TokenRules(instrument_id=nameless, decimals=2)
    issuer.submit_must_fail(PRECONDITION, create(rules))
    issuer.submit_must_fail(PRECONDITION, create(TokenFactory(instrument_id=nameless)))


@pytest.mark.parametrize("decimals", [-1, 11])
def test_rules_have_legal_decimals(stage: Stage, decimals: int) -> None:
    rules = TokenRules(instrument_id=stage.of, decimals=decimals)
    stage.acting(stage.issuer).submit_must_fail(PRECONDITION, create(rules))


@pytest.mark.parametrize("decimals", range(11))
def test_each_number_of_decimals_is_held_to(token_ledger: Ledger, decimals: int) -> None:
    with token_ledger.anchor():
        stage = Stage.on(token_ledger, decimals=decimals)
        least = "1" if decimals == 0 else f"0.{'0' * (decimals - 1)}1"
        stage.mint(stage.alice, least)
        assert stage.tokens(stage.alice)[0].payload.amount == Decimal(least)
        if decimals < 10:
            finer = f"1.{'0' * decimals}1"
            both = stage.acting(stage.issuer, stage.alice)
            both.submit_must_fail("tokens/too-precise", stage.minting(stage.alice, finer))


def test_mint_adds_to_holdings_and_supply(stage: Stage) -> None:
    stage.mint(stage.bob, "0.01")
    assert stage.amounts(stage.bob) == ["0.01"]
    assert stage.instrument.payload.supply == Decimal("150.01")


@pytest.mark.parametrize(
    "amount, refusal",
    [
        ("0", "tokens/amount-not-positive"),
        ("-5", "tokens/amount-not-positive"),
        ("0.005", "tokens/too-precise"),
        ("999850.01", "tokens/cap-exceeded"),
    ],
)
def test_mint_refuses_amounts(stage: Stage, amount: str, refusal: str) -> None:
    both = stage.acting(stage.issuer, stage.bob)
    both.submit_must_fail(refusal, stage.minting(stage.bob, amount))


def test_mint_goes_up_to_the_cap(stage: Stage) -> None:
    stage.mint(stage.bob, "999850")
    assert stage.instrument.payload.supply == Decimal("1000000")


def test_supply_without_cap_ends_where_decimals_do(token_ledger: Ledger) -> None:
    with token_ledger.anchor():
        stage = Stage.on(token_ledger, decimals=10, cap=None)
        stage.mint(stage.alice, "9999999999999999999999999999.9999999999")
        error = stage.acting(stage.issuer, stage.alice).submit_must_fail(
            "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError",
            stage.minting(stage.alice, "0.0000000001"),
        )
        assert error.code == "DAML_FAILURE"


def test_mint_needs_admin_and_receiver(stage: Stage) -> None:
    minting = stage.minting(stage.bob, "1")
    stage.acting(stage.issuer).submit_must_fail("DAML_AUTHORIZATION_ERROR", minting)
    stage.as_holder(stage.bob).submit_must_fail("DAML_AUTHORIZATION_ERROR", minting)
    outsiders = stage.acting(stage.alice, stage.bob, using=[stage.instrument.contract_id])
    outsiders.submit_must_fail("DAML_AUTHORIZATION_ERROR", minting)


def test_burn_takes_an_amount_and_gives_change(stage: Stage) -> None:
    stage.as_holder(stage.alice).submit(stage.burning(stage.alice, "120.5"))
    assert stage.amounts(stage.alice) == ["29.5"]
    assert stage.instrument.payload.supply == Decimal("29.5")


def test_burn_of_all_leaves_nothing(stage: Stage) -> None:
    stage.as_holder(stage.alice).submit(stage.burning(stage.alice, "150"))
    assert stage.amounts(stage.alice) == []
    assert stage.instrument.payload.supply == Decimal("0")


@pytest.mark.parametrize(
    "amount, refusal",
    [
        ("0", "tokens/amount-not-positive"),
        ("-1", "tokens/amount-not-positive"),
        ("1.001", "tokens/too-precise"),
        ("150.01", "tokens/insufficient-funds"),
    ],
)
def test_burn_refuses_amounts(stage: Stage, amount: str, refusal: str) -> None:
    stage.as_holder(stage.alice).submit_must_fail(refusal, stage.burning(stage.alice, amount))


def test_nobody_burns_what_is_not_theirs(stage: Stage) -> None:
    inputs = stage.inputs(stage.alice)
    bob = stage.as_holder(stage.bob, *inputs)
    theirs = stage.burning(stage.bob, "10", inputs)
    bob.submit_must_fail("DAML_AUTHORIZATION_ERROR", theirs)
    bob.submit_must_fail("DAML_AUTHORIZATION_ERROR", stage.burning(stage.alice, "10", inputs))
    shown = [stage.instrument.contract_id, stage.rules]
    both = stage.acting(stage.alice, stage.bob, using=shown)
    both.submit_must_fail("DAML_AUTHORIZATION_ERROR", theirs)


def test_burn_mint_replaces_holdings(stage: Stage) -> None:
    command = stage.burn_minting(
        stage.inputs(stage.alice),
        [(stage.alice, "90"), (stage.bob, "10")],
        actors=[stage.alice, stage.bob],
    )
    done = stage.acting(stage.issuer, stage.alice, stage.bob).submit(command)
    result: burn_mint.BurnMintFactory_BurnMintResult = done.results[0]
    made = [stage.tokens(party)[0].contract_id for party in (stage.alice, stage.bob)]
    assert result.output_cids == made
    assert stage.amounts(stage.alice) == ["90"]
    assert stage.amounts(stage.bob) == ["10"]
    assert stage.instrument.payload.supply == Decimal("100")


def test_burn_mint_needs_every_owner(stage: Stage) -> None:
    inputs = stage.inputs(stage.alice)
    burning = stage.burn_minting(inputs, [], actors=[])
    stage.acting(stage.issuer).submit_must_fail("DAML_AUTHORIZATION_ERROR", burning)
    minting = stage.burn_minting([], [(stage.bob, "1")], actors=[stage.alice])
    both = stage.acting(stage.issuer, stage.alice)
    both.submit_must_fail("DAML_AUTHORIZATION_ERROR", minting)
    as_holder = stage.as_holder(stage.alice)
    whole = stage.burn_minting(inputs, [(stage.alice, "150")], actors=[stage.alice])
    as_holder.submit_must_fail("DAML_AUTHORIZATION_ERROR", whole)


@pytest.mark.parametrize(
    "changes, refusal",
    [
        ({"context": {}}, "tokens/context-missing"),
        ({"context": {INSTRUMENT: metadata.AV_Text("x")}}, "tokens/context-malformed"),
        ({"context": {INSTRUMENT: cid_in(UNKNOWN)}}, "CONTRACT_NOT_FOUND"),
        ({"outputs": [("0",)]}, "tokens/amount-not-positive"),
        ({"outputs": [("0.001",)]}, "tokens/too-precise"),
        ({"outputs": [("1000000",)]}, "tokens/cap-exceeded"),
        ({"outputs": [("1",)] * 101}, "tokens/too-many-inputs"),
    ],
)
def test_burn_mint_refuses(stage: Stage, changes: dict[str, Any], refusal: str) -> None:
    outputs = [(stage.alice, amount) for (amount,) in changes.pop("outputs", [])]
    command = stage.burn_minting([], outputs, actors=[stage.alice], **changes)
    stage.acting(stage.issuer, stage.alice).submit_must_fail(refusal, command)


def test_burn_mint_is_for_the_expected_admin_and_instrument(stage: Stage) -> None:
    both = stage.acting(stage.issuer, stage.alice)
    other = holding.InstrumentId(admin=stage.issuer, id="EUR")
    for changes, refusal in (
        ({"expected_admin": stage.bob}, "tokens/other-admin"),
        ({"instrument_id": other}, "tokens/other-instrument"),
    ):
        command = stage.burn_minting([], [], actors=[stage.alice], **changes)
        both.submit_must_fail(refusal, command)


def test_burn_mint_of_a_wrong_contract_is_refused(stage: Stage) -> None:
    context = {INSTRUMENT: cid_in(stage.rules)}
    command = stage.burn_minting([], [], actors=[], context=context)
    stage.acting(stage.issuer).submit_must_fail("WRONGLY_TYPED_CONTRACT", command)


def test_burn_mint_takes_no_other_instrument(stage: Stage) -> None:
    euro = holding.InstrumentId(admin=stage.issuer, id="EUR")
    foreign = Token(instrument_id=euro, owner=stage.alice, amount=Decimal("5"), lock=None)
    both = stage.acting(stage.issuer, stage.alice)
    cid = both.create(foreign)
    command = stage.burn_minting([cid], [], actors=[stage.alice])
    both.submit_must_fail("tokens/other-instrument", command)


def test_direct_burn_mint_needs_the_admin_among_the_actors(stage: Stage) -> None:
    command = exercise(
        stage.instrument.contract_id,
        Instrument.burn_mint,
        actors=[stage.alice],
        input_holding_cids=[],
        outputs=[],
    )
    stage.as_holder(stage.alice).submit_must_fail("tokens/admin-missing", command)
    nobody = exercise(
        stage.instrument.contract_id,
        Instrument.burn_mint,
        actors=[],
        input_holding_cids=[],
        outputs=[],
    )
    stage.as_holder(stage.alice).submit_must_fail("DAML_AUTHORIZATION_ERROR", nobody)


def test_admin_alone_archives_instrument_and_rules(stage: Stage) -> None:
    for owner in (stage.alice, stage.bob):
        holder = stage.as_holder(owner)
        for cid, template in (
            (stage.instrument.contract_id, Instrument),
            (stage.rules, TokenRules),
            (stage.factory, TokenFactory),
        ):
            with pytest.raises(Exception, match="requires authorizers"):
                holder.archive(cid, template)
    issuer = stage.acting(stage.issuer)
    issuer.archive(stage.rules, TokenRules)
    issuer.archive(stage.factory, TokenFactory)
    issuer.archive(stage.instrument.contract_id, Instrument)


def test_public_fetch_shows_the_admin(stage: Stage) -> None:
    bob = stage.acting(stage.bob, using=[stage.factory, stage.rules])
    choice = burn_mint.BurnMintFactory.burn_mint_factory_public_fetch
    right = burn_mint.BurnMintFactory_PublicFetch(expected_admin=stage.issuer, actor=stage.bob)
    factory: Any = stage.factory
    assert bob.exercise(factory, choice, arg=right) == burn_mint.BurnMintFactoryView(
        admin=stage.issuer, meta=meta()
    )
    wrong = burn_mint.BurnMintFactory_PublicFetch(expected_admin=stage.bob, actor=stage.bob)
    bob.submit_must_fail("tokens/other-admin", exercise(factory, choice, arg=wrong))
