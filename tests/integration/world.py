"""The world around Cantata for tests: a real PostgreSQL, a real sandbox with our packages.

Tests elsewhere get the fixtures by importing them into their own `conftest.py`. With
CANTATA_TEST_DATABASE_URL they use that server (its user must be allowed to make databases),
without it each worker runs the embedded one in a folder of its own.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.storage import migrate
from cantata.storage.database import plain_url
from cantata.storage.embedded import EmbeddedServer
from cantata.storage.settings import DatabaseSettings
from tests.api.process import SANDBOX, Sandbox, running

URL = "CANTATA_TEST_DATABASE_URL"
CANTATA = str(Path(sys.executable).with_name("cantata"))
ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "src" / "cantata" / "tokens" / "contract"
USER = "cantata"

# Tests kill processes, never the machine, so nothing has to reach the disk.
_FASTER = ("fsync = off", "full_page_writes = off", "max_connections = 200")


@pytest.fixture(scope="session")
def database_server() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    named = os.environ.get(URL)
    if named:
        yield named
        return
    # Not below pytest's own folder, which each run of pytest closes to the server's user again.
    with tempfile.TemporaryDirectory(
        prefix="cantata-postgres-", ignore_cleanup_errors=True
    ) as parent:
        folder = Path(parent) / "data"
        with EmbeddedServer(folder):
            pass
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.writelines(f"{line}\n" for line in _FASTER)
        with EmbeddedServer(folder) as server:
            yield server.url


@pytest.fixture(scope="session")
def template_database(database_server: str) -> Iterator[str]:
    """The name of a database with our schema, to copy."""
    with empty_database(database_server) as settings:
        migrate.upgrade(settings)
        yield str(make_url(settings.url).database)


@pytest.fixture
def empty_settings(database_server: str) -> Iterator[DatabaseSettings]:
    """A database of the test's own, without any table."""
    with empty_database(database_server) as settings:
        yield settings


@pytest.fixture
def database_settings(database_server: str, template_database: str) -> Iterator[DatabaseSettings]:
    """A database of the test's own, with our schema."""
    with empty_database(database_server, template_database) as settings:
        yield settings


@pytest.fixture(scope="session")
def token_dar(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our token package with what it needs."""
    dar = tmp_path_factory.mktemp("dar") / "tokens.dar"
    build = ("contract", "build", str(CONTRACTS), "--out", str(dar), "--without-declared")
    done = subprocess.run(
        [CANTATA, *build], check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return dar


@pytest.fixture
def sandbox(tmp_path: Path, token_dar: Path) -> Iterator[Sandbox]:
    """A ledger of the test's own, with our token package."""
    with token_ledger(tmp_path, token_dar) as started:
        yield started


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory, token_dar: Path) -> Iterator[Sandbox]:
    """A ledger for the tests of a module, which must use parties of their own."""
    with token_ledger(tmp_path_factory.mktemp("ledger"), token_dar) as started:
        yield started


@contextmanager
def token_ledger(folder: Path, dar: Path, *arguments: str) -> Iterator[Sandbox]:
    """Run a sandbox that keeps its ledger in a file of the folder and has the package of a DAR."""
    store = str(folder / "ledger.db")
    with running(folder, "--store", store, *arguments, command=SANDBOX) as started:
        asyncio.run(_deploy(started.url, dar.read_bytes()))
        yield started


@contextmanager
def empty_database(server: str, template: str = "template0") -> Iterator[DatabaseSettings]:
    """Make a database from a template; drop it at the end, whoever still uses it."""
    name = f"cantata_{uuid.uuid4().hex}"
    with psycopg.connect(plain_url(server), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    try:
        yield replace(_settings(server), url=_named(server, name))
    finally:
        with psycopg.connect(plain_url(server), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _settings(server: str) -> DatabaseSettings:
    return DatabaseSettings(url=server, application="test", connections_max=8)


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


async def _deploy(url: str, dar: bytes) -> None:
    async with LedgerClient(Settings(url=url, user_id=USER)) as ledger:
        await ledger.packages.deploy(dar)
