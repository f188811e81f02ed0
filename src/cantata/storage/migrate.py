"""The way between schemas: migrations, up and down."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from cantata.storage.errors import MigrationRefused
from cantata.storage.leadership import lock_key
from cantata.storage.settings import DatabaseSettings
from cantata.storage.versions import MIGRATIONS, first_line, run

_LOCK = lock_key("migrations")


def upgrade(settings: DatabaseSettings, revision: str = "head") -> None:
    """Bring the database to a revision; processes that do it at once follow each other.

    Raise MigrationRefused if the database's own revision or its tables are not those known here.
    """

    def work(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        command.upgrade(_config(connection), revision)

    try:
        run(settings, work)
    except CommandError as error:
        raise MigrationRefused(first_line(error)) from error


def downgrade(settings: DatabaseSettings, revision: str) -> None:
    """Take migrations back, down to a revision; raise MigrationRefused for an unknown one."""
    try:
        run(settings, lambda connection: command.downgrade(_config(connection), revision))
    except CommandError as error:
        raise MigrationRefused(first_line(error)) from error


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
