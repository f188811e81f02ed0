"""Plans for any holdings: no unit is lost, nothing is used twice, and they come to an end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import assume, given
from hypothesis import strategies as st

from cantata.exchange.model.treasury import ZERO, Policy
from cantata.exchange.policy.inputs import (
    Candidates,
    choose,
    inputs_max,
    large_from,
    small_ones_read,
)
from cantata.exchange.policy.pool import Move, Shelf, plan, smallest_read, total_of
from cantata.exchange.refusals import HoldingsBusy
from cantata.kernel.ids import ContractId
from cantata.kernel.money import Decimal
from cantata.kernel.rounding import Rounding
from cantata.tokens.errors import InsufficientFunds, TooFragmented
from cantata.tokens.payments import Coin

ROUNDS_MAX = 600


@dataclass(frozen=True)
class Held:
    """A holding of a model treasury."""

    coin: Coin
    is_reserved: bool = False


AMOUNTS = st.integers(1, 5_000).map(lambda cents: Decimal.from_units(cents * 10**8))
SIZES = st.integers(0, 40).map(lambda units: Decimal.from_units(units * 10**9))
POLICIES = st.builds(
    Policy,
    pool_size=st.integers(0, 12),
    pool_amount=SIZES,
    dust_below=SIZES,
    inputs_max=st.integers(-1, 12),
)
HELD = st.lists(st.tuples(AMOUNTS, st.integers(0, 9)), max_size=60).map(
    lambda pairs: [
        Held(Coin(ContractId(f"00{place:064x}"), amount), is_reserved=luck == 0)
        for place, (amount, luck) in enumerate(pairs)
    ]
)


def shelf_of(held: Sequence[Held], policy: Policy, *, is_waited_for: bool = False) -> Shelf:
    """What the repository reads, read from a list."""
    rising = sorted(held, key=lambda each: (each.coin.amount, each.coin.contract_id))
    falling = rising[::-1]
    free = [each.coin for each in rising if not each.is_reserved]
    least = large_from(policy)
    top = falling[: policy.pool_size] if least > ZERO else []
    below = [coin for coin in free[::-1] if coin.amount < least]
    return Shelf(
        pool=sum(1 for each in top if each.coin.amount >= least),
        largest=[each.coin for each in top if not each.is_reserved and each.coin.amount >= least],
        smallest=free[: smallest_read(policy)],
        middling=below[: inputs_max(policy)],
        payers=free[::-1][: inputs_max(policy)] if is_waited_for else (),
    )


def after(held: list[Held], moves: Sequence[Move], made: int) -> list[Held]:
    """The holdings when the ledger did what was planned."""
    gone = {coin.contract_id for move in moves for coin in move.inputs}
    left = [each for each in held if each.coin.contract_id not in gone]
    for move in moves:
        for amount in (move.amount, move.rest.to_decimal()):
            assert amount is not None, "a transfer of one amount leaves no more than one"
            if amount > ZERO:
                left.append(Held(Coin(ContractId(f"00{1_000_000 + made:064x}"), amount)))
                made += 1
    return left


@given(HELD, POLICIES)
def test_plans_conserve_and_come_to_an_end(held: list[Held], policy: Policy) -> None:
    total = total_of([each.coin for each in held])
    reserved = {each for each in held if each.is_reserved}
    pool = 0
    for made in range(0, ROUNDS_MAX * 100, 100):
        shelf = shelf_of(held, policy)
        assert shelf.pool >= pool, "the pool lost one while it had too few"
        pool = min(shelf.pool, policy.pool_size)
        moves = plan(shelf, policy, decimals=2)
        if not moves:
            break
        check_legal(moves, held, policy)
        held = after(held, moves, made)
        assert total_of([each.coin for each in held]) == total
        assert reserved <= set(held)
    else:
        raise AssertionError("it never ends")
    check_settled(held, policy)


def check_legal(moves: Sequence[Move], held: Sequence[Held], policy: Policy) -> None:
    free = {each.coin for each in held if not each.is_reserved}
    used = [coin for move in moves for coin in move.inputs]
    assert len(set(used)) == len(used)
    assert set(used) <= free
    for move in moves:
        assert 1 <= len(move.inputs) <= inputs_max(policy) <= 100
        assert ZERO < move.amount <= total_of(move.inputs)
        assert move.amount.round(2, Rounding.DOWN) == move.amount
        assert len(move.inputs) > 1 or move.rest > ZERO, "nothing would change"


def check_settled(held: Sequence[Held], policy: Policy) -> None:
    """What is left to do could not be done without touching what is reserved."""
    free = sorted(each.coin.amount for each in held if not each.is_reserved)
    most, least = inputs_max(policy), large_from(policy)
    if most > 1:
        assert len(free) <= policy.pool_size + most
        assert len([amount for amount in free if amount < policy.dust_below]) <= 1
        assert len(free) == 1 or not free or free[0] >= policy.dust_below
    large = [each for each in held if each.coin.amount >= least]
    if least > ZERO and len(large) < policy.pool_size:
        twice = least + least
        assert not [amount for amount in free if amount >= twice]
        small = [amount for amount in free if amount < least][-most:]
        assert sum(small, ZERO) < least


@given(HELD, POLICIES, AMOUNTS)
def test_inputs_cover_and_leave_the_pool_alone(
    held: list[Held], policy: Policy, amount: Decimal
) -> None:
    free = sorted((each.coin for each in held if not each.is_reserved), key=lambda c: c.amount)
    candidates = candidates_of(free, amount, policy)
    most = inputs_max(policy)
    try:
        chosen = choose(amount, candidates, policy)
    except InsufficientFunds:
        assert total_of(free) < amount
        return
    except TooFragmented:
        assert total_of(free[-most:]) < amount <= total_of(free)
        return
    assert len({coin.contract_id for coin in chosen}) == len(chosen) <= most
    assert set(chosen) <= set(free)
    assert total_of(chosen) >= amount
    if any(coin.amount == amount for coin in free):
        assert [coin.amount for coin in chosen] == [amount]
    spared = [coin for coin in free if coin.amount >= large_from(policy) > ZERO]
    if any(coin.amount >= amount for coin in free):
        assert len([coin for coin in chosen if coin in spared]) <= 1


@given(HELD, POLICIES, AMOUNTS, st.data())
def test_what_others_look_at_is_neither_missing_nor_a_fragment(
    held: list[Held], policy: Policy, amount: Decimal, data: st.DataObject
) -> None:
    free = sorted((each.coin for each in held if not each.is_reserved), key=lambda c: c.amount)
    seen = [coin for coin in free if data.draw(st.booleans())]
    most = inputs_max(policy)
    reach, total = total_of(free[-most:]), total_of(free)
    try:
        chosen = choose(amount, candidates_of(seen, amount, policy, free), policy)
    except HoldingsBusy:
        assert total_of(seen[-most:]) < amount <= reach
    except InsufficientFunds:
        assert total < amount
    except TooFragmented:
        assert reach < amount <= total
    else:
        assert set(chosen) <= set(seen)
        assert total_of(chosen) >= amount


@given(HELD, POLICIES, AMOUNTS)
def test_who_waits_for_a_merge_gets_one(held: list[Held], policy: Policy, amount: Decimal) -> None:
    """Whatever is there in sum can be paid, after merges, unless one input is all there may be."""
    free = [each for each in held if not each.is_reserved]
    assume(inputs_max(policy) > 1 and total_of([each.coin for each in free]) >= amount)
    for made in range(0, ROUNDS_MAX * 100, 100):
        coins = sorted((each.coin for each in free), key=lambda c: c.amount)
        try:
            choose(amount, candidates_of(coins, amount, policy), policy)
        except TooFragmented:
            moves = plan(shelf_of(free, policy, is_waited_for=True), policy, 2, amount)
            assert moves
            free = after(free, moves, made)
        else:
            return
    raise AssertionError("it never can be paid")


def candidates_of(
    seen: Sequence[Coin], amount: Decimal, policy: Policy, free: Sequence[Coin] | None = None
) -> Candidates:
    """What the repository reads for a payment, of sorted lists: nobody looks at those `seen`."""
    best = next((coin for coin in seen if coin.amount >= amount), None)
    smallest = seen[: small_ones_read(policy)]
    if best is not None:
        return Candidates(best=best, smallest=smallest)
    everything = seen if free is None else free
    return Candidates(
        best=None,
        largest=list(seen[::-1][: inputs_max(policy)]),
        smallest=smallest,
        reach=total_of(everything[::-1][: inputs_max(policy)]),
        free=total_of(everything),
    )
