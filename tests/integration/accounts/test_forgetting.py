"""What ended is forgotten after a day; what can still be used stays."""

from __future__ import annotations

import asyncio
import uuid

from sqlalchemy import text

from cantata.accounts.model import CODE_LIFETIME, REFRESH, User
from cantata.accounts.repository import keys, users
from cantata.accounts.schedules import KEPT, forget
from cantata.accounts.service.verification import Verification
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings

NOW = Timestamp.parse("2026-01-01T00:00:00Z")
TABLES = ("email_codes", "sessions", "revoked_tokens")


async def rows(database: Database) -> list[int]:
    async with database.read() as session:
        return [await session.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES]


def test_what_ended_is_forgotten(database_settings: DatabaseSettings) -> None:
    async def main() -> None:
        async with Database(database_settings) as database:
            clock, user = ManualClock(NOW), uuid.uuid4()
            async with database.write() as session:
                made = User(id=user, email="", is_verified=False, is_active=True, created_at=NOW)
                await users.add_user(session, made, None)
                code = await Verification(clock, b"pepper").new_code(session, "a@example.com")
                assert code.isdigit()
                await keys.add_session(session, uuid.uuid4(), user, b"x", (NOW, NOW + REFRESH))
                assert await keys.revoke_token(session, "token", NOW + RelTime.of(minutes=15))
                assert not await keys.revoke_token(session, "token", NOW)
            found = {}
            for moment in (NOW, NOW + CODE_LIFETIME + KEPT, NOW + KEPT + KEPT, NOW + REFRESH):
                async with database.write() as session:
                    await forget(session, moment)
                found[moment] = await rows(database)
            async with database.write() as session:
                await forget(session, NOW + REFRESH + KEPT + RelTime(1))
            assert list(found.values()) == [[1, 1, 1], [1, 1, 1], [0, 1, 0], [0, 1, 0]]
            assert await rows(database) == [0, 0, 0]

    asyncio.run(main())
