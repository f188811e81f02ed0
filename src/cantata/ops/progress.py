"""How far ingestion is, compared with the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from cantata import bootstrap
from cantata.config import Settings
from cantata.ingestion import repository
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

LEDGER = "ledger"
STREAM = "stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far something is, and how many offsets it is behind the ledger."""

    name: str
    offset: int
    behind: int


async def progress(settings: Settings, stored: DatabaseSettings) -> tuple[Reached, ...]:
    """Give the ends of the ledger and of the stream, and what each projection has reached."""
    async with Database(stored) as database, bootstrap.ledger_client(settings) as ledger:
        async with database.read() as session:
            cursor = await repository.load_cursor(session)
            projections = await repository.projection_offsets(session)
        end = await ledger.state.ledger_end()
    reached = {LEDGER: end, STREAM: cursor.offset, **projections}
    return tuple(
        Reached(name=name, offset=offset, behind=max(0, end - offset))
        for name, offset in reached.items()
    )
