"""Ingestion and workers tell what they measure, where they are asked to, and to nobody else."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from cantata.config import Settings
from cantata.ingestion.repository import load_cursor
from cantata.ops.ports import HOST, PortInUse, free_port
from cantata.ops.processes import telling as module
from cantata.ops.processes.ingesting import ingest
from cantata.ops.processes.telling import telling
from cantata.ops.processes.working import work
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox

Process = Callable[[Settings, DatabaseSettings], Awaitable[None]]
PATIENCE_SECONDS = 30


def raw(port: int, content: bytes) -> bytes:
    """Send bytes, and give all that comes until the other side hangs up."""
    with socket.create_connection((HOST, port), timeout=PATIENCE_SECONDS) as client:
        client.sendall(content)
        client.shutdown(socket.SHUT_WR)
        found = b""
        with suppress(ConnectionError):
            while part := client.recv(65_536):
                found += part
        return found


def test_what_is_asked_and_what_is_not() -> None:
    async def story() -> None:
        async with telling("worker", 0) as port:
            assert port

            async def status(content: bytes) -> bytes:
                return (await asyncio.to_thread(raw, port, content)).partition(b"\r\n")[0][9:12]

            assert await status(b"GET /metrics?x HTTP/1.1\r\nHost: x\r\n\r\n") == b"200"
            assert await status(b"GET /livez HTTP/1.1\r\n\r\n") == b"200"
            assert await status(b"GET /else HTTP/1.1\r\n\r\n") == b"404"
            assert await status(b"POST /metrics HTTP/1.1\r\n\r\n") == b"405"
            for content in (b"", b"GET", b"\0" * 100, b"GET /" + b"x" * 100_000):
                assert await status(content) in {b"400", b""}
            assert await status(b"GET /livez HTTP/1.1\r\n\r\n") == b"200"
            with pytest.raises(PortInUse) as refused:
                async with telling("ingestion", port):
                    pass
            assert "CANTATA_METRICS_PORT" in refused.value.hint
        async with telling("worker", None) as nothing:
            assert nothing is None

    asyncio.run(story())


def test_who_says_nothing_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SECONDS_MAX", 0.2)

    async def story() -> None:
        async with telling("worker", 0) as port:
            silent = [await asyncio.open_connection(HOST, port) for _ in range(40)]
            for reader, writer in silent:
                assert await reader.read() == b""
                writer.close()
            async with httpx2.AsyncClient(trust_env=False) as http:
                answer = await http.get(f"http://{HOST}:{port}/livez")
            assert answer.text == "alive\n"

    asyncio.run(story())


async def has_ingested(database: Database) -> bool:
    async with database.read() as session:
        return (await load_cursor(session)).offset > 0


async def listens(database: Database) -> bool:
    """Tell whether a worker hears of intents and of news, which is the last that it begins."""
    listening = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    )
    async with database.read() as session:
        return int(await session.scalar(text(listening))) >= 2


@pytest.mark.parametrize(
    "process, is_at_work",
    [(ingest, has_ingested), (lambda read, stored: work(read, stored, "teller"), listens)],
    ids=["ingest", "work"],
)
def test_a_process_tells_what_it_measures(
    process: Process,
    is_at_work: Callable[[Database], Awaitable[bool]],
    tmp_path: Path,
    database_settings: DatabaseSettings,
    shared_sandbox: Sandbox,
) -> None:
    port = free_port()
    settings = Settings(data_dir=tmp_path, ledger_url=shared_sandbox.url, metrics_port=port)

    async def story() -> None:
        before = signal.getsignal(signal.SIGTERM)
        running = asyncio.ensure_future(process(settings, database_settings))
        async with httpx2.AsyncClient(trust_env=False) as http:
            while True:
                assert not running.done(), running.result()
                with suppress(httpx2.TransportError):
                    answer = await http.get(f"http://{HOST}:{port}/metrics")
                    break
                await asyncio.sleep(0.05)
        assert answer.status_code == 200
        assert "# HELP cantata_ingested_offset" in answer.text
        async with Database(database_settings) as database:
            while signal.getsignal(signal.SIGTERM) is before or not await is_at_work(database):
                assert not running.done(), running.result()
                await asyncio.sleep(0.05)
        signal.raise_signal(signal.SIGTERM)
        await running
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(HOST, port)

    asyncio.run(story())
