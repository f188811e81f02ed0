"""Amounts that are asked for together are refused where one transaction cannot hold them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.totals import Total
from cantata.tokens.batches.model import BatchOrder, Mode, Operation, Row
from cantata.tokens.batches.policy import one_burn
from cantata.tokens.model import Holding, InstrumentId
from cantata.tokens.policy import fitting, shares
from cantata.tokens.schemas.requests import RearrangeRequest

ADMIN = PartyId("admin::1220" + "ab" * 32)
GOLD = InstrumentId(ADMIN, "GOLD")
MOST = "9999999999999999999999999999.9999999999"


def test_amounts_of_one_rearrangement_fit_one_amount() -> None:
    request = {"token": {"admin": ADMIN, "id": "GOLD"}, "owner": ADMIN}
    least = "0.0000000001"
    assert RearrangeRequest.model_validate({**request, "amounts": [MOST]}).amounts == [MOST]
    with pytest.raises(ValidationError, match="more digits than an amount can have"):
        RearrangeRequest.model_validate({**request, "amounts": [MOST, least]})


def test_the_row_is_named_with_which_a_burn_is_too_much() -> None:
    rows = [Row(line=line, amount=Decimal(MOST), source=ADMIN) for line in (1, 2, 3)]
    order = BatchOrder(
        operation=Operation.BURN, token=GOLD, mode=Mode.ALL_OR_NOTHING, rows=tuple(rows)
    )
    assert [(fault.line, fault.column) for fault in one_burn(order)] == [(2, "amount")]


def test_shares_of_more_than_an_amount_are_all_of_it() -> None:
    held = [
        Holding(
            contract_id=ContractId(f"00{number:064x}"),
            instrument=GOLD,
            owner=ADMIN,
            amount=Decimal(MOST),
        )
        for number in range(3)
    ]
    whole = Total.of(each.amount for each in held)
    assert Total.of(part for _, part in shares(held, whole)) == whole
    assert [str(part) for _, part in shares(held, Total.of([held[0].amount, Decimal("1")]))] == [
        MOST,
        "1.0",
    ]


def test_inputs_go_together_only_as_far_as_one_amount_holds_them() -> None:
    held = [
        Holding(
            contract_id=ContractId(f"00{number:064x}"),
            instrument=GOLD,
            owner=ADMIN,
            amount=Decimal(amount),
        )
        for number, amount in enumerate((MOST, "1", "2"))
    ]
    assert fitting((), held) == held[:1]
    assert fitting(held[:1], held[1:]) == []
    assert fitting(held[1:2], held[2:]) == held[2:]
