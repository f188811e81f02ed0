"""What holds of interventions whatever the amounts: forced transfers, allowances, pauses."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cantata.kernel.errors import CantataError
from cantata.kernel.ids import ContractId as Cid
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.lang import ContractId
from cantata.testing import Ledger, create, exercise
from cantata.tokens.contract.allowance import Allowance
from cantata.tokens.contract.rules import TokenRules
from cantata.tokens.model import Holding, InstrumentId
from cantata.tokens.objections import AlreadyPaused, NotPaused
from cantata.tokens.policy import operations_to_change, shares
from cantata.tokens.rules_policy import Operation
from tests.ledger.tokens.judging import force, forced, freezing
from tests.ledger.tokens.stage import CONTRACTS, Stage, extras

ZERO = Decimal("0")
NOBODY = PartyId(f"nobody::1220{'ab' * 32}")
cents = st.integers(min_value=1, max_value=3_000).map(lambda units: Decimal(f"{units / 100:.2f}"))
operations = st.sets(st.sampled_from(Operation))


@cache
def ledger() -> Ledger:
    return Ledger(CONTRACTS)


def opened() -> Stage:
    """Open an instrument whose seizures Carol approves."""
    stage = Stage.on(ledger())
    terms: dict[str, Any] = {"accounts_required": False, "countries": [], "approver": stage.carol}
    stage.acting(stage.issuer).submit(exercise(stage.rules, TokenRules.amend, **terms))
    return stage


def held(stage: Stage, locked: bool) -> Decimal:
    """Add up what Alice has, free or frozen."""
    amounts = [
        a.payload.amount for a in stage.tokens(stage.alice) if bool(a.payload.lock) == locked
    ]
    return sum(amounts, ZERO)


def in_all(stage: Stage) -> Decimal:
    """Add up all holdings."""
    parties = (stage.issuer, stage.alice, stage.bob, stage.carol)
    return sum((a.payload.amount for p in parties for a in stage.tokens(p)), ZERO)


def as_held(stage: Stage) -> list[Holding]:
    """Give Alice's holdings as a worker chooses among them: free ones first, large ones first."""
    actives = sorted(
        stage.tokens(stage.alice), key=lambda a: (a.payload.lock is not None, -_units(a))
    )
    return [
        Holding(
            contract_id=Cid(active.contract_id),
            instrument=InstrumentId(NOBODY, "USD"),
            owner=NOBODY,
            amount=active.payload.amount,
        )
        for active in actives
    ]


def _units(active: Any) -> int:
    return int(str(active.payload.amount).replace(".", ""))


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_forced_transfer_unfreezes_exactly_the_difference(data: st.DataObject) -> None:
    with ledger().anchor():
        stage = opened()
        for each in data.draw(st.lists(cents, min_size=1, max_size=4)):
            stage.mint(stage.alice, f"{each}")
        for active in list(stage.tokens(stage.alice)):
            if data.draw(st.booleans()):
                part = min(data.draw(cents), active.payload.amount)
                command = freezing(stage, ContractId(active.contract_id), f"{part}")
                stage.acting(stage.issuer).submit(command)
        free, frozen, supply = held(stage, False), held(stage, True), in_all(stage)
        amount = data.draw(cents)
        chosen = shares(as_held(stage), amount)
        inputs = [ContractId[Any](holding.contract_id) for holding, _ in chosen]
        order = forced(stage, stage.alice, stage.bob, f"{amount}", input_holding_cids=inputs)
        if free + frozen < amount:
            with pytest.raises(CantataError):
                force(stage, order, stage.preapprove(stage.bob))
            assert (held(stage, False), held(stage, True)) == (free, frozen)
        else:
            force(stage, order, stage.preapprove(stage.bob))
            freed = max(ZERO, amount - free)
            assert held(stage, True) == frozen - freed
            assert held(stage, False) == free - (amount - freed)
            assert sum((a.payload.amount for a in stage.tokens(stage.bob)), ZERO) == amount
        assert in_all(stage) == supply


@settings(max_examples=30, deadline=None)
@given(
    limit=st.one_of(st.none(), cents),
    amounts=st.lists(cents, min_size=1, max_size=5),
)
def test_a_spender_moves_at_most_the_limit(limit: Decimal | None, amounts: list[Decimal]) -> None:
    with ledger().anchor():
        stage = opened()
        stage.mint(stage.alice, "1000000")
        payload = Allowance(
            owner=stage.alice,
            spender=stage.bob,
            instrument_id=stage.of,
            remaining=limit,
            expires_at=None,
        )
        stage.acting(stage.alice).submit(create(payload))
        spent = ZERO
        for amount in amounts:
            fits = limit is None or spent + amount <= limit
            if _spends(stage, amount):
                spent = spent + amount
                assert fits
            else:
                assert not fits
        standing = stage.ledger.contracts(Allowance, stage.bob)
        if limit is None:
            assert [active.payload.remaining for active in standing] == [None]
        else:
            left = [active.payload.remaining for active in standing]
            assert left == ([] if spent == limit else [limit - spent])
        locked = [a.payload.amount for a in stage.tokens(stage.alice) if a.payload.lock]
        assert sum(locked, ZERO) == spent, "without consent it waits as offers"


def _spends(stage: Stage, amount: Decimal) -> bool:
    standing = stage.ledger.contracts(Allowance, stage.bob)
    if not standing:
        return False
    free = [ContractId[Any](a.contract_id) for a in stage.tokens(stage.alice) if not a.payload.lock]
    transfer = stage.transfer(stage.alice, stage.carol, f"{amount}", input_holding_cids=free)
    command = exercise(
        ContractId[Allowance](standing[0].contract_id),
        Allowance.transfer,
        factory_cid=stage.factory,
        transfer=transfer,
        extra_args=extras(stage.terms(stage.alice, stage.carol)),
    )
    try:
        stage.acting(stage.bob, using=[stage.factory, stage.rules, *free]).submit(command)
    except CantataError as error:
        if getattr(error, "error_id", "") != "tokens/allowance-exceeded":
            raise
        return False
    return True


@given(named=st.lists(st.sampled_from(Operation)), now=operations, paused=st.booleans())
def test_a_change_of_pauses_changes_what_it_names(
    named: list[Operation], now: set[Operation], paused: bool
) -> None:
    try:
        chosen = operations_to_change(named, now, paused=paused)
    except (AlreadyPaused, NotPaused):
        left = set(Operation) - now if paused else now
        assert not left or not set(named) <= left
        return
    assert len(chosen) == len(set(chosen)) > 0
    assert all((each in now) != paused for each in chosen)
    if named:
        assert set(chosen) == set(named)
    else:
        assert set(chosen) == (set(Operation) - now if paused else now)


@given(amounts=st.lists(cents, max_size=6), amount=cents)
def test_shares_add_up(amounts: list[Decimal], amount: Decimal) -> None:
    holdings = [
        Holding(
            contract_id=Cid(f"00{number:064x}"),
            instrument=InstrumentId(NOBODY, "USD"),
            owner=NOBODY,
            amount=each,
        )
        for number, each in enumerate(amounts)
    ]
    found = shares(holdings, amount)
    total = sum((part for _, part in found), ZERO)
    assert total == min(amount, sum(amounts, ZERO))
    assert all(ZERO < part <= holding.amount for holding, part in found)
    assert all(part == holding.amount for holding, part in found[:-1])
    assert [holding for holding, _ in found] == holdings[: len(found)]
