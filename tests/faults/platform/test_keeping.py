"""The embedded database comes back by itself, on the same address, with what was committed."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from pathlib import Path

import psycopg

from cantata.ops import keeper
from cantata.storage.database import plain_url
from cantata.storage.embedded import EmbeddedServer

KILLS = 3
BACK_SECONDS_MAX = 60


def test_a_killed_database_comes_back() -> None:
    with tempfile.TemporaryDirectory(prefix="cantata-kept-", ignore_cleanup_errors=True) as parent:
        folder = Path(parent) / "data"
        asyncio.run(_play(folder))
        assert not (folder / "postmaster.pid").exists(), "it ends with its keeper"


async def _play(folder: Path) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    keeping = asyncio.create_task(keeper.keep(EmbeddedServer(folder), said.put_nowait))
    url = plain_url(await asyncio.wait_for(said.get(), BACK_SECONDS_MAX))
    await asyncio.to_thread(_run, url, "CREATE TABLE kills (number integer)")
    for number in range(KILLS):
        pid = await asyncio.to_thread((folder / "postmaster.pid").read_text)
        os.kill(int(pid.split()[0]), signal.SIGKILL)
        await asyncio.wait_for(
            _again(url, f"INSERT INTO kills VALUES ({number})"), BACK_SECONDS_MAX
        )
    found = await asyncio.to_thread(_run, url, "SELECT number FROM kills ORDER BY number")
    assert found == [(number,) for number in range(KILLS)]
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(keeping, BACK_SECONDS_MAX)


async def _again(url: str, statement: str) -> None:
    while True:
        try:
            await asyncio.to_thread(_run, url, statement)
        except psycopg.OperationalError:
            await asyncio.sleep(0.1)
        else:
            return


def _run(url: str, statement: str) -> list[tuple[int]]:
    with psycopg.connect(url, connect_timeout=5) as connection:
        cursor = connection.execute(statement.encode())
        return [] if cursor.description is None else cursor.fetchall()
