"""What the doctor sees of the database: whether it answers, its schema, its clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from sqlalchemy import text

from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.ops.doctor.model import Bounds, Diagnosis, Finding
from cantata.storage import versions
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.settings import DatabaseSettings


def down(error: StorageError) -> Diagnosis:
    """Say that the database cannot be used."""
    return Diagnosis(
        finding=Finding.DATABASE_DOWN,
        message=error.message,
        remedy="start the server, or correct host, database, user and password in"
        " CANTATA_DATABASE_URL; without one `cantata up` starts the embedded server",
        details={"code": error.code},
    )


async def schema(stored: DatabaseSettings) -> Iterable[Diagnosis]:
    """Compare the schema with the one that this version needs; StorageError without database."""
    found = await asyncio.to_thread(versions.current_revision, stored)
    wanted = versions.wanted_revision()
    if found == wanted:
        return ()
    details = {"found": found, "wanted": wanted}
    if not found:
        return (
            Diagnosis(
                finding=Finding.SCHEMA_EMPTY,
                message="the database has no schema yet",
                remedy="run `cantata db upgrade`; if it should have one, this is another database",
                details=details,
            ),
        )
    if found not in versions.known_revisions():
        return (
            Diagnosis(
                finding=Finding.SCHEMA_UNKNOWN,
                message=f"the database has the schema {found}, which this version does not know",
                remedy="a later version has migrated it: install that one",
                details=details,
            ),
        )
    return (
        Diagnosis(
            finding=Finding.SCHEMA_OUTDATED,
            message=f"the database has the schema {found}, this version needs {wanted}",
            remedy="run `cantata db upgrade`",
            details=details,
        ),
    )


async def clock(database: Database, ours: Clock, bounds: Bounds) -> Iterable[Diagnosis]:
    """Compare the database's clock with ours."""
    before = ours.now()
    async with database.read() as session:
        theirs = Timestamp.from_stdlib(await session.scalar(text("SELECT clock_timestamp()")))
    return skewed("the database", theirs, before, ours.now(), bounds)


def skewed(
    whose: str, theirs: Timestamp, before: Timestamp, after: Timestamp, bounds: Bounds
) -> Iterable[Diagnosis]:
    """Tell whether a clock that was read between two points of ours is too far off."""
    ahead, behind = theirs.since(after), before.since(theirs)
    off = max(ahead, behind, RelTime(0))
    if off <= bounds.skew_max:
        return
    direction = "ahead of" if ahead > behind else "behind"
    seconds = off.microseconds // 1_000_000
    yield Diagnosis(
        finding=Finding.CLOCK_SKEWED,
        message=f"the clock of {whose} is {seconds} seconds {direction} that of this machine",
        remedy="let both machines take their time from the same source (NTP)",
        details={"whose": whose, "theirs": str(theirs), "ours": str(after)},
    )
