"""The wallet SDK from the registry of npm, installed once for each lock file."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "wallet-sdk"
INSTALL_SECONDS_MAX = 300
NODE_MAJOR_MIN = 20

NPM_CI = (
    *("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"),
    *("--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"),
)


def node() -> str:
    """Give the program that runs JavaScript; skip where there is none that is new enough."""
    program = shutil.which("node")
    if program is None or shutil.which("npm") is None:
        pytest.skip(f"the wallet SDK needs node >= {NODE_MAJOR_MIN} and npm on the PATH")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.strip().removeprefix("v").partition(".")[0]) < NODE_MAJOR_MIN:
        pytest.skip(f"the wallet SDK needs node >= {NODE_MAJOR_MIN}, not {version.stdout.strip()}")
    return program


@cache
def packages() -> Path:
    """Give the folder `node_modules` with exactly the packages of the lock file.

    npm refuses every package whose content is not the one of the lock's integrity hash.
    """
    lock = (HERE / "package-lock.json").read_bytes()
    folder = CACHE / hashlib.sha256(lock).hexdigest()[:16]
    done = folder / "installed"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as taken:
        fcntl.flock(taken, fcntl.LOCK_EX)
        if not done.exists():
            _install(folder)
            done.touch()
    return folder / "node_modules"


def _install(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    try:
        ran = subprocess.run(
            NPM_CI,
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS_MAX,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"npm ci did not end within {INSTALL_SECONDS_MAX} s: is there a network?")
    if ran.returncode != 0:
        pytest.fail(f"npm ci failed; the wallet SDK must be installable or cached:\n{ran.stderr}")
