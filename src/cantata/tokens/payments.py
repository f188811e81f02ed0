"""Decides which holdings pay for many payments at once, none of them for two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cantata.kernel.ids import ContractId, PartyId
from cantata.kernel.money import Decimal
from cantata.tokens.model import InstrumentId
from cantata.tokens.policy import SMALL_ONES

PLENTY = 10
"""Free holdings that a purse keeps: payments that go at the same time need one each."""

CHOICE_MAX = 64
"""Holdings that are looked at for one payment."""


@dataclass(frozen=True, slots=True)
class Purse:
    """What one party has of one instrument."""

    owner: PartyId
    token: InstrumentId


@dataclass(frozen=True, slots=True)
class Coin:
    """A free holding."""

    contract_id: ContractId
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Payment:
    """An amount that an intent takes out of a purse."""

    intent: UUID
    purse: Purse
    amount: Decimal


def allot(
    payments: Sequence[Payment],
    fitting: Sequence[Sequence[Coin]],
    smallest: Mapping[Purse, Sequence[Coin]],
) -> dict[UUID, tuple[ContractId, ...]]:
    """Give each payment the holding that fits best and is left, the first come first served.

    One that does not fit exactly takes small ones along where a purse has plenty, so that they do
    not pile up. Payments that nothing is left for are missing: they may need several holdings.
    """
    taken: set[ContractId] = set()
    found: dict[UUID, tuple[ContractId, ...]] = {}
    for payment, coins in zip(payments, fitting, strict=True):
        best = next((coin for coin in coins if coin.contract_id not in taken), None)
        if best is None:
            continue
        taken.add(best.contract_id)
        chosen = [best.contract_id]
        if best.amount != payment.amount:
            left = [
                coin.contract_id
                for coin in smallest.get(payment.purse, ())
                if coin.contract_id not in taken
            ]
            chosen += left[: min(SMALL_ONES, max(0, len(left) - PLENTY))]
            taken.update(chosen)
        found[payment.intent] = tuple(chosen)
    return found
