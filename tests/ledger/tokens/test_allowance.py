"""Allowances: what a spender may move of another party's holdings, how much and until when."""

from __future__ import annotations

from typing import Any

import pytest

from cantata.contracts.token_standard import holding_v1 as holding
from cantata.kernel.time import RelTime, Timestamp
from cantata.lang import ContractId, Decimal
from cantata.testing import Command, create, exercise
from cantata.tokens.contract.allowance import Allowance
from cantata.tokens.contract.context import PREAPPROVAL
from cantata.tokens.contract.rules import Operation, TokenRules
from tests.ledger.tokens.stage import HOUR, Stage, cid_in, extras

UNAUTHORIZED = "DAML_AUTHORIZATION_ERROR"
PRECONDITION = "TEMPLATE_PRECONDITION_VIOLATED"


def allow(
    stage: Stage, remaining: str | None, expires_at: Timestamp | None = None
) -> ContractId[Allowance]:
    """Let Bob spend of Alice's holdings."""
    amount = None if remaining is None else Decimal(remaining)
    payload = Allowance(
        owner=stage.alice,
        spender=stage.bob,
        instrument_id=stage.of,
        remaining=amount,
        expires_at=expires_at,
    )
    return stage.acting(stage.alice).create(payload)


def spending(
    stage: Stage, allowance: ContractId[Any], amount: str, *, consent: Any = None, **changes: Any
) -> Command[Any]:
    """Give the command by which Bob pays Carol with Alice's holdings."""
    transfer = stage.transfer(stage.alice, stage.carol, amount, **changes)
    context = stage.terms(transfer.sender, transfer.receiver)
    if consent is not None:
        context[PREAPPROVAL] = cid_in(consent)
    return exercise(
        ContractId[Allowance](allowance),
        Allowance.transfer,
        factory_cid=stage.factory,
        transfer=transfer,
        extra_args=extras(context),
    )


def spender(stage: Stage, *using: ContractId[Any]) -> Any:
    """Act as Bob with all that he needs to know disclosed."""
    held: list[ContractId[Any]] = [*stage.inputs(stage.alice)]
    return stage.acting(stage.bob, using=[stage.factory, stage.rules, *held, *using])


def left(stage: Stage) -> list[str]:
    """Give what may still be spent, in words."""
    found = stage.ledger.contracts(Allowance, stage.bob)
    return [f"{active.payload.remaining}" for active in found]


def test_a_spender_pays_up_to_the_allowance(stage: Stage) -> None:
    consent = stage.preapprove(stage.carol)
    first = allow(stage, "100")
    done = spender(stage, consent).submit(spending(stage, first, "60", consent=consent))
    assert stage.amounts(stage.carol) == ["60"]
    assert left(stage) == ["40.0"]
    second = done.results[0].allowance_cid
    bob = spender(stage, consent)
    error = bob.submit_must_fail(
        "tokens/allowance-exceeded", spending(stage, second, "40.01", consent=consent)
    )
    assert error.context["remaining"] == "40.0"
    done = bob.submit(spending(stage, second, "40", consent=consent))
    assert done.results[0].allowance_cid is None
    assert left(stage) == []


def test_without_consent_the_owner_s_funds_are_offered(stage: Stage) -> None:
    cid = allow(stage, "100")
    spender(stage).submit(spending(stage, cid, "60"))
    assert stage.amounts(stage.alice) == ["90", "60 locked"]
    assert left(stage) == ["40.0"]


def test_an_unlimited_allowance_never_decreases(stage: Stage) -> None:
    cid = allow(stage, None)
    done = spender(stage).submit(spending(stage, cid, "60"))
    assert left(stage) == ["None"]
    second = done.results[0].allowance_cid
    free = (active for active in stage.tokens(stage.alice) if active.payload.lock is None)
    inputs: Any = [ContractId(active.contract_id) for active in free]
    spender(stage).submit(spending(stage, second, "90", input_holding_cids=inputs))
    assert left(stage) == ["None"]


def test_it_expires_to_the_microsecond(stage: Stage) -> None:
    cid = allow(stage, "100", stage.ledger.now + HOUR)
    stage.ledger.advance(RelTime(HOUR.microseconds - 1))
    with stage.ledger.anchor():
        spender(stage).submit(spending(stage, cid, "1"))
    stage.ledger.advance(RelTime(1))
    spender(stage).submit_must_fail("tokens/allowance-expired", spending(stage, cid, "1"))


def test_revoking_is_at_once(stage: Stage) -> None:
    cid = allow(stage, "100")
    command = exercise(cid, Allowance.revoke)
    spender(stage).submit_must_fail(UNAUTHORIZED, command)
    stage.acting(stage.issuer).submit_must_fail(UNAUTHORIZED, command)
    stage.acting(stage.alice).submit(command)
    spender(stage).submit_must_fail("CONTRACT_NOT_FOUND", spending(stage, cid, "1"))


def test_the_spender_alone_spends(stage: Stage) -> None:
    cid = allow(stage, "100")
    for party in (stage.alice, stage.carol, stage.issuer):
        someone = stage.acting(
            party, using=[stage.factory, stage.rules, cid, *stage.inputs(stage.alice)]
        )
        someone.submit_must_fail(UNAUTHORIZED, spending(stage, cid, "1"))


def test_the_allowance_goes_before_the_balance(stage: Stage) -> None:
    cid = allow(stage, "500")
    bob = spender(stage)
    bob.submit_must_fail("tokens/allowance-exceeded", spending(stage, cid, "500.01"))
    bob.submit_must_fail("tokens/insufficient-funds", spending(stage, cid, "150.01"))
    for amount in ("0", "-5"):
        bob.submit_must_fail("tokens/amount-not-positive", spending(stage, cid, amount))


def test_it_is_on_the_owner_s_holdings_of_the_instrument(stage: Stage) -> None:
    cid = allow(stage, "100")
    bob = spender(stage)
    theirs = exercise(
        cid,
        Allowance.transfer,
        factory_cid=stage.factory,
        transfer=stage.transfer(stage.carol, stage.bob, "1"),
        extra_args=extras(stage.terms(stage.carol, stage.bob)),
    )
    bob.submit_must_fail("tokens/other-owner", theirs)
    euro = holding.InstrumentId(admin=stage.issuer, id="EUR")
    bob.submit_must_fail("tokens/other-instrument", spending(stage, cid, "1", instrument_id=euro))


def test_a_factory_of_somebody_else_s_code_gets_no_authority(stage: Stage) -> None:
    cid = allow(stage, "100")
    command = exercise(
        cid,
        Allowance.transfer,
        factory_cid=ContractId(stage.rules),
        transfer=stage.transfer(stage.alice, stage.carol, "1"),
        extra_args=extras(stage.terms(stage.alice, stage.carol)),
    )
    spender(stage).submit_must_fail("WRONGLY_TYPED_CONTRACT", command)


def test_it_goes_through_the_rules(stage: Stage) -> None:
    cid = allow(stage, "100")
    pause = exercise(
        stage.rules,
        TokenRules.set_paused,
        operations=[Operation.TRANSFER],
        paused=True,
        reason="audit",
    )
    stage.acting(stage.issuer).submit(pause)
    spender(stage).submit_must_fail("tokens/paused", spending(stage, cid, "1"))


@pytest.mark.parametrize("remaining", ["0", "-1"])
def test_allowances_are_of_something(stage: Stage, remaining: str) -> None:
    with pytest.raises(Exception, match="precondition"):
        allow(stage, remaining)


def test_nobody_allows_oneself_or_for_others(stage: Stage) -> None:
    fields: dict[str, Any] = {
        "owner": stage.alice,
        "instrument_id": stage.of,
        "remaining": None,
        "expires_at": None,
    }
    oneself = create(Allowance(**fields, spender=stage.alice))
    stage.acting(stage.alice).submit_must_fail(PRECONDITION, oneself)
    theirs = create(Allowance(**fields, spender=stage.bob))
    stage.acting(stage.bob).submit_must_fail(UNAUTHORIZED, theirs)


def test_owner_spender_and_admin_see_it(stage: Stage) -> None:
    allow(stage, "100")
    for party in (stage.alice, stage.bob, stage.issuer):
        assert len(stage.ledger.contracts(Allowance, party)) == 1
    assert stage.ledger.contracts(Allowance, stage.carol) == []
