"""Inputs of payments out of any holdings: enough, few, none twice, and the exact one alone."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.totals import Total
from cantata.tokens.errors import InsufficientFunds, TooFragmented
from cantata.tokens.model import INPUTS_MAX, Holding, InstrumentId
from cantata.tokens.policy import SMALL_ONES, ZERO, Candidates, choose

OWNER = PartyId(f"owner::1220{'ab' * 32}")
GOLD = InstrumentId(OWNER, "GOLD")
CENTS = st.integers(1, 3_000)
MANY = st.lists(CENTS, max_size=300)


def amount_of(cents: int) -> Decimal:
    return Decimal.from_units(cents * 10**8)


def held_of(cents: Sequence[int]) -> list[Holding]:
    return [
        Holding(
            contract_id=ContractId(f"00{place:064x}"),
            instrument=GOLD,
            owner=OWNER,
            amount=amount_of(each),
        )
        for place, each in enumerate(cents)
    ]


def candidates_of(held: Sequence[Holding], amount: Decimal, seen: int | None = None) -> Candidates:
    """What the repository reads, read from a list of which others lock all but the `seen` first."""
    free = Total.of(each.amount for each in held)
    rising = sorted(held[:seen], key=lambda each: each.amount)
    best = next((each for each in rising if each.amount >= amount), None)
    smallest = rising[: SMALL_ONES + 1]
    if best is not None:
        return Candidates(best=best, largest=(), smallest=smallest, free=Total.of([amount]))
    return Candidates(best=None, largest=rising[::-1][:INPUTS_MAX], smallest=smallest, free=free)


@given(MANY, st.integers(1, 90_000))
def test_what_is_chosen_covers_the_amount_with_few(cents: list[int], wanted: int) -> None:
    held, amount = held_of(cents), amount_of(wanted)
    try:
        chosen = choose(amount, candidates_of(held, amount))
    except InsufficientFunds:
        assert sum(cents) < wanted
        return
    except TooFragmented:
        assert sum(cents) >= wanted > sum(sorted(cents)[-INPUTS_MAX:])
        return
    ids = [each.contract_id for each in chosen]
    assert len(ids) == len(set(ids)) <= INPUTS_MAX
    assert set(chosen) <= set(held)
    assert sum((each.amount for each in chosen), ZERO) >= amount
    least = next(
        count for count in range(1, len(cents) + 1) if sum(sorted(cents)[-count:]) >= wanted
    )
    assert len(chosen) <= least + SMALL_ONES
    if wanted in cents:
        assert [each.amount for each in chosen] == [amount]


@given(st.lists(CENTS, min_size=1, max_size=INPUTS_MAX), st.data())
def test_what_others_look_at_is_no_fragment(cents: list[int], data: st.DataObject) -> None:
    """Merging helps nobody whose holdings are few, only locked by others for a moment."""
    wanted = data.draw(st.integers(1, sum(cents)))
    seen = data.draw(st.integers(0, len(cents)))
    held, amount = held_of(cents), amount_of(wanted)
    try:
        chosen = choose(amount, candidates_of(held, amount, seen))
    except InsufficientFunds:
        assert sum(cents[:seen]) < wanted
    else:
        assert set(chosen) <= set(held[:seen])
