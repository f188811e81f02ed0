"""The migrations make the tables that the code declares, and can be taken back."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import threading

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

import cantata
from cantata.kernel.time import Timestamp
from cantata.storage import audit, migrate, versions
from cantata.storage.database import Database, driver_url, plain_url
from cantata.storage.errors import DatabaseUnavailable, MigrationRefused, SchemaOutdated
from cantata.storage.schema import METADATA
from cantata.storage.settings import DatabaseSettings

NOW = Timestamp.parse("2026-01-01T00:00:00Z")


def declare_all_tables() -> None:
    """Import every module that may declare tables, whatever slices there are."""
    for module in pkgutil.walk_packages(cantata.__path__, "cantata."):
        parts = module.name.split(".")
        if "repository" in parts or parts[1] == "storage":
            if "versions" in parts or parts[-1] == "env":
                continue
            importlib.import_module(module.name)


def differences(settings: DatabaseSettings) -> list[object]:
    declare_all_tables()
    engine = create_engine(driver_url(settings.url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))


def test_migrated_is_what_is_declared(database_settings: DatabaseSettings) -> None:
    assert differences(database_settings) == []


def test_up_down_up(empty_settings: DatabaseSettings) -> None:
    assert versions.current_revision(empty_settings) == ""
    migrate.upgrade(empty_settings)
    assert versions.current_revision(empty_settings) == versions.wanted_revision()
    migrate.downgrade(empty_settings, "base")
    assert versions.current_revision(empty_settings) == ""
    with psycopg.connect(plain_url(empty_settings.url)) as connection:
        left = connection.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
            " WHERE nspname = 'public' AND relkind IN ('r', 'S', 'v')"
            " AND relname <> 'alembic_version'"
        ).fetchall()
        functions = connection.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert (left, functions) == ([], [])
    migrate.upgrade(empty_settings)
    assert differences(empty_settings) == []


def test_step_by_step(empty_settings: DatabaseSettings) -> None:
    """Each migration can be applied and taken back by itself."""
    seen = []
    while versions.current_revision(empty_settings) != versions.wanted_revision():
        before = versions.current_revision(empty_settings)
        migrate.upgrade(empty_settings, "+1")
        after = versions.current_revision(empty_settings)
        migrate.downgrade(empty_settings, before or "base")
        assert versions.current_revision(empty_settings) == before
        migrate.upgrade(empty_settings, "+1")
        seen.append(after)
    assert seen == sorted(seen)


def test_two_at_once_follow_each_other(empty_settings: DatabaseSettings) -> None:
    failures: list[BaseException] = []

    def up() -> None:
        try:
            migrate.upgrade(empty_settings)
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert versions.current_revision(empty_settings) == versions.wanted_revision()


def test_what_is_known_is_what_is_there() -> None:
    """The names of files tell the revisions that the files declare."""
    scripts = ScriptDirectory(str(versions.MIGRATIONS))
    declared = [script.revision for script in scripts.walk_revisions()]
    assert list(versions.known_revisions()) == declared[::-1]
    assert versions.wanted_revision() == scripts.get_current_head()


def test_an_old_schema_is_named(empty_settings: DatabaseSettings) -> None:
    migrate.upgrade(empty_settings, "0001")
    with pytest.raises(SchemaOutdated, match="0001") as caught:
        versions.require_current(empty_settings)
    assert caught.value.found == "0001"
    assert "cantata db upgrade" in caught.value.hint


def test_a_missing_database_is_named(empty_settings: DatabaseSettings) -> None:
    missing = DatabaseSettings(url=empty_settings.url.replace("cantata_", "missing_"))
    with pytest.raises(DatabaseUnavailable, match="does not exist"):
        versions.require_current(missing)


def test_the_audit_cannot_be_changed(database_settings: DatabaseSettings) -> None:
    entry = audit.AuditEntry(at=NOW, actor="alice", action="mint", subject="GOLD", details={})

    async def record() -> int:
        async with Database(database_settings) as database, database.write() as session:
            await audit.record(session, entry)
            return await audit.record(session, entry)

    assert asyncio.run(record()) == 2
    with (
        psycopg.connect(plain_url(database_settings.url)) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        connection.execute("UPDATE audit SET actor = 'mallory'")


def test_the_version_of_the_server_is_tested(database_settings: DatabaseSettings) -> None:
    assert versions.server_version(database_settings) in versions.TESTED
    assert versions.version_doubt(database_settings) == ""


def test_other_versions_are_doubted(
    database_settings: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "TESTED", range(90, 92))
    assert "is not tested; 90 to 91 are" in versions.version_doubt(database_settings)


@pytest.mark.parametrize("revision", ["9999", "0001"])
def test_a_schema_that_is_not_what_it_says_is_left_alone(
    database_settings: DatabaseSettings, revision: str
) -> None:
    """One of a later version, and one with tables that its revision does not have yet."""
    with psycopg.connect(plain_url(database_settings.url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", (revision,))
    with pytest.raises(MigrationRefused, match=revision if revision == "9999" else "exists"):
        migrate.upgrade(database_settings)
    assert versions.current_revision(database_settings) == revision
