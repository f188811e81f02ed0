"""What intents of batches hold, and how the rows of a batch are asked for one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cantata.automation.model import Wish
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.tokens.batches.model import BatchOrder, Mode, Operation, Row
from cantata.tokens.orders import BurnOrder, MintOrder, TransferOrder
from cantata.tokens.wishes import burn_wish, mint_wish, transfer_wish, wish_about

MINT_BATCH = "tokens.mint_batch"
TRANSFER_BATCH = "tokens.transfer_batch"
ROW_BY_ROW = "tokens.batch"
"""A batch whose rows have intents of their own: done as soon as they are recorded."""

ABOUT = "batch"
"""The member of a request that says of which batch it is."""


def batch_wish(requester: str, order: BatchOrder, key: str) -> Wish:
    """Give what is recorded of a batch."""
    about = {
        "operation": order.operation.value,
        "mode": order.mode.value,
        "rows": order.count,
        "sha256": order.sha256,
    }
    found = _bare(requester, order, key)
    return replace(found, request={**found.request, ABOUT: about})


def row_wish(requester: str, order: BatchOrder, row: Row, key: str, freely: bool) -> Wish:
    """Give what is recorded of one row; `freely` mints without asking the receiver."""
    if order.operation is Operation.MINT:
        return mint_wish(requester, mint_of(order, row), key, together=freely)
    if order.operation is Operation.TRANSFER:
        return transfer_wish(requester, transfer_of(order, row), key)
    return burn_wish(requester, burn_of(order, row), key)


def mint_of(order: BatchOrder, row: Row) -> MintOrder:
    """Give the mint that a row asks for."""
    assert row.receiver is not None, row.line
    return MintOrder(token=order.token, receiver=row.receiver, amount=row.amount, memo=row.memo)


def transfer_of(order: BatchOrder, row: Row) -> TransferOrder:
    """Give the transfer that a row asks for."""
    assert row.source is not None, row.line
    assert row.receiver is not None, row.line
    return TransferOrder(
        token=order.token,
        sender=row.source,
        receiver=row.receiver,
        amount=row.amount,
        memo=row.memo,
        execute_before=row.execute_before,
    )


def burn_of(order: BatchOrder, row: Row) -> BurnOrder:
    """Give the burn that a row asks for."""
    assert row.source is not None, row.line
    return BurnOrder(token=order.token, owner=row.source, amount=row.amount, memo=row.memo)


def about(request: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Give what a request says of its batch; None for requests of no batch."""
    found: Mapping[str, Any] | None = request.get(ABOUT)
    return found


def _bare(requester: str, order: BatchOrder, key: str) -> Wish:
    if order.mode is Mode.PER_ROW:
        return wish_about(requester, ROW_BY_ROW, order.token, key, (), {})
    if order.operation is Operation.BURN:
        total = sum((row.amount for row in order.rows), Decimal("0"))
        return burn_wish(requester, replace(burn_of(order, order.rows[0]), amount=total), key)
    if order.operation is Operation.MINT:
        return wish_about(requester, MINT_BATCH, order.token, key, (order.token.admin,), {})
    senders = tuple(sorted({PartyId(str(row.source)) for row in order.rows}))
    return wish_about(requester, TRANSFER_BATCH, order.token, key, senders, {})
