"""The examination: each part by itself, so that one fault does not hide another."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cantata.ingestion import repository
from cantata.kernel.time import Clock
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import LedgerError
from cantata.ledger.tokens import TokenProvider
from cantata.ops.doctor import ingestion, ledger, machine, storage
from cantata.ops.doctor.model import Bounds, Diagnosis, Finding
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.settings import DatabaseSettings


class Doctor:
    """Looks, and changes nothing."""

    def __init__(
        self,
        participant: LedgerClient,
        tokens: TokenProvider,
        clock: Clock,
        folder: Path,
        bounds: Bounds | None = None,
    ) -> None:
        self._ledger = participant
        self._tokens = tokens
        self._clock = clock
        self._folder = folder
        self._bounds = bounds or Bounds()

    async def examine(self, stored: DatabaseSettings | StorageError) -> tuple[Diagnosis, ...]:
        """Give everything that is wrong; a database that could not be started is its error."""
        found = list(machine.disk(self._folder, self._bounds))
        ledger_found, is_readable = await self._examine_ledger()
        found += ledger_found
        if isinstance(stored, StorageError):
            return (*found, storage.down(stored))
        found += await self._examine_database(stored, ledger_is_readable=is_readable)
        return tuple(_without_misleading(found))

    async def _examine_ledger(self) -> tuple[list[Diagnosis], bool]:
        try:
            await self._ledger.parties.participant_id()
            found = list(await ledger.rights(self._ledger))
            is_readable = not found
            found += await ledger.packages(self._ledger)
        except LedgerError as error:
            url = self._ledger.settings.url
            return [await ledger.failure(error, url, self._tokens, self._clock)], False
        clock = ledger.clock(self._ledger.settings.url, self._clock, self._bounds)
        return [*found, *await clock], is_readable

    async def _examine_database(
        self, stored: DatabaseSettings, *, ledger_is_readable: bool
    ) -> list[Diagnosis]:
        try:
            found = list(await storage.schema(stored))
            comparable = ledger_is_readable and not found
            async with Database(stored) as database:
                found += await storage.clock(database, self._clock, self._bounds)
                if comparable:
                    found += await self._examine_both(database)
        except StorageError as error:
            return [storage.down(error)]
        return found

    async def _examine_both(self, database: Database) -> Iterable[Diagnosis]:
        """Compare what is ingested with the ledger; without the right schema nobody can."""
        async with database.read() as session:
            cursor = await repository.load_cursor(session)
        foreign = tuple(await ledger.identity(self._ledger, cursor))
        if foreign:
            return foreign
        return await ingestion.stream(database, self._ledger, self._bounds)


def _without_misleading(found: list[Diagnosis]) -> Iterable[Diagnosis]:
    """Leave out what a foreign ledger lacks: nobody should deploy our contracts there."""
    is_foreign = any(each.finding is Finding.LEDGER_FOREIGN for each in found)
    return (
        each for each in found if not (is_foreign and each.finding is Finding.CONTRACTS_MISSING)
    )
