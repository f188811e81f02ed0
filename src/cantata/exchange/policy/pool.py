"""Decides which transfers to itself keep a treasury's holdings few, large and ready.

A holding is spent as a whole, so as many payments can go at the same time as there are large free
holdings. Four rules, in this order, none of which undoes another:

1. dust is merged away;
2. so are the smallest, if there are many more than the pool needs;
3. the largest are split in halves while the pool has too few;
4. if none can be split, small ones are merged into one of the pool's size.

Repeated, they come to an end: each split and each merge of rule 4 adds one to the pool, which no
rule takes from while it has too few; every other move leaves fewer holdings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from cantata.exchange.model.treasury import ZERO, Policy
from cantata.exchange.policy.inputs import inputs_max, large_from
from cantata.kernel.money import Decimal
from cantata.kernel.rounding import Rounding
from cantata.kernel.totals import NOTHING, Total
from cantata.tokens.payments import Coin
from cantata.tokens.policy import fitting

MERGES_MAX = 4
"""Merges that are decided at once."""

SPLITS_MAX = 16
"""Splits that are decided at once."""


class Purpose(Enum):
    """Why holdings are rearranged."""

    DUST = "dust"
    """They are too small to keep."""
    CROWD = "crowd"
    """There are too many of them."""
    SPLIT = "split"
    """The pool has too few large ones."""
    GATHER = "gather"
    """Small ones together make a large one that the pool lacks."""
    PAY = "pay"
    """A payment waits that needs more inputs than one transfer may have."""


@dataclass(frozen=True, slots=True)
class Move:
    """A transfer of a treasury to itself: the inputs become `amount`, and what is left over."""

    purpose: Purpose
    inputs: tuple[Coin, ...]
    amount: Decimal

    @property
    def rest(self) -> Total:
        """What becomes the second holding; nothing if it is zero."""
        return total_of(self.inputs) - self.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What has to be known of a treasury's holdings in one instrument.

    `pool` counts the unlocked holdings of the pool's size, up to the size of the pool; reserved
    ones are among them, since what pays returns as change. The others are free: neither locked nor
    reserved. `largest` from the largest down, as many as the pool has; `smallest` from the
    smallest up, as many as `smallest_read` says; `middling` from the largest below the pool's size
    down, as many as one transfer may take. `payers` are the largest ones, as many as one transfer
    may take, if a payment waits.
    """

    pool: int
    largest: Sequence[Coin]
    smallest: Sequence[Coin]
    middling: Sequence[Coin]
    payers: Sequence[Coin] = ()


@dataclass(slots=True)
class _Work:
    """Moves as they are decided; no holding is an input of two."""

    moves: list[Move] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def add(self, purpose: Purpose, inputs: Sequence[Coin], amount: Decimal) -> None:
        self.moves.append(Move(purpose, tuple(inputs), amount))
        self.taken.update(each.contract_id for each in inputs)

    def merge(self, purpose: Purpose, inputs: Sequence[Coin]) -> None:
        """Make one of holdings, of as many as one can hold."""
        chosen = fitting((), inputs)
        amount = total_of(chosen).to_decimal()
        if amount is not None and len(chosen) > 1:
            self.add(purpose, chosen, amount)

    def left(self, coins: Sequence[Coin]) -> list[Coin]:
        return [each for each in coins if each.contract_id not in self.taken]


def plan(shelf: Shelf, policy: Policy, decimals: int, needed: Decimal = ZERO) -> tuple[Move, ...]:
    """Give the moves to make now; none if the holdings are as they should be.

    `needed` is the largest amount that a waiting payment could not find inputs for.
    """
    work = _Work()
    _merge_to_pay(work, shelf, policy, needed)
    _merge_dust(work, shelf, policy)
    _thin_out(work, shelf, policy)
    if large_from(policy) > ZERO:
        _fill(work, shelf, policy, decimals)
    return tuple(work.moves)


def smallest_read(policy: Policy) -> int:
    """Give how many of the smallest free holdings a plan has to know."""
    return (MERGES_MAX + 1) * inputs_max(policy) + policy.pool_size + 1


def total_of(coins: Sequence[Coin]) -> Total:
    """Give what holdings hold together."""
    return Total.of(each.amount for each in coins)


def _merge_to_pay(work: _Work, shelf: Shelf, policy: Policy, needed: Decimal) -> None:
    """Merge the largest, if all that one transfer may take do not reach what is needed."""
    most = inputs_max(policy)
    full = len(shelf.payers) == most and most > 1
    if full and total_of(shelf.payers) < needed:
        work.merge(Purpose.PAY, shelf.payers)


def _merge_dust(work: _Work, shelf: Shelf, policy: Policy) -> None:
    """Merge what is too small, with the next larger ones if it is too small even together."""
    most = inputs_max(policy)
    for _ in range(MERGES_MAX):
        chosen: list[Coin] = []
        total = NOTHING
        for coin in work.left(shelf.smallest)[:most]:
            if coin.amount >= policy.dust_below and (total >= policy.dust_below or not chosen):
                break
            chosen.append(coin)
            total = total + coin.amount
        if len(chosen) < 2:
            return
        work.merge(Purpose.DUST, chosen)


def _thin_out(work: _Work, shelf: Shelf, policy: Policy) -> None:
    """Merge the smallest while a full transfer of them can be spared."""
    most, least = inputs_max(policy), large_from(policy)
    if most < 2:
        return
    for _ in range(MERGES_MAX):
        left = work.left(shelf.smallest)
        small = sum(1 for coin in left if coin.amount < least)
        if small < most and len(left) <= policy.pool_size + most:
            return
        work.merge(Purpose.CROWD, left[:most])


def _fill(work: _Work, shelf: Shelf, policy: Policy, decimals: int) -> None:
    """Split large ones, or gather small ones, while the pool has too few."""
    least, missing = large_from(policy), policy.pool_size - shelf.pool
    if missing <= 0:
        return
    splits = 0
    for coin in work.left(shelf.largest):
        half = Decimal.from_units(coin.amount.units // 2).round(decimals, Rounding.DOWN)
        if half < least or splits == min(missing, SPLITS_MAX):
            break
        work.add(Purpose.SPLIT, (coin,), half)
        splits += 1
    if not splits:
        _gather(work, shelf, policy)


def _gather(work: _Work, shelf: Shelf, policy: Policy) -> None:
    """Merge the fewest small ones that make one of the pool's size."""
    least = large_from(policy)
    chosen: list[Coin] = []
    total = NOTHING
    for coin in work.left(shelf.middling)[: inputs_max(policy)]:
        chosen.append(coin)
        total = total + coin.amount
        if total >= least:
            work.merge(Purpose.GATHER, chosen)
            return
