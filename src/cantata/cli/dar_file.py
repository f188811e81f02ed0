"""Reading the DAR that a command names."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.lf.archive import LIMITS, Dar, read_dar


class UnreadableFile(CantataError):
    """A file that the system does not let us read."""

    code: ClassVar[str] = "UNREADABLE_FILE"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot read {path}: {reason}", hint="name a DAR that can be read")
        self.path = path


def read_dar_file(path: Path) -> Dar:
    """Read a DAR; raise `UnreadableFile`, or `ArchiveError` if its content is refused."""
    return read_dar(bytes_of(path, LIMITS.dar_bytes))


def bytes_of(path: Path, most: int) -> bytes:
    """Read a file, or one byte more than `most` of it, which is enough to be refused for its size.

    Raise `UnreadableFile`.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from error
