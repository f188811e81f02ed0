"""A visit of the doctor: to the database and the ledger that the settings name."""

from __future__ import annotations

import asyncio

from cantata.bootstrap import connections
from cantata.config import Settings
from cantata.kernel.time import Clock, SystemClock
from cantata.ops.doctor.model import Bounds, Diagnosis
from cantata.ops.doctor.service import Doctor
from cantata.storage.errors import StorageError
from cantata.storage.settings import DatabaseSettings


def visit(
    settings: Settings, clock: Clock | None = None, bounds: Bounds | None = None
) -> tuple[Diagnosis, ...]:
    """Give everything that is wrong; an embedded database runs as long as that takes."""

    async def examined(stored: DatabaseSettings | StorageError) -> tuple[Diagnosis, ...]:
        tokens = connections.ledger_tokens(settings)
        async with connections.ledger_client(settings, is_patient=False) as ledger:
            doctor = Doctor(ledger, tokens, clock or SystemClock(), settings.folder, bounds)
            return await doctor.examine(stored)

    try:
        with connections.database_settings(settings, "doctor") as stored:
            return asyncio.run(examined(stored))
    except StorageError as error:
        return asyncio.run(examined(error))
