"""What a cached file depends on besides the package: this code and this Python."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import cantata.lf.model
import cantata.lf.runtime


@cache
def stamp() -> str:
    """Give a name for the sources of model and runtime together with the version of Python.

    Changing any of them makes all cached files unknown; nobody has to count a version up.
    """
    digest = hashlib.sha256(MAGIC_NUMBER)
    for package in (cantata.lf.model, cantata.lf.runtime):
        root = Path(package.__path__[0])
        for file in sorted(root.rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
