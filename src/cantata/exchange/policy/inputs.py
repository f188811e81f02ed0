"""Chooses the holdings that pay: an exact one, else few, and some small ones along with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cantata.exchange.model.treasury import ZERO, Policy
from cantata.exchange.refusals import HoldingsBusy
from cantata.kernel.money import Decimal
from cantata.kernel.totals import NOTHING, Total
from cantata.tokens.errors import InsufficientFunds, TooFragmented
from cantata.tokens.model import INPUTS_MAX
from cantata.tokens.payments import Coin
from cantata.tokens.policy import fitting

SMALL_ONES = 4
"""Small holdings that a payment takes along, so that they do not pile up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Free holdings to choose from; none of them is reserved or locked.

    `best` is the smallest that covers the amount alone. `largest` are sorted from the largest
    down, as many as one transfer may take; `smallest` from the smallest up, as many as
    `small_ones_read` says. None of these is one that others look at in this moment. If they do not
    cover the amount, two sums tell why, of those that others look at as well: `reach`, of the
    largest that one transfer may take, and `free`, of all.
    """

    best: Coin | None
    largest: Sequence[Coin] = ()
    smallest: Sequence[Coin] = ()
    reach: Total = NOTHING
    free: Total = NOTHING


def choose(amount: Decimal, candidates: Candidates, policy: Policy) -> tuple[Coin, ...]:
    """Choose the inputs of a payment of a positive amount.

    Raise InsufficientFunds if all free holdings together hold too little, TooFragmented if those
    that one transfer may take do: some have to be merged first. Raise HoldingsBusy if there would
    be enough, were others not looking at some of them: no merge helps, and they are soon done.
    """
    best = candidates.best
    if best is not None and best.amount == amount:
        return (best,)
    most = inputs_max(policy)
    chosen = [best] if best is not None else _largest(amount, candidates, most)
    small = _spare(candidates.smallest, {each.contract_id for each in chosen}, policy)
    return (*chosen, *fitting(chosen, small[: min(SMALL_ONES, most - len(chosen))]))


def inputs_max(policy: Policy) -> int:
    """Give how many inputs one transfer may have, whatever the policy says."""
    return max(1, min(policy.inputs_max, INPUTS_MAX))


def large_from(policy: Policy) -> Decimal:
    """Give the amount from which on a holding is one of the pool's; 0 if no size is wanted."""
    return max(policy.pool_amount, policy.dust_below)


def small_ones_read(policy: Policy) -> int:
    """Give how many of the smallest free holdings a choice has to know."""
    return SMALL_ONES + policy.pool_size + 1


def _largest(amount: Decimal, candidates: Candidates, most: int) -> list[Coin]:
    chosen: list[Coin] = []
    total = NOTHING
    for coin in candidates.largest[:most]:
        chosen.append(coin)
        total = total + coin.amount
        if total >= amount:
            return chosen
    if candidates.reach >= amount:
        raise HoldingsBusy(amount, total)
    if candidates.free < amount:
        raise InsufficientFunds(amount, candidates.free)
    raise TooFragmented(amount, candidates.reach)


def _spare(smallest: Sequence[Coin], taken: set[str], policy: Policy) -> list[Coin]:
    """Give the small ones that the pool can do without."""
    left = [coin for coin in smallest if coin.contract_id not in taken]
    least = large_from(policy)
    if least > ZERO:
        return [coin for coin in left if coin.amount < least]
    return left[: max(0, len(left) - policy.pool_size)]
