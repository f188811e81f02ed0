"""How far ingestion is, compared with the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from cantata.bootstrap import connections
from cantata.config import Settings
from cantata.ingestion import repository
from cantata.ingestion.model import Halt
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

LEDGER = "ledger"
STREAM = "stream"


LIVE = "live"
FILLING = "filling"
HALTED = "halted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How far something is, and how many offsets it is behind the ledger.

    `state` is that of the stream, live or halted, or of a projection, live if it moves with the
    stream, else filling.
    """

    name: str
    offset: int
    behind: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far everything is, and why ingestion stands still, if it does."""

    reached: tuple[Reached, ...]
    halt: Halt | None


async def progress(settings: Settings, stored: DatabaseSettings) -> Progress:
    """Give the ends of the ledger and of the stream, and what each projection has reached."""
    async with Database(stored) as database, connections.ledger_client(settings) as ledger:
        async with database.read() as session:
            found = await repository.positions(session)
        end = await ledger.state.ledger_end()
    at = found.cursor.offset
    states = {name: LIVE if offset == at else FILLING for name, offset in found.reached.items()}
    offsets = {LEDGER: end, STREAM: at, **found.reached}
    states |= {LEDGER: LIVE, STREAM: LIVE if found.halt is None else HALTED}
    reached = tuple(
        Reached(name=name, offset=offset, behind=max(0, end - offset), state=states[name])
        for name, offset in offsets.items()
    )
    return Progress(reached=reached, halt=found.halt)
