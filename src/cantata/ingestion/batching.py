"""Decides what belongs to the next batch, and refuses what must not be ingested."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.ingestion.errors import OffsetPassed, SecondSynchronizer, UnsupportedUpdate
from cantata.ingestion.model import Batch, Cursor
from cantata.ledger.model.updates import Checkpoint, OtherUpdate, Transaction, Update

_HARMLESS = frozenset({"TopologyTransaction"})


def batch_of(before: Cursor, updates: Sequence[Update]) -> Batch:
    """Put consecutive updates into a batch; raise what forbids to ingest them."""
    cursor = before
    transactions: list[Transaction] = []
    for update in updates:
        if isinstance(update, Transaction):
            transactions.append(update)
        cursor = advanced(cursor, update)
    return Batch(before=before, after=cursor, transactions=tuple(transactions))


def advanced(cursor: Cursor, update: Update) -> Cursor:
    """Move a cursor past an update."""
    if isinstance(update, Transaction):
        return _past_transaction(cursor, update)
    if update.offset < cursor.offset:
        raise OffsetPassed(update.offset, cursor.offset)
    if isinstance(update, Checkpoint):
        return _past_checkpoint(cursor, update)
    return _past_other(cursor, update)


def _past_transaction(cursor: Cursor, transaction: Transaction) -> Cursor:
    if transaction.offset <= cursor.offset:
        raise OffsetPassed(transaction.offset, cursor.offset)
    found, known = transaction.synchronizer_id, cursor.synchronizer_id
    if known and found != known:
        raise SecondSynchronizer(known, found, transaction.offset)
    return Cursor(
        offset=transaction.offset,
        update_id=transaction.update_id,
        record_time=transaction.record_time,
        synchronizer_id=found,
    )


def _past_checkpoint(cursor: Cursor, checkpoint: Checkpoint) -> Cursor:
    times = checkpoint.times
    known = cursor.synchronizer_id
    moment = times.get(known) if known else max(times.values(), default=None)
    return Cursor(
        offset=checkpoint.offset,
        update_id=cursor.update_id,
        record_time=moment or cursor.record_time,
        synchronizer_id=known,
    )


def _past_other(cursor: Cursor, update: OtherUpdate) -> Cursor:
    if update.kind not in _HARMLESS:
        raise UnsupportedUpdate(update.kind, update.offset)
    return Cursor(
        offset=update.offset,
        update_id=cursor.update_id,
        record_time=cursor.record_time,
        synchronizer_id=cursor.synchronizer_id,
    )
