"""Whether the platform can work: database, schema, ledger, and how far ingestion is behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from cantata.api.health import Check
from cantata.ingestion import repository as ingestion
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock
from cantata.ledger.client import LedgerClient
from cantata.storage import versions
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

BEHIND_MAX = 10_000
"""Offsets that ingestion may be behind the ledger."""

CHECK_SECONDS = 5


class PlatformReadiness:
    """Looks at each part; what one look finds wrong does not hide the others."""

    def __init__(
        self, database: Database, stored: DatabaseSettings, ledger: LedgerClient, clock: Clock
    ) -> None:
        self._database = database
        self._stored = stored
        self._ledger = ledger
        self._clock = clock

    async def checks(self) -> tuple[Check, ...]:
        """Look at database, schema, ledger and ingestion."""
        found = await asyncio.gather(
            self._check("schema", self._schema()), self._check("ingestion", self._ingestion())
        )
        return tuple(found)

    async def _check(self, name: str, look: Awaitable[str]) -> Check:
        try:
            detail = await asyncio.wait_for(look, CHECK_SECONDS)
        except TimeoutError:
            return Check(name=name, ok=False, detail="no answer in time")
        except CantataError as error:
            told = error.message if isinstance(error, Halted | TooFarBehind) else error.code
            return Check(name=name, ok=False, detail=told)
        return Check(name=name, ok=True, detail=str(detail))

    async def _schema(self) -> str:
        await asyncio.to_thread(versions.require_current, self._stored)
        return versions.wanted_revision()

    async def _ingestion(self) -> str:
        async with self._database.read() as session:
            found = await ingestion.positions(session)
        if found.halt is not None:
            raise Halted(found.halt.code, found.cursor.offset)
        end = await self._ledger.state.ledger_end()
        behind = max(0, end - found.cursor.offset)
        if behind > BEHIND_MAX:
            raise TooFarBehind(behind)
        return f"{behind} behind"


class Halted(CantataError):
    """Ingestion stands still on purpose; fields `halt`, which is its code, and `offset`."""

    code = "NOT_INGESTING"

    def __init__(self, halt: str, offset: int) -> None:
        self.halt = halt
        self.offset = offset
        super().__init__(f"ingestion is halted at {offset}: {halt}", hint="run `cantata doctor`")


class TooFarBehind(CantataError):
    """Ingestion is too far behind the ledger; field `behind`."""

    code = "INGESTION_BEHIND"

    def __init__(self, behind: int) -> None:
        self.behind = behind
        super().__init__(f"ingestion is {behind} offsets behind", hint="wait, or look at its log")
