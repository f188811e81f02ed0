"""`cantata ingest`: how far it is, a projection filled again, the place found again, a halt."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import text

from cantata.api.readiness import PlatformReadiness
from cantata.automation.model import State
from cantata.bootstrap import ingesting
from cantata.ingestion.errors import SecondSynchronizer
from cantata.ingestion.repository import positions
from cantata.kernel.time import SystemClock
from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.tokens.loop import Loop, looping
from tests.integration.world import CANTATA, ROOT, USER

ROWS = "SELECT contract_id, owner, amount, created_offset, archived_offset FROM holdings ORDER BY 1"
ENDED = "SELECT state, count(*) FROM intents GROUP BY 1"


class Shell:
    """Runs the command with a database and a ledger."""

    def __init__(self, stored: DatabaseSettings, sandbox: Sandbox, folder: Path) -> None:
        self._environment = {
            **{name: value for name, value in os.environ.items() if "CANTATA_" not in name},
            "CANTATA_DATABASE_URL": stored.url,
            "CANTATA_LEDGER_URL": sandbox.url,
            "CANTATA_DATA_DIR": str(folder),
            "NO_COLOR": "1",
        }

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [CANTATA, "ingest", *arguments, "--output", "json"],
            check=False,
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def said(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments).stdout)

    def refused(self, *arguments: str) -> str:
        told = json.loads(self.run(*arguments, status=1).stderr.splitlines()[-1])
        return str(told["code"])

    def states(self) -> dict[str, str]:
        return {each["name"]: each["state"] for each in self.said("status")}


async def read(loop: Loop) -> list[list[tuple[object, ...]]]:
    """Wait until everything is live; give holdings and intents."""

    async def is_live() -> bool:
        async with loop.database.read() as session:
            found = await positions(session)
        end = await loop.ledger.state.ledger_end()
        return {found.cursor.offset, *found.reached.values()} == {end}

    await loop.until(is_live)
    async with loop.database.read() as session:
        return [[tuple(row) for row in await session.all(text(each))] for each in (ROWS, ENDED)]


def test_the_place_is_found_again_and_projections_are_filled_again(
    database_settings: DatabaseSettings, sandbox: Sandbox, tmp_path: Path
) -> None:
    shell = Shell(database_settings, sandbox, tmp_path)

    async def begin() -> Any:
        async with looping(database_settings, sandbox.url) as loop:
            admin, alice = await loop.party("admin"), await loop.party("alice")
            of = await loop.token(admin, "GOLD")
            await loop.mint(of, alice, "10")
            refused = await asyncio.to_thread(shell.refused, "resync")
            assert refused == "INGESTION_RUNNING"
            rebuilt = await asyncio.to_thread(shell.said, "rebuild", "holdings")
            found = await read(loop)
            assert rebuilt == {"projection": "holdings", "offset": rebuilt["offset"]}
            assert rebuilt["offset"] > 0
            return found

    async def again() -> Any:
        async with looping(database_settings, sandbox.url) as loop:
            return await read(loop)

    before = asyncio.run(begin())
    assert before[1] == [(State.COMPLETED.value, 2)]
    assert set(shell.states().values()) == {"live"}
    assert shell.refused("rebuild", "nothing") == "PROJECTION_UNKNOWN"
    assert shell.refused("resync", "--record-time", "soon") == "INVALID_FIELD"
    for arguments in ((), ("--record-time", "2000-01-01T00:00:00Z")):
        moved = shell.said("resync", *arguments)
        assert moved["before"] >= moved["offset"]
        assert (moved["offset"] == 0) == bool(arguments)
        assert asyncio.run(again()) == before


def test_a_halt_is_shown_to_all(
    database_settings: DatabaseSettings, sandbox: Sandbox, tmp_path: Path
) -> None:
    async def halted() -> str:
        ledger_settings = Settings(url=sandbox.url, user_id=USER)
        async with Database(database_settings) as database, LedgerClient(ledger_settings) as ledger:
            looks = PlatformReadiness(database, database_settings, ledger, SystemClock())
            assert all(each.ok for each in await looks.checks())
            ingester = ingesting.ingester(database)
            await ingester.begin()
            await ingester.halt(SecondSynchronizer("one::1220", "two::1220", 7))
            (check,) = [each for each in await looks.checks() if not each.ok]
            return f"{check.name}: {check.detail}"

    told = asyncio.run(halted())
    assert told == "ingestion: ingestion is halted at 0: SECOND_SYNCHRONIZER"
    done = Shell(database_settings, sandbox, tmp_path).run("status", status=1)
    assert {each["name"]: each["state"] for each in json.loads(done.stdout)}["stream"] == "halted"
    assert "SECOND_SYNCHRONIZER" in done.stderr


HURRIED = """
import sys
from functools import partial
from cantata.ingestion import runner
runner.RunnerSettings = partial(runner.RunnerSettings, failures_max=2, first_wait_ms=1)
from cantata.cli import main
sys.argv[1:] = ["ingest", "run"]
main()
"""
"""The command itself, less patient: as it is it tries for most of a minute."""


def test_a_ledger_that_is_never_there_ends_the_process(
    database_settings: DatabaseSettings, tmp_path: Path
) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if "CANTATA_" not in name},
        "CANTATA_DATABASE_URL": database_settings.url,
        "CANTATA_LEDGER_URL": "http://127.0.0.1:9",
        "CANTATA_DATA_DIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-c", HURRIED],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode not in {0, -9}, done.stdout
    assert "UNREACHABLE" in done.stderr.upper(), done.stderr
