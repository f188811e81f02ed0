"""What the doctor sees of ingestion: whether it was halted, and whether it keeps up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing

from cantata.ingestion import repository
from cantata.ingestion.errors import LedgerForeign
from cantata.ingestion.model import Halt
from cantata.ledger.client import LedgerClient
from cantata.ledger.formats import Wanted
from cantata.ledger.model.updates import Transaction
from cantata.ops.doctor.model import Bounds, Diagnosis, Finding
from cantata.storage.database import Database


async def stream(database: Database, ledger: LedgerClient, bounds: Bounds) -> Iterable[Diagnosis]:
    """Look whether ingestion keeps up: at once, and again a moment later if it is behind."""
    async with database.read() as session:
        found = await repository.positions(session)
    if found.halt is not None:
        return (halted(found.halt),)
    end = await ledger.state.ledger_end()
    behind = end - found.cursor.offset
    if behind <= 0:
        return ()
    await asyncio.sleep(bounds.watched_ms / 1_000)
    async with database.read() as session:
        later = await repository.load_cursor(session)
    moves = later.offset > found.cursor.offset
    if not moves and not await _has_updates(ledger, later.offset, end):
        return ()
    if moves and end - later.offset <= bounds.behind_max:
        return ()
    remedy = (
        "it is catching up: wait, and give the database more room if this lasts"
        if moves
        else "start ingestion (`cantata up` or `cantata ingest run`), or look at its log"
    )
    return (
        Diagnosis(
            finding=Finding.STREAM_LAGGING,
            message=f"ingestion is {behind} offsets behind the ledger and"
            f" {'moves' if moves else 'does not move'}",
            remedy=remedy,
            details={"ledger": str(end), "ingested": str(later.offset)},
        ),
    )


async def _has_updates(ledger: LedgerClient, begin: int, end: int) -> bool:
    """Tell whether there is anything to ingest; offsets also grow without updates."""
    updates = ledger.updates.follow(Wanted(), begin, end=end)
    async with aclosing(updates):
        async for update in updates:
            if isinstance(update, Transaction):
                return True
    return False


def halted(halt: Halt) -> Diagnosis:
    """Say why ingestion stopped on purpose."""
    foreign = halt.code == LedgerForeign.code
    return Diagnosis(
        finding=Finding.LEDGER_FOREIGN if foreign else Finding.INGESTION_HALTED,
        message=halt.message,
        remedy=halt.hint,
        details={"code": halt.code},
    )
