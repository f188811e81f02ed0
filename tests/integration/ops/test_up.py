"""`cantata up` on a participant of somebody else: what it lacks is said, all at once."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.ledger.tokens import StaticToken
from cantata.ops.participant import RIGHTS, ParticipantLacks, require_ready
from tests.api.process import SANDBOX, running
from tests.api.tokens import AUTH, payload, signed
from tests.integration.world import CANTATA, ROOT


def token(user: str) -> StaticToken:
    return StaticToken(signed(payload(user)))


def test_a_user_without_rights_is_told_all_of_them(tmp_path: Path) -> None:
    async def look(url: str) -> tuple[str, ...]:
        admin = LedgerClient(Settings(url=url), tokens=token("participant_admin"))
        async with admin as ledger:
            await ledger.users.create("cantata")
        async with LedgerClient(Settings(url=url), tokens=token("cantata")) as ledger:
            with pytest.raises(ParticipantLacks) as caught:
                await require_ready(ledger)
        return caught.value.missing

    with running(tmp_path, "--auth", AUTH, command=SANDBOX) as guarded:
        missing = asyncio.run(look(guarded.url))
    assert len(missing) == len(RIGHTS)
    assert all("lacks the right" in each for each in missing)


def test_an_open_sandbox_is_ready(tmp_path: Path) -> None:
    async def look(url: str) -> None:
        async with LedgerClient(Settings(url=url, user_id="cantata")) as ledger:
            await require_ready(ledger)

    with running(tmp_path, command=SANDBOX) as bare:
        asyncio.run(look(bare.url))


def test_a_ledger_that_is_not_there_ends_with_three(tmp_path: Path) -> None:
    done = subprocess.run(
        [CANTATA, "up", "--ledger", "http://127.0.0.1:9", "--port", "0"],
        check=False,
        cwd=ROOT,
        env={**os.environ, "CANTATA_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 3, done.stderr
    assert "LEDGER_UNREACHABLE" in done.stderr
