"""The audit trail tells what was changed, taken out or cut off, and what it cannot tell."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from cantata.kernel.time import Timestamp
from cantata.storage import audit
from cantata.storage.audit import AuditEntry, Head
from cantata.storage.database import Database
from cantata.storage.errors import AuditBroken, StorageError
from cantata.storage.settings import DatabaseSettings

AT = Timestamp.parse("2026-01-01T00:00:00Z")
CUT = "DELETE FROM audit WHERE entry > 3"


async def add(database: Database, count: int, actor: str = "olga") -> None:
    for _ in range(count):
        async with database.write() as session:
            entry = AuditEntry(at=AT, actor=actor, action="look", subject="x", details={"a": "b"})
            await audit.record(session, entry)


async def tamper(database: Database, *statements: str) -> None:
    """Do as somebody who owns the tables."""
    async with database.write() as session:
        for table in ("audit", "audit_head"):
            await session.run(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            await session.run(text(statement))
        for table in ("audit", "audit_head"):
            await session.run(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))


async def verified(database: Database, *kept: Head) -> Head:
    async with database.read() as session:
        return await audit.verify(session, kept)


def on(settings: DatabaseSettings, work: Callable[[Database], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Database(settings) as database:
            assert await verified(database) == Head(0, audit.FIRST_SEAL)
            await add(database, 5)
            await work(database)

    asyncio.run(run())


@pytest.mark.parametrize(
    "statement, entry, says",
    [
        (CUT, 4, "had 5 entries, and was cut off"),
        ("DELETE FROM audit", 1, "had 5 entries, and was cut off"),
        ("DELETE FROM audit WHERE entry = 2", 2, "missing"),
        ("DELETE FROM audit WHERE entry = 1", 1, "missing"),
        ("UPDATE audit SET actor = 'eve' WHERE entry = 5", 5, "does not match its seal"),
        ("DELETE FROM audit_head", 5, "the row that names the last entry"),
        ("UPDATE audit_head SET entry = 4", 5, "did not write it"),
        ("UPDATE audit_head SET seal = '\\x00'", 5, "did not write it"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    database_settings: DatabaseSettings, statement: str, entry: int, says: str
) -> None:
    async def work(database: Database) -> None:
        await tamper(database, statement)
        with pytest.raises(AuditBroken, match=says) as refused:
            await verified(database)
        assert refused.value.entry == entry

    on(database_settings, work)


def test_entries_after_a_cut_do_not_close_the_gap(database_settings: DatabaseSettings) -> None:
    async def work(database: Database) -> None:
        await tamper(database, CUT)
        await add(database, 3)
        with pytest.raises(AuditBroken, match="missing") as refused:
            await verified(database)
        assert refused.value.entry == 4

    on(database_settings, work)


def test_who_sets_the_head_back_is_told_only_by_a_head_kept_elsewhere(
    database_settings: DatabaseSettings,
) -> None:
    async def work(database: Database) -> None:
        kept = await verified(database)
        assert Head.read(str(kept)) == kept
        third = "SELECT entry, seal FROM audit WHERE entry = 3"
        back = f"UPDATE audit_head SET (entry, seal) = ({third})"
        await tamper(database, CUT, back)
        early = await verified(database)
        assert early.entry == 3, "nothing inside the database tells"
        with pytest.raises(AuditBroken, match="had 5 entries, and was cut off"):
            await verified(database, kept)
        await add(database, 2, "eve")
        assert (await verified(database, early)).entry == 5
        with pytest.raises(AuditBroken, match="kept elsewhere") as refused:
            await verified(database, early, kept)
        assert refused.value.entry == 5

    on(database_settings, work)


@pytest.mark.parametrize(
    "statement",
    [
        CUT,
        "TRUNCATE audit",
        "UPDATE audit SET actor = 'eve'",
        "UPDATE audit_head SET entry = 3",
        "UPDATE audit_head SET entry = 7",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "INSERT INTO audit_head VALUES ('other', 9, '')",
    ],
)
def test_guards_refuse_what_the_application_never_does(
    database_settings: DatabaseSettings, statement: str
) -> None:
    async def work(database: Database) -> None:
        with pytest.raises((StorageError, SQLAlchemyError)):
            async with database.write() as session:
                await session.run(text(statement))
        assert (await verified(database)).entry == 5

    on(database_settings, work)


def test_writers_at_once_follow_each_other(database_settings: DatabaseSettings) -> None:
    async def work(database: Database) -> None:
        await asyncio.gather(*(add(database, 5) for _ in range(4)))
        assert (await verified(database)).entry == 25

    on(database_settings, work)


def test_without_a_head_nothing_is_written(database_settings: DatabaseSettings) -> None:
    async def work(database: Database) -> None:
        await tamper(database, "DELETE FROM audit_head")
        with pytest.raises(AuditBroken):
            await add(database, 1)

    on(database_settings, work)


def test_what_was_taken_back_leaves_no_gap(database_settings: DatabaseSettings) -> None:
    async def work(database: Database) -> None:
        with suppress(ZeroDivisionError):
            async with database.write() as session:
                entry = AuditEntry(at=AT, actor="olga", action="look", subject="x", details={})
                assert await audit.record(session, entry) == 6
                raise ZeroDivisionError
        await add(database, 1)
        assert (await verified(database)).entry == 6

    on(database_settings, work)


@pytest.mark.parametrize("written", ["", "5", "x:00", "5:zz", "5:00", f"0:{'00' * 32}", ":"])
def test_only_heads_are_read(written: str) -> None:
    with pytest.raises(ValueError, match="is no head"):
        Head.read(written)
