"""The peer's own environment, installed from a lock with hashes when it is first needed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from bench.legs import ROOT

FOLDER = ROOT / ".venv-bench"
LOCK = Path(__file__).with_name("requirements.lock")


def python() -> Path:
    """Give the interpreter of the environment, which is made if it is missing or outdated."""
    found = FOLDER / "bin" / "python"
    mark = FOLDER / ".lock-hash"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not mark.is_file() or mark.read_text(encoding="ascii") != wanted:
        print(f"installing the peer into {FOLDER.name} …", file=sys.stderr)
        venv.create(FOLDER, clear=True, with_pip=True)
        install = [found, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        install += ["--require-hashes", "--only-binary", ":all:", "--requirement", LOCK]
        subprocess.run([str(part) for part in install], check=True)
        mark.write_text(wanted, encoding="ascii")
    return found
