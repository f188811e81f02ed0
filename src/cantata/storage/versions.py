"""Which schema a database has, and which is needed; without what changes schemas.

Every process asks this when it starts, and none of them changes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from cantata.storage.database import connection_options, driver_url
from cantata.storage.errors import DatabaseUnavailable, MigrationRefused, SchemaOutdated
from cantata.storage.settings import DatabaseSettings

MIGRATIONS = Path(__file__).parent / "migrations"
TESTED = range(15, 19)
"""Versions of PostgreSQL that are tested; others may work."""


def known_revisions() -> tuple[str, ...]:
    """Give the revisions that this version of Cantata knows, in their order.

    Each is a file whose name begins with it.
    """
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(path.name.partition("_")[0] for path in files))


def wanted_revision() -> str:
    """Give the revision that this version of Cantata needs."""
    return known_revisions()[-1]


def current_revision(settings: DatabaseSettings) -> str:
    """Give the revision that the database has; empty for an empty database."""
    return run(settings, _revision)


def require_current(settings: DatabaseSettings) -> None:
    """Raise SchemaOutdated unless the database has the schema that is needed."""
    found, wanted = current_revision(settings), wanted_revision()
    if found != wanted:
        raise SchemaOutdated(found, wanted)


def server_version(settings: DatabaseSettings) -> int:
    """Give the server's version, such as 18."""
    found = run(settings, lambda connection: connection.scalar(text("SHOW server_version_num")))
    return int(found) // 10_000


def version_doubt(settings: DatabaseSettings) -> str:
    """Tell what speaks against the server's version; empty for those that are tested."""
    found = server_version(settings)
    if found in TESTED:
        return ""
    return f"PostgreSQL {found} is not tested; {TESTED.start} to {TESTED.stop - 1} are"


def run(settings: DatabaseSettings, work: Callable[[Connection], object]) -> str:
    """Do something in a transaction on a connection of its own.

    Raise DatabaseUnavailable, or MigrationRefused for what the schema does not admit.
    """
    options = connection_options(settings)
    options["options"] = "-c timezone=UTC"
    engine = create_engine(driver_url(settings.url), poolclass=NullPool, connect_args=options)
    try:
        with engine.begin() as connection:
            return str(work(connection))
    except OperationalError as error:
        raise DatabaseUnavailable(first_line(error.orig)) from error
    except ProgrammingError as error:
        raise MigrationRefused(first_line(error.orig)) from error
    finally:
        engine.dispose()


def first_line(error: BaseException | None) -> str:
    """Give the first line of what somebody else's error says, bounded."""
    return str(error).partition("\n")[0][:200]


def _revision(connection: Connection) -> str:
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return ""
    return ",".join(connection.scalars(text("SELECT version_num FROM alembic_version ORDER BY 1")))
