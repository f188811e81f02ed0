"""Freezes: an amount of a holding that only the admin lets go."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.lang import ContractId, Decimal
from cantata.testing import exercise
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.contract.token import Token
from tests.ledger.tokens.judging import (
    UNAUTHORIZED,
    freeze,
    freezing,
    held,
    unfreezing,
)
from tests.ledger.tokens.stage import (
    HOUR,
    Stage,
    meta,
)


def test_a_part_is_frozen_and_the_rest_stays_free(stage: Stage) -> None:
    result = freeze(stage, stage.alice, "100", "70")
    assert sorted(stage.amounts(stage.alice)) == ["30", "50", "70 locked"]
    (frozen,) = (a for a in stage.tokens(stage.alice) if a.payload.lock)
    assert result.frozen_cids == [frozen.contract_id]
    assert frozen.payload.lock == holding.Lock(
        holders=[stage.issuer], expires_at=None, expires_after=None, context="frozen: court"
    )


def test_the_owner_sends_what_is_not_frozen_and_no_more(stage: Stage) -> None:
    freeze(stage, stage.alice, "100", "70")
    free = [a.contract_id for a in stage.tokens(stage.alice) if a.payload.lock is None]
    inputs: Any = [ContractId(cid) for cid in free]
    too_much = stage.transfer(stage.alice, stage.bob, "80.01", input_holding_cids=inputs)
    command = stage.transferring(too_much)
    stage.as_holder(stage.alice).submit_must_fail("tokens/insufficient-funds", command)
    every = stage.transfer(stage.alice, stage.bob, "80.01")
    stage.as_holder(stage.alice).submit_must_fail("tokens/locked", stage.transferring(every))
    exactly = stage.transfer(stage.alice, stage.bob, "80", input_holding_cids=inputs)
    stage.send(exactly, stage.preapprove(stage.bob))
    assert stage.amounts(stage.alice) == ["70 locked"]


def test_no_time_thaws_what_is_frozen(stage: Stage) -> None:
    freeze(stage, stage.alice, "100", "100")
    stage.ledger.advance(HOUR)
    (frozen,) = (a for a in stage.tokens(stage.alice) if a.payload.lock)
    alice = stage.as_holder(stage.alice)
    unlock = exercise(ContractId[Token](frozen.contract_id), Token.unlock, meta=meta())
    alice.submit_must_fail("tokens/locked", unlock)
    cid: Any = ContractId(frozen.contract_id)
    alice.submit_must_fail("tokens/locked", stage.burning(stage.alice, "1", [cid]))


def test_the_admin_lets_go_in_parts(stage: Stage) -> None:
    result = freeze(stage, stage.alice, "100", "70")
    issuer = stage.acting(stage.issuer)
    cid: ContractId[Token] = ContractId(result.frozen_cids[0])
    part = issuer.submit(unfreezing(stage, cid, "20")).results[0]
    assert sorted(stage.amounts(stage.alice)) == ["20", "30", "50", "50 locked"]
    (rest,) = part.frozen_cids
    issuer.submit(unfreezing(stage, ContractId(rest), "50"))
    assert sorted(stage.amounts(stage.alice)) == ["20", "30", "50", "50"]


def test_freezing_is_the_admin_s(stage: Stage) -> None:
    cid = held(stage, stage.alice, "100")
    for party in (stage.alice, stage.bob):
        holder = stage.as_holder(party, cid)
        holder.submit_must_fail(UNAUTHORIZED, freezing(stage, cid, "1"))
    frozen: ContractId[Token] = ContractId(freeze(stage, stage.alice, "100", "100").frozen_cids[0])
    alice = stage.as_holder(stage.alice)
    alice.submit_must_fail(UNAUTHORIZED, unfreezing(stage, frozen, "1"))


@pytest.mark.parametrize(
    "amount, refusal",
    [
        ("0", "tokens/amount-not-positive"),
        ("-1", "tokens/amount-not-positive"),
        ("0.001", "tokens/too-precise"),
        ("100.01", "tokens/insufficient-funds"),
    ],
)
def test_frozen_amounts_are_checked(stage: Stage, amount: str, refusal: str) -> None:
    issuer = stage.acting(stage.issuer)
    cid = held(stage, stage.alice, "100")
    issuer.submit_must_fail(refusal, freezing(stage, cid, amount))
    frozen = ContractId[Token](freeze(stage, stage.alice, "100", "100").frozen_cids[0])
    issuer.submit_must_fail(refusal, unfreezing(stage, frozen, amount))


def test_freezing_twice_and_thawing_what_is_free_are_errors(stage: Stage) -> None:
    issuer = stage.acting(stage.issuer)
    free = held(stage, stage.alice, "50")
    issuer.submit_must_fail("tokens/not-frozen", unfreezing(stage, free, "1"))
    frozen = ContractId[Token](freeze(stage, stage.alice, "100", "100").frozen_cids[0])
    issuer.submit_must_fail("tokens/already-frozen", freezing(stage, frozen, "1"))
    issuer.submit_must_fail("tokens/reason-missing", freezing(stage, free, "1", reason=""))
    issuer.submit_must_fail("tokens/reason-missing", unfreezing(stage, frozen, "1", reason=""))


def test_what_waits_in_an_offer_is_not_frozen(stage: Stage) -> None:
    offer = stage.offer(stage.alice, stage.bob, "120")
    issuer = stage.acting(stage.issuer)
    issuer.submit_must_fail("tokens/locked", freezing(stage, offer.payload.locked_cid, "1"))
    stage.ledger.advance(HOUR)
    issuer.submit(freezing(stage, offer.payload.locked_cid, "120"))
    free = held(stage, stage.alice, "30")
    issuer.submit_must_fail("tokens/not-frozen", unfreezing(stage, free, "1"))


def test_rules_of_another_instrument_freeze_nothing(stage: Stage) -> None:
    euro = holding.InstrumentId(admin=stage.issuer, id="EUR")
    rules = stage.acting(stage.issuer).create(TokenRules(instrument_id=euro, decimals=10))
    cid = held(stage, stage.alice, "100")
    command = exercise(cid, Token.freeze, amount=Decimal("0.001"), reason="court", rules_cid=rules)
    stage.acting(stage.issuer).submit_must_fail("tokens/other-instrument", command)


def test_the_owner_sees_its_freeze(stage: Stage) -> None:
    freeze(stage, stage.alice, "100", "70")
    seen = [u.offset for u in stage.ledger.seen_by(stage.alice)]
    assert stage.last.offset in seen
    for other in (stage.bob, stage.carol):
        assert stage.last.offset not in [u.offset for u in stage.ledger.seen_by(other)]
