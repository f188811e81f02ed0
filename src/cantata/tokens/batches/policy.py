"""Which rows of a batch cannot be, as far as is known: facts in, faults out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from cantata.automation.errors import NotPossible
from cantata.http.errors import RowFault
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal, MalformedDecimal
from cantata.kernel.time import Timestamp
from cantata.kernel.totals import NOTHING, Total
from cantata.tokens.batches.model import BatchOrder, Mode, Operation, Row
from cantata.tokens.errors import (
    CapExceeded,
    DeadlineTooEarly,
    InsufficientFunds,
    NoConsent,
    PartyUnknown,
    TransferToSelf,
)
from cantata.tokens.policy import require_amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a batch's token and parties.

    `known` are the receivers that exist, `willing` those that can be minted to without asking
    them. `free` is what each source may use.
    """

    now: Timestamp
    decimals: int
    cap: Decimal | None
    supply: Total
    known: AbstractSet[PartyId]
    willing: AbstractSet[PartyId]
    free: Mapping[PartyId, Total]


class OwnersDiffer(NotPossible):
    """Burns that are one transaction must have one owner, who alone may see them."""

    code = "OWNERS_DIFFER"


class MemosDiffer(NotPossible):
    """Burns that are one transaction are one burn, with one memo."""

    code = "MEMOS_DIFFER"


def judge(order: BatchOrder, facts: Facts) -> Iterator[RowFault]:
    """Give what is wrong with rows, one fault for each; rows above have their effect first."""
    supply = facts.supply
    spent: defaultdict[PartyId, Total] = defaultdict(Total)
    for row in order.rows:
        try:
            _require_possible(order, facts, row)
            if order.operation is Operation.MINT:
                if facts.cap is not None and supply + row.amount > facts.cap:
                    raise CapExceeded(row.amount, supply, facts.cap)
                supply = supply + row.amount
            else:
                assert row.source is not None, row.line
                left = facts.free[row.source] - spent[row.source]
                if row.amount > left:
                    raise InsufficientFunds(row.amount, left)
                spent[row.source] = spent[row.source] + row.amount
        except NotPossible as error:
            yield RowFault(row.line, _column(error), error.code, error.message)


def one_burn(order: BatchOrder) -> Iterator[RowFault]:
    """Give the row with which burns that are one transaction are more than an amount can be."""
    total = NOTHING
    for row in order.rows:
        total = total + row.amount
        if total.to_decimal() is None:
            why = "with the rows above it is more than an amount can be"
            yield RowFault(row.line, "amount", MalformedDecimal.code, why)
            return


def _require_possible(order: BatchOrder, facts: Facts, row: Row) -> None:
    """Refuse a row for what it says by itself, or beside the first one."""
    require_amount(row.amount, facts.decimals)
    if row.receiver is not None and row.receiver not in facts.known:
        raise PartyUnknown(row.receiver)
    if order.operation is Operation.MINT:
        assert row.receiver is not None, row.line
        if row.receiver not in facts.willing:
            raise NoConsent(row.receiver)
    elif order.operation is Operation.TRANSFER:
        assert row.receiver is not None, row.line
        if row.receiver == row.source:
            raise TransferToSelf(row.receiver)
        if row.execute_before is not None and row.execute_before <= facts.now:
            raise DeadlineTooEarly(row.execute_before)
    elif order.mode is Mode.ALL_OR_NOTHING:
        _require_one_burn(order.rows[0], row)


def _require_one_burn(first: Row, row: Row) -> None:
    if row.source != first.source:
        raise OwnersDiffer("an all-or-nothing batch of burns has one owner")
    if row.memo != first.memo:
        raise MemosDiffer("an all-or-nothing batch of burns has one memo")


def _column(error: NotPossible) -> str:
    """Give the column that a refusal is about."""
    columns: Mapping[type[NotPossible], str] = {
        PartyUnknown: "receiver",
        NoConsent: "receiver",
        TransferToSelf: "receiver",
        DeadlineTooEarly: "execute_before",
        OwnersDiffer: "owner",
        MemosDiffer: "memo",
    }
    return columns.get(type(error), "amount")
