"""Where caches of the user are, and whether that place can be trusted."""

from __future__ import annotations

import os
import stat
from pathlib import Path

VARIABLE = "CANTATA_CACHE"
"""Environment variable that names another folder for caches; empty turns them off."""

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def user_folder() -> Path | None:
    """Give the folder for caches of this user, None where there is to be none.

    A folder that others can write into is not used: what is read from a cache is run.
    """
    folder = _wanted()
    return folder if folder is None or _is_safe(folder) else None


def _wanted() -> Path | None:
    chosen = os.environ.get(VARIABLE)
    if chosen is not None:
        return Path(chosen) if chosen else None
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # noqa: PTH117 - the standard ignores paths that are not
        return Path(base, "cantata")
    try:
        return Path.home() / ".cache" / "cantata"
    except RuntimeError:
        return None


def _is_safe(folder: Path) -> bool:
    try:
        found = folder.stat()
    except OSError:
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_WRITE
