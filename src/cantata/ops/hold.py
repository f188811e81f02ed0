"""Who holds a data folder: one `cantata up` at a time, which tells where everything is."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, ClassVar

from cantata.kernel.errors import CantataError
from cantata.ops.lifeline import GRACE_SECONDS

LOCK_FILE = "up.lock"
LOOK_MS = 200
ROOM_BYTES_MIN = 256 << 20
"""What the embedded database and the ledger need at least to start and to work a while."""

MIB = 1 << 20
SAID_BYTES_MAX = 10_000


class FolderHeld(CantataError):
    """Another `cantata up` uses the folder; fields `folder`, `pid` and `api`, as far as known."""

    code: ClassVar[str] = "FOLDER_HELD"

    def __init__(self, folder: Path, said: Mapping[str, str]) -> None:
        self.folder = folder
        self.pid = said.get("pid", "")
        self.api = said.get("api", "")
        who = f"process {self.pid}" if self.pid else "another process"
        where = f", its API is {self.api}" if self.api else ""
        super().__init__(
            f"`cantata up` runs on {folder} already: {who}{where}",
            hint="use that one, stop it (Ctrl-C in its terminal, or kill it), or choose another"
            " folder with CANTATA_DATA_DIR",
        )


class FolderUnusable(CantataError):
    """The data folder cannot be made or written; field `folder`."""

    code: ClassVar[str] = "FOLDER_UNUSABLE"

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        super().__init__(
            f"the data folder {folder} cannot be used: {reason}",
            hint="choose another one with CANTATA_DATA_DIR",
        )


class DiskShort(CantataError):
    """The disk of the data folder has too little room; fields `folder` and `free`, in bytes."""

    code: ClassVar[str] = "DISK_SHORT"

    def __init__(self, folder: Path, free: int, wanted: int) -> None:
        self.folder = folder
        self.free = free
        super().__init__(
            f"the disk of {folder} has {free // MIB} MiB left, {wanted // MIB} are needed to start",
            hint="make room, or choose a folder on another disk with CANTATA_DATA_DIR",
        )


class Hold:
    """The held lock of a folder; children may share it, so that it lasts until they are gone."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @property
    def descriptor(self) -> int:
        """The descriptor of the lock, to hand on to children."""
        return self._file.fileno()

    def tell(self, said: Mapping[str, str]) -> None:
        """Write down who holds it and where its parts are, for whoever asks."""
        self._file.seek(0)
        self._file.truncate()
        json.dump({"pid": str(os.getpid()), **said}, self._file)
        self._file.flush()


@asynccontextmanager
async def held(folder: Path, room_bytes: int = ROOM_BYTES_MIN) -> AsyncIterator[Hold]:
    """Hold a folder, which is made, until the end of the block.

    Processes that outlived a killed holder are waited for, as long as they may take to end. Raise
    FolderHeld, FolderUnusable or DiskShort.
    """
    _require_usable(folder, room_bytes)
    with (folder / LOCK_FILE).open("a+", encoding="utf-8") as file:
        waits = GRACE_SECONDS * 1_000 * 2 // LOOK_MS
        while not _try_lock(file):
            said = holder(folder) or {}
            if waits == 0 or _lives(said.get("pid", "")):
                raise FolderHeld(folder, said)
            waits -= 1
            await asyncio.sleep(LOOK_MS / 1_000)
        hold = Hold(file)
        hold.tell({})
        try:
            yield hold
        finally:
            file.truncate(0)


def holder(folder: Path) -> Mapping[str, str] | None:
    """Give what the holder of a folder says of itself; None if nobody holds it."""
    try:
        with (folder / LOCK_FILE).open("r", encoding="utf-8") as file:
            if _try_lock(file):
                return None
            found = json.loads(file.read(SAID_BYTES_MAX) or "{}")
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()}


def _require_usable(folder: Path, room_bytes: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK_FILE).touch()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise FolderUnusable(folder, error.strerror or str(error)) from error
    if free < room_bytes:
        raise DiskShort(folder, free, room_bytes)


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _lives(pid: str) -> bool:
    if not (pid.isascii() and pid.isdigit()):
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
