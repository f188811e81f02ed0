"""Strategies give payloads and arguments of any template and choice, and only legal ones."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.contracts.token_standard import burn_mint_v1 as burn_mint
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.errors import CantataError
from cantata.lang import Choice, ContractId
from cantata.lf.codec import JsonCodec
from cantata.lf.runtime.errors import InternalError
from cantata.testing import Ledger, create, exercise
from cantata.testing.catalog import NotLoaded
from cantata.testing.names import names_of
from cantata.testing.strategies import PARTIES, Sizes, arguments, contracts
from cantata.tokens.contract.account import HolderAccount
from cantata.tokens.contract.allowance import Allowance
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.offer import TransferOffer
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token
from tests.unit.testing.everything import Everything

TEMPLATES = (
    Allowance,
    HolderAccount,
    Instrument,
    Token,
    TokenFactory,
    TokenRules,
    TransferOffer,
    TransferPreapproval,
)
CHOICES: tuple[Choice[Any, ..., Any], ...] = (
    Instrument.mint,
    Instrument.burn,
    Instrument.burn_mint,
    Instrument.mint_many,
    Instrument.set_paused,
    TokenRules.set_paused,
    TokenRules.amend,
    TokenFactory.split,
    TokenFactory.preapprove,
    TokenFactory.transfer,
    TokenFactory.force_transfer,
    Token.take,
    Token.unlock,
    Token.freeze,
    Token.unfreeze,
    Token.seize,
    HolderAccount.freeze,
    HolderAccount.recover,
    Allowance.transfer,
    TransferPreapproval.send,
    TransferPreapproval.cancel,
    standard.TransferFactory.transfer_factory_transfer,
    standard.TransferInstruction.transfer_instruction_update,
    burn_mint.BurnMintFactory.burn_mint_factory_burn_mint,
)
SIZES = Sizes(items_max=2, text_max=4)
KNOWN = f"00{'ab' * 32}ca121220{'cd' * 32}"


@cache
def ledger() -> Ledger:
    return Ledger("cantata.tokens.contract")


@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=15)
@given(data=st.data())
def test_any_payload_is_created_or_refused(template: Any, data: st.DataObject) -> None:
    payload = data.draw(contracts(ledger(), template, sizes=SIZES))
    assert isinstance(payload, template)
    act = ledger().acting(*{*payload.signatories(), *payload.observers()})
    with ledger().anchor():
        try:
            act.submit(create(payload))
            accepted = True
        except CantataError as error:
            assert error.code == "TEMPLATE_PRECONDITION_VIOLATED"  # noqa: PT017 - either is right
            accepted = False
        assert accepted == payload.ensure()


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: names_of(choice).name)
@settings(max_examples=15)
@given(data=st.data())
def test_any_arguments_are_legal(choice: Choice[Any, ..., Any], data: st.DataObject) -> None:
    drawn = data.draw(arguments(ledger(), choice, contract_ids=[KNOWN], sizes=SIZES))
    names = names_of(choice)
    value = names.argument(**drawn)
    assert names.arguments(value) == drawn
    codec = JsonCodec(ledger().packages.packages)
    type_ = ledger().choice_argument(choice)
    assert codec.decode(codec.encode(value, type_), type_) == value
    command = exercise(ContractId[Any](KNOWN), choice, **drawn)
    with pytest.raises(CantataError) as refused:
        ledger().acting(ledger().party("Ann")).submit(command)
    assert refused.value.code == "CONTRACT_NOT_FOUND"
    assert not isinstance(refused.value, InternalError)


@given(st.data())
def test_parties_and_ids_are_those_given(data: st.DataObject) -> None:
    drawn = data.draw(arguments(ledger(), Instrument.burn, contract_ids=[KNOWN]))
    assert drawn["owner"] in PARTIES
    assert set(drawn["input_holding_cids"]) <= {KNOWN}
    only = data.draw(contracts(ledger(), Token, parties=["Zoe"]))
    assert only.owner == "Zoe"


def test_packages_must_be_loaded() -> None:
    with pytest.raises(NotLoaded):
        contracts(ledger(), Everything)
    with pytest.raises(NotLoaded):
        arguments(ledger(), Everything.repeat)
