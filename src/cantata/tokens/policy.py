"""Decisions about tokens: which holdings pay, what an amount may be, what a pause is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cantata.kernel.money import Decimal
from cantata.kernel.rounding import Rounding
from cantata.kernel.totals import NOTHING, Total
from cantata.tokens.errors import (
    AmountNotPositive,
    InsufficientFunds,
    PrecisionExceeded,
    TooFragmented,
)
from cantata.tokens.model import INPUTS_MAX, Holding
from cantata.tokens.objections import AlreadyPaused, NotPaused
from cantata.tokens.rules_policy import Operation

SMALL_ONES = 4
"""Small holdings that a payment takes along, so that they do not pile up."""

ZERO = Decimal("0")


class Piece(Protocol):
    """Something that holds an amount."""

    @property
    def amount(self) -> Decimal:
        """How much it holds."""


P = TypeVar("P", bound=Piece)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Free holdings to choose from: one that fits best, the largest, and the smallest.

    `best` is the smallest that covers the amount alone; `largest` and `smallest` are sorted, as
    many as one transaction may take. `free` is what all free holdings together hold.
    """

    best: Holding | None
    largest: Sequence[Holding]
    smallest: Sequence[Holding]
    free: Total


def choose(amount: Decimal | Total, candidates: Candidates) -> tuple[Holding, ...]:
    """Choose the inputs of a payment: an exact one, else few, and some small ones with them.

    Raise InsufficientFunds if all that can be had now hold too little, TooFragmented if there is
    more, but those that one transaction may take do.
    """
    best = candidates.best
    if best is not None and best.amount == amount:
        return (best,)
    chosen = [best] if best is not None else _largest(amount, candidates)
    taken = {holding.contract_id for holding in chosen}
    room = min(SMALL_ONES, INPUTS_MAX - len(chosen))
    small = [each for each in candidates.smallest if each.contract_id not in taken]
    return (*chosen, *fitting(chosen, small[:room]))


def fitting(chosen: Sequence[P], more: Iterable[P]) -> list[P]:
    """Give what of `more`, in its order, may go with chosen inputs: one amount holds them all."""
    total, found = Total.of(each.amount for each in chosen), []
    for each in more:
        total = total + each.amount
        if total.to_decimal() is None:
            break
        found.append(each)
    return found


def require_amount(amount: Decimal, decimals: int) -> None:
    """Refuse what is not positive, and what is finer than the instrument."""
    if amount <= ZERO:
        raise AmountNotPositive(amount)
    if amount.round(decimals, Rounding.DOWN) != amount:
        raise PrecisionExceeded(amount, decimals)


def operations_to_change(
    named: Sequence[Operation], stopped: Collection[Operation], *, paused: bool
) -> tuple[Operation, ...]:
    """Choose what to pause, or to let go on: what is named, else all that is left.

    Raise AlreadyPaused or NotPaused if something named is so already, or if nothing is left.
    """
    objection = AlreadyPaused if paused else NotPaused
    for operation in named:
        if (operation in stopped) == paused:
            raise objection(operation.value)
    chosen = named or [each for each in Operation if (each in stopped) != paused]
    if not chosen:
        raise objection("")
    return tuple(dict.fromkeys(chosen))


def shares(
    holdings: Iterable[Holding], amount: Decimal | Total
) -> tuple[tuple[Holding, Decimal], ...]:
    """Give what each holding contributes to an amount, in their order; all if they are too few."""
    left = amount.units
    found: list[tuple[Holding, Decimal]] = []
    for holding in holdings:
        part = min(holding.amount.units, left)
        if part > 0:
            found.append((holding, Decimal.from_units(part)))
            left -= part
    return tuple(found)


def _largest(amount: Decimal | Total, candidates: Candidates) -> list[Holding]:
    if candidates.free < amount:
        raise InsufficientFunds(amount, candidates.free)
    chosen: list[Holding] = []
    total = NOTHING
    for holding in candidates.largest[:INPUTS_MAX]:
        chosen.append(holding)
        total = total + holding.amount
        if total >= amount:
            return chosen
    if len(chosen) < INPUTS_MAX:
        # The rest is not listed because other payments look at it at this moment.
        raise InsufficientFunds(amount, total)
    raise TooFragmented(amount, total)
