"""The doctor names each fault that is really there, and says what to do about it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from joserfc.jwk import Key, OctKey

from cantata.config import Settings
from cantata.kernel.time import Clock, RelTime, SystemClock, Timestamp
from cantata.ops.doctor.model import Bounds, Diagnosis, Finding
from cantata.ops.doctor.visit import visit
from cantata.storage import migrate
from cantata.storage.database import plain_url
from cantata.storage.settings import DatabaseSettings
from tests.api.process import SANDBOX, Sandbox, running
from tests.api.tokens import AUTH, SECRET, payload, signed
from tests.integration.tokens.loop import looping
from tests.integration.world import CANTATA, ROOT, USER, token_ledger


@dataclass(frozen=True)
class Shifted:
    """The machine's clock, if it were off by so much."""

    by: RelTime

    def now(self) -> Timestamp:
        return SystemClock().now() + self.by

    def monotonic_ns(self) -> int:
        return SystemClock().monotonic_ns()


def environment(
    stored: DatabaseSettings, ledger: Sandbox | str, folder: Path, **more: str
) -> dict[str, str]:
    url = ledger if isinstance(ledger, str) else ledger.url
    named = {"DATABASE_URL": stored.url, "LEDGER_URL": url, "DATA_DIR": str(folder), **more}
    return {f"CANTATA_{name}": value for name, value in named.items()}


@pytest.fixture
def examined(
    database_settings: DatabaseSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """Examine a ledger and, if none is named, the test's database."""

    def examine(
        ledger: Sandbox | str,
        stored: DatabaseSettings | None = None,
        clock: Clock | None = None,
        bounds: Bounds | None = None,
        **more: str,
    ) -> tuple[Diagnosis, ...]:
        chosen = environment(stored or database_settings, ledger, tmp_path, **more)
        for name, value in chosen.items():
            monkeypatch.setenv(name, value)
        found = visit(Settings(), clock, bounds)
        assert all(each.message and each.remedy for each in found)
        return found

    return examine


def names(found: tuple[Diagnosis, ...]) -> list[Finding]:
    return [each.finding for each in found]


def used(stored: DatabaseSettings, ledger: Sandbox) -> None:
    """Do something on the ledger, and ingest it."""

    async def work() -> None:
        async with looping(stored, ledger.url) as loop:
            await loop.token(await loop.party("admin"), "GOLD")
            await loop.ingested(await loop.ledger.state.ledger_end())

    asyncio.run(work())


def test_nothing_is_wrong(
    examined: Any, database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    used(database_settings, sandbox)
    assert examined(sandbox) == ()


def test_the_database_is_down(examined: Any, shared_sandbox: Sandbox, tmp_path: Path) -> None:
    nobody = DatabaseSettings(url=f"postgresql://postgres@/cantata?host={tmp_path}")
    assert names(examined(shared_sandbox, nobody)) == [Finding.DATABASE_DOWN]


def test_the_database_is_empty(
    examined: Any, shared_sandbox: Sandbox, empty_settings: DatabaseSettings
) -> None:
    assert names(examined(shared_sandbox, empty_settings)) == [Finding.SCHEMA_EMPTY]


def test_the_schema_is_old(
    examined: Any, shared_sandbox: Sandbox, empty_settings: DatabaseSettings
) -> None:
    migrate.upgrade(empty_settings, "0001")
    (found,) = examined(shared_sandbox, empty_settings)
    assert found.finding is Finding.SCHEMA_OUTDATED
    assert found.details["found"] == "0001"
    assert "cantata db upgrade" in found.remedy


def test_the_schema_is_of_a_later_version(
    examined: Any, shared_sandbox: Sandbox, database_settings: DatabaseSettings
) -> None:
    with psycopg.connect(plain_url(database_settings.url)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert names(examined(shared_sandbox)) == [Finding.SCHEMA_UNKNOWN]


def test_the_ledger_is_down(examined: Any, sandbox: Sandbox) -> None:
    sandbox.stop(signal.SIGKILL)
    (found,) = examined(sandbox)
    assert found.finding is Finding.LEDGER_DOWN
    assert sandbox.url in found.message


class Elsewhere(BaseHTTPRequestHandler):
    """A server that is no participant."""

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


def test_another_server_answers(examined: Any) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        (found,) = examined(url)
        server.shutdown()
    assert found.finding is Finding.LEDGER_FAULTY
    assert f"{url} is no JSON Ledger API" in found.message
    assert "CANTATA_LEDGER_URL" in found.remedy


def test_the_ledger_is_another_one(
    examined: Any,
    database_settings: DatabaseSettings,
    sandbox: Sandbox,
    tmp_path: Path,
    token_dar: Path,
) -> None:
    used(database_settings, sandbox)
    folder = tmp_path / "other"
    folder.mkdir()
    with token_ledger(folder, token_dar) as other:
        (found,) = examined(other)
        assert found.finding is Finding.LEDGER_FOREIGN
        assert "CANTATA_LEDGER_URL" in found.remedy
    with running(tmp_path / "other", command=SANDBOX) as bare:
        assert names(examined(bare)) == [Finding.LEDGER_FOREIGN], "nothing to deploy on"


def test_the_ledger_lost_its_end(
    examined: Any, database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    """A ledger that was restored from an old backup ends before what is ingested."""
    used(database_settings, sandbox)
    with psycopg.connect(plain_url(database_settings.url)) as connection:
        connection.execute("UPDATE ingestion_cursors SET ledger_offset = ledger_offset + 1000")
    assert names(examined(sandbox)) == [Finding.LEDGER_FOREIGN]


def test_our_contracts_are_missing(examined: Any, tmp_path: Path) -> None:
    with running(tmp_path, command=SANDBOX) as bare:
        assert names(examined(bare)) == [Finding.CONTRACTS_MISSING]


def token(tmp_path: Path, key: Key | None = None, **claims: Any) -> str:
    file = tmp_path / "token"
    file.write_text(signed(payload("participant_admin", **claims), key), encoding="ascii")
    return str(file)


def test_the_token_expired(examined: Any, tmp_path: Path) -> None:
    with running(tmp_path, "--auth", AUTH, command=SANDBOX) as guarded:
        old = token(tmp_path, exp=1_700_000_000)
        (found,) = examined(guarded, LEDGER_TOKEN_FILE=old)
        assert found.finding is Finding.TOKEN_EXPIRED
        assert "2023-11-14" in found.message


def test_the_token_is_of_somebody_else(examined: Any, tmp_path: Path) -> None:
    with running(tmp_path, "--auth", AUTH, command=SANDBOX) as guarded:
        forged = token(tmp_path, OctKey.import_key(SECRET[::-1]))
        assert names(examined(guarded, LEDGER_TOKEN_FILE=forged)) == [Finding.TOKEN_REFUSED]
        missing = str(tmp_path / "nothing")
        assert names(examined(guarded, LEDGER_TOKEN_FILE=missing)) == [Finding.TOKEN_REFUSED]


def test_the_user_of_the_token_is_unknown(examined: Any, tmp_path: Path) -> None:
    with running(tmp_path, "--auth", AUTH, command=SANDBOX) as guarded:
        (found,) = examined(guarded, LEDGER_TOKEN_FILE=token(tmp_path, sub="nobody"))
        assert found.finding is Finding.RIGHTS_MISSING
        assert "CANTATA_LEDGER_USER" in found.remedy
        assert "CanReadAsAnyParty" in found.remedy


def test_there_is_no_token(examined: Any, tmp_path: Path) -> None:
    with running(tmp_path, "--auth", AUTH, command=SANDBOX) as guarded:
        assert names(examined(guarded)) == [Finding.TOKEN_REFUSED]


def test_nobody_ingests(examined: Any, sandbox: Sandbox) -> None:
    alice = sandbox.post("/v2/parties", {"partyIdHint": "alice"}).json["partyDetails"]["party"]
    assert names(examined(sandbox)) == [], "a party is no update to ingest"
    ping = {
        "templateId": "#canton-builtin-admin-workflow-ping:Canton.Internal.Ping:Ping",
        "createArguments": {"id": "1", "initiator": alice, "responder": alice},
    }
    commands = {"commands": [{"CreateCommand": ping}], "commandId": "1", "actAs": [alice]}
    body = {**commands, "userId": USER}
    assert sandbox.post("/v2/commands/submit-and-wait", body).status == 200
    (found,) = examined(sandbox)
    assert found.finding is Finding.STREAM_LAGGING
    assert "does not move" in found.message


def test_ingestion_was_halted(
    examined: Any, database_settings: DatabaseSettings, sandbox: Sandbox
) -> None:
    used(database_settings, sandbox)
    halt = {"code": "SECOND_SYNCHRONIZER", "message": "two", "hint": "decide"}
    with psycopg.connect(plain_url(database_settings.url)) as connection:
        connection.execute("UPDATE ingestion_cursors SET halt = %s", (json.dumps(halt),))
    (found,) = examined(sandbox)
    assert (found.finding, found.remedy) == (Finding.INGESTION_HALTED, "decide")


@pytest.mark.parametrize("minutes", [5, -5])
def test_clocks_disagree(
    examined: Any, database_settings: DatabaseSettings, sandbox: Sandbox, minutes: int
) -> None:
    used(database_settings, sandbox)
    found = examined(sandbox, clock=Shifted(RelTime.of(minutes=minutes)))
    assert names(found) == [Finding.CLOCK_SKEWED, Finding.CLOCK_SKEWED]
    assert {each.details["whose"] for each in found} == {"the ledger", "the database"}
    assert all(("ahead of" if minutes < 0 else "behind") in each.message for each in found)


def test_the_disk_is_full(examined: Any, shared_sandbox: Sandbox) -> None:
    found = examined(shared_sandbox, bounds=Bounds(disk_bytes_min=1 << 60))
    assert Finding.DISK_SHORT in names(found)


def test_the_command_lists_everything_and_ends_with_one(
    empty_settings: DatabaseSettings, tmp_path: Path
) -> None:
    chosen = environment(empty_settings, "http://127.0.0.1:9", tmp_path)
    done = subprocess.run(
        [CANTATA, "doctor", "--output", "json"],
        check=False,
        cwd=ROOT,
        env={**os.environ, **chosen},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stderr
    found = [each["finding"] for each in json.loads(done.stdout)]
    assert found == ["ledger_down", "schema_empty"]
