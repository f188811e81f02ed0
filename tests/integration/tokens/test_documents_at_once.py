"""Documents that are added at once have numbers of their own: no hash replaces another's."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from cantata.automation import repository as intents
from cantata.kernel.ids import PartyId
from cantata.kernel.time import SystemClock
from cantata.storage.database import Database
from cantata.storage.session import WriteSession
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.documents.service import number_for
from cantata.tokens.documents.tasks import DESCRIBE
from cantata.tokens.model import InstrumentId
from cantata.tokens.orders import Document
from cantata.tokens.repository import documents
from cantata.tokens.repository.documents import Recorded
from cantata.tokens.wishes import wish_about

ADMIN = PartyId(f"admin::1220{'ab' * 32}")
GOLD = InstrumentId(ADMIN, "GOLD")
OIL = InstrumentId(ADMIN, "OIL")
HASH = "ab" * 32
MOMENT_SECONDS = 0.3
"""Long enough for a statement that nothing holds up; the test holds whether it is or not."""


def document(name: str, version: str) -> Document:
    return Document(
        name=name,
        sha256=HASH,
        size=1,
        media_type="text/plain",
        uri="",
        version=version,
        visibility="public",
    )


async def numbered(session: WriteSession, token: InstrumentId, wanted: Document) -> int:
    """Do what the use case does in its transaction."""
    identity, now = uuid4(), SystemClock().now()
    number = await number_for(session, token, wanted)
    filed = Recorded(number=number, document=wanted, created_at=now)
    assert await documents.add(session, token, (filed,), identity)
    wish = wish_about("test", DESCRIBE, token, str(identity), (ADMIN,), {})
    await intents.record(session, wish, identity, now, "")
    return number


@pytest.mark.parametrize(
    "second, token, expected",
    [
        (document("Terms", "2"), GOLD, 1),
        (document("Terms", "1"), GOLD, 1),
        (document("Prospectus", "2"), GOLD, 0),
        (document("Terms", "1"), OIL, 0),
    ],
)
def test_two_connections_number_one_after_the_other(
    database_settings: DatabaseSettings, second: Document, token: InstrumentId, expected: int
) -> None:
    async def work() -> tuple[int, int]:
        async with Database(database_settings) as database:

            async def other() -> int:
                async with database.write() as session:
                    return await numbered(session, token, second)

            async with database.write() as session:
                first = await numbered(session, GOLD, document("Prospectus", "1"))
                task = asyncio.create_task(other())
                done, _ = await asyncio.wait({task}, timeout=MOMENT_SECONDS)
                assert not done or token is not GOLD, "it did not wait for the first"
            return first, await task

    assert asyncio.run(work()) == (0, expected)
