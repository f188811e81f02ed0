"""`cantata exchange status`, `reconcile` and `restored`, on a real database and ledger."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import text

from cantata.storage.settings import DatabaseSettings
from tests.api.process import Sandbox
from tests.integration.exchange.bank import founded
from tests.integration.tokens.loop import looping
from tests.integration.world import CANTATA, ROOT

SECONDS_MAX = 120


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

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CANTATA, *arguments, "--output", "json"],
            check=False,
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
        )

    async def said(self, *arguments: str, status: int = 0) -> Any:
        done = await asyncio.to_thread(self._run, "exchange", *arguments)
        assert done.returncode == status, done.stdout + done.stderr
        return json.loads(done.stdout)

    async def status(self) -> dict[str, str]:
        return {each["what"]: each["is"] for each in await self.said("status")}


def test_an_operator_looks_compares_and_secures(
    database_settings: DatabaseSettings, shared_sandbox: Sandbox, tmp_path: Path
) -> None:
    shell = Shell(database_settings, shared_sandbox, tmp_path)

    async def story() -> None:
        async with looping(database_settings, shared_sandbox.url) as loop:
            bank = await founded(loop)
            await bank.deposit("40", 2)
            before = await shell.status()
            assert before["pays"] == "yes"
            assert before["differences"] == "never"
            assert before["traffic"] == "nobody watches"
            assert before["holdings of GOLD"].startswith("2 (")
            report = await shell.said("reconcile")
            assert (report["compared"], report["differing"], report["differences"]) == (2, 0, [])
            async with loop.database.write() as session:
                await session.run(text("UPDATE exchange_holdings SET amount = amount - 1"))
            report = await shell.said("reconcile", status=1)
            named = [each["difference"] for each in report["differences"]]
            assert named == ["FieldDiffers", "FieldDiffers", "BooksDiffer"]
            assert report["differences"][2]["held"] == "78.0000000000"
            assert (await shell.status())["differences"].startswith("3 at ")
            secured = await shell.said("restored", "--reason", "a drill", "--within-minutes", "5")
            after = await shell.status()
            assert after["pays"] == f"no (safe after {secured['safe_after']})"

    asyncio.run(story())
