"""What is asked again is the same, whatever was found when it was asked first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cantata.automation.errors import RequestTooLarge
from cantata.automation.model import REQUEST_BYTES_MAX
from cantata.automation.tables import fingerprint
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.tokens.interventions import SpendOrder
from cantata.tokens.model import InstrumentId
from cantata.tokens.orders import MintOrder
from cantata.tokens.wishes import mint_wish, spend_wish

ADMIN, ALICE, BOB, CAROL = (
    PartyId(f"{name}::1220{'ab' * 32}") for name in ("admin", "alice", "bob", "carol")
)
GOLD = InstrumentId(ADMIN, "GOLD")
MINT = MintOrder(token=GOLD, receiver=ALICE, amount=Decimal("1"), memo="m")
SPEND = SpendOrder(
    token=GOLD, owner=ALICE, spender=BOB, receiver=CAROL, amount=Decimal("1"), memo="m"
)


def test_a_mint_is_the_same_whoever_acts_beside_the_issuer() -> None:
    alone = mint_wish("r", MINT, "k", together=False)
    together = mint_wish("r", MINT, "k", together=True)
    assert alone.act_as != together.act_as
    assert fingerprint(alone) == fingerprint(together)
    for change in ({"receiver": BOB}, {"amount": Decimal("2")}, {"memo": "n"}):
        other = mint_wish("r", replace(MINT, **change), "k", together=False)
        assert fingerprint(other) != fingerprint(alone), change
    silver = replace(MINT, token=InstrumentId(ADMIN, "SILVER"))
    assert fingerprint(mint_wish("r", silver, "k", together=False)) != fingerprint(alone)


def test_a_payment_by_a_spender_is_the_same_whoever_reads_along() -> None:
    one = spend_wish("r", SPEND, "k", reader=ALICE)
    other = spend_wish("r", SPEND, "k", reader=ADMIN)
    assert one.request["reader"] != other.request["reader"]
    assert fingerprint(one) == fingerprint(other)
    changed = replace(SPEND, owner=CAROL, receiver=ALICE)
    assert fingerprint(spend_wish("r", changed, "k", reader=ALICE)) != fingerprint(one)


def test_what_is_recorded_is_bounded_whatever_was_asked() -> None:
    large = replace(
        spend_wish("r", SPEND, "k", reader=ALICE), request={"x": "y" * REQUEST_BYTES_MAX}
    )
    with pytest.raises(RequestTooLarge):
        fingerprint(large)
