"""A ledger without its past: the active contracts, as the transactions that created them.

It stands in for a history that is pruned. What was archived before is left out, so a projection
that is built from it has the right present and no more of the past than the ledger has.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from itertools import groupby

from cantata.ingestion.model import BATCH_EVENTS_MAX, Batch, Cursor
from cantata.ledger.model.events import ActiveContract
from cantata.ledger.model.updates import Transaction


async def snapshot_batches(
    contracts: AsyncGenerator[ActiveContract, None], at: int
) -> Sequence[Batch]:
    """Give the batches of a snapshot in the order of creation; all of them end `at` its offset."""
    found: list[ActiveContract] = []
    async with aclosing(contracts):
        async for contract in contracts:
            found.append(contract)  # noqa: PERF401 - an asynchronous iterator
    found.sort(key=_place)
    transactions = [_transaction(list(group)) for _, group in groupby(found, key=_offset)]
    synchronizer = found[0].synchronizer_id if found else ""
    after = Cursor(offset=at, synchronizer_id=synchronizer)
    return [
        Batch(before=Cursor(), after=after, transactions=tuple(chunk), is_snapshot=True)
        for chunk in _chunks(transactions)
    ]


def _transaction(created: Sequence[ActiveContract]) -> Transaction:
    first = created[0].event
    return Transaction(
        update_id="",
        offset=first.offset,
        command_id="",
        workflow_id="",
        synchronizer_id=created[0].synchronizer_id,
        effective_at=first.created_at,
        record_time=first.created_at,
        events=tuple(contract.event for contract in created),
    )


def _chunks(transactions: Sequence[Transaction]) -> Iterator[list[Transaction]]:
    chunk: list[Transaction] = []
    events = 0
    for transaction in transactions:
        if chunk and events + len(transaction.events) > BATCH_EVENTS_MAX:
            yield chunk
            chunk, events = [], 0
        chunk.append(transaction)
        events += len(transaction.events)
    if chunk:
        yield chunk


def _offset(contract: ActiveContract) -> int:
    return contract.event.offset


def _place(contract: ActiveContract) -> tuple[int, int]:
    return contract.event.offset, contract.event.node_id
