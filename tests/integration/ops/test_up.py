"""`cantata up`: what keeps it from starting is said, and nothing of it outlives it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from cantata.ledger.tokens import StaticToken
from cantata.ops.hold import DiskShort, FolderHeld, FolderUnusable, held, holder
from cantata.ops.participant import RIGHTS, ParticipantLacks, examine, require_ready
from tests.api.process import SANDBOX, running
from tests.api.tokens import AUTH, payload, signed
from tests.faults.platform.processes import platform
from tests.integration.world import CANTATA, ROOT

WAIT_SECONDS_MAX = 120


def token(user: str) -> StaticToken:
    return StaticToken(signed(payload(user)))


def started(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `cantata up` where it cannot start."""
    chosen = {"CANTATA_DATA_DIR": str(folder), "NO_COLOR": "1"}
    return subprocess.run(
        [CANTATA, "up", "--output", "json", *arguments],
        check=False,
        cwd=ROOT,
        env={**os.environ, **chosen},
        capture_output=True,
        text=True,
        timeout=90,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    found: dict[str, str] = json.loads(done.stderr.strip().splitlines()[-1])
    return found


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the database's own user may enter, as pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="cantata-up-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def until(is_so: Callable[[], bool], why: str) -> None:
    end = time.monotonic() + WAIT_SECONDS_MAX
    while not is_so():
        assert time.monotonic() < end, why
        time.sleep(0.1)


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.slow
def test_nothing_outlives_a_supervisor_that_is_killed(open_folder: Path) -> None:
    """All processes and the database end by themselves; then the folder can be used again."""
    with platform(open_folder, status=-signal.SIGKILL) as ran:
        pids = [ran.pid(name) for name in ("sandbox", "ingestion", "worker", "api", "postgresql")]
        assert None not in pids
        second = started(ran.folder, "--port", "0", "--sandbox-port", "0")
        assert (second.returncode, refusal(second)["code"]) == (1, "FOLDER_HELD")
        assert str(ran.process.pid) in refusal(second)["message"]
        assert ran.api_url in refusal(second)["message"]
        os.kill(ran.process.pid, signal.SIGKILL)
        for pid in pids:
            assert pid is not None
            until(lambda pid=pid: not lives(pid), f"process {pid} lives on")  # type: ignore[misc]
        until(lambda: holder(ran.folder) is None, "somebody holds the folder")
    (open_folder / "ready.json").unlink()
    with platform(open_folder) as again:
        postmaster = again.pid("postgresql")
    assert postmaster is not None
    until(lambda: not lives(postmaster), "the database outlives a clean end")


def test_a_port_in_use_is_said_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for arguments in (
            ("--port", port, "--sandbox-port", "0"),
            ("--port", "0", "--sandbox-port", port),
        ):
            done = started(tmp_path / "data", *arguments)
            assert done.returncode == 1
            assert refusal(done)["code"] == "PORT_IN_USE"
            assert port in refusal(done)["message"]
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_store_of_something_else_is_said_at_once(open_folder: Path) -> None:
    """What a part says before it dies is what `cantata up` says."""
    data = open_folder / "data"
    data.mkdir()
    (data / "ledger.db").write_text("no database " * 1_000, encoding="ascii")
    done = started(data, "--port", "0", "--sandbox-port", "0")
    assert done.returncode == 1
    assert refusal(done)["code"] == "CHILD_FAILED"
    assert "UNKNOWN_STORE_FORMAT" in refusal(done)["message"]
    assert "sandbox.log" in refusal(done)["hint"]


def test_a_folder_is_held_once(tmp_path: Path) -> None:
    async def twice() -> None:
        async with held(tmp_path) as hold:
            hold.tell({"api": "http://somewhere"})
            assert holder(tmp_path) == {"pid": str(os.getpid()), "api": "http://somewhere"}
            with pytest.raises(FolderHeld, match=str(os.getpid())):
                async with held(tmp_path):
                    pass
        assert holder(tmp_path) is None
        async with held(tmp_path):
            pass

    asyncio.run(twice())


def test_a_lock_file_that_was_left_behind_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_text('{"pid": "1"', encoding="ascii")
    assert holder(tmp_path) is None

    async def once() -> None:
        async with held(tmp_path):
            pass

    asyncio.run(once())


def test_a_full_disk_and_a_file_in_the_way_are_said(tmp_path: Path) -> None:
    async def hold(folder: Path, room: int) -> None:
        async with held(folder, room):
            pytest.fail("it was held")

    with pytest.raises(DiskShort, match="MiB left"):
        asyncio.run(hold(tmp_path, 1 << 60))
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable, match="file"):
        asyncio.run(hold(tmp_path / "file", 0))


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
            checks = {each.name: each for each in await examine(ledger)}
            assert all(each.is_passed for each in checks.values()), checks
            assert checks["version"].found.startswith("3.")
            assert "::" in checks["synchronizer"].found
            await require_ready(ledger)

    with running(tmp_path, command=SANDBOX) as bare:
        asyncio.run(look(bare.url))


def test_a_ledger_that_is_not_there_ends_with_three(tmp_path: Path) -> None:
    done = started(tmp_path / "data", "--ledger", "http://127.0.0.1:9", "--port", "0")
    assert done.returncode == 3, done.stderr
    assert refusal(done)["code"] == "LEDGER_UNREACHABLE"
