"""The schema of a database: which one it has, which one is needed, and the way between them."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from cantata.storage.database import connection_options, driver_url
from cantata.storage.errors import DatabaseUnavailable, MigrationRefused, SchemaOutdated
from cantata.storage.leadership import lock_key
from cantata.storage.settings import DatabaseSettings

MIGRATIONS = Path(__file__).parent / "migrations"
TESTED = range(15, 19)
"""Versions of PostgreSQL that are tested; others may work."""

_LOCK = lock_key("migrations")


def wanted_revision() -> str:
    """Give the revision that this version of Cantata needs."""
    return ScriptDirectory.from_config(_config(None)).get_current_head() or ""


def current_revision(settings: DatabaseSettings) -> str:
    """Give the revision that the database has; empty for an empty database."""
    return _run(settings, _revision)


def upgrade(settings: DatabaseSettings, revision: str = "head") -> None:
    """Bring the database to a revision; processes that do it at once follow each other.

    Raise MigrationRefused if the database's own revision or its tables are not those known here.
    """

    def run(connection: Connection) -> str:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        command.upgrade(_config(connection), revision)
        return ""

    _run(settings, run)


def downgrade(settings: DatabaseSettings, revision: str) -> None:
    """Take migrations back, down to a revision."""

    def run(connection: Connection) -> str:
        command.downgrade(_config(connection), revision)
        return ""

    _run(settings, run)


def require_current(settings: DatabaseSettings) -> None:
    """Raise SchemaOutdated unless the database has the schema that is needed."""
    found, wanted = current_revision(settings), wanted_revision()
    if found != wanted:
        raise SchemaOutdated(found, wanted)


def server_version(settings: DatabaseSettings) -> int:
    """Give the server's version, such as 18."""

    def run(connection: Connection) -> str:
        return str(connection.scalar(text("SHOW server_version_num")))

    return int(_run(settings, run)) // 10_000


def version_doubt(settings: DatabaseSettings) -> str:
    """Tell what speaks against the server's version; empty for those that are tested."""
    found = server_version(settings)
    if found in TESTED:
        return ""
    return f"PostgreSQL {found} is not tested; {TESTED.start} to {TESTED.stop - 1} are"


def _run(settings: DatabaseSettings, work: object) -> str:
    options = connection_options(settings)
    options["options"] = "-c timezone=UTC"
    engine = create_engine(driver_url(settings.url), poolclass=NullPool, connect_args=options)
    try:
        with engine.begin() as connection:
            return str(work(connection))  # type: ignore[operator]
    except OperationalError as error:
        raise DatabaseUnavailable(_first_line(error.orig)) from error
    except ProgrammingError as error:
        raise MigrationRefused(_first_line(error.orig)) from error
    except CommandError as error:
        raise MigrationRefused(_first_line(error)) from error
    finally:
        engine.dispose()


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0][:200]


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
