"""A folder of small files that are written at once or not at all, and checked when read."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from tempfile import NamedTemporaryFile

FILES_MAX = 2_000
"""Files in a folder above which the older half is deleted."""

_DIGEST = 32


class CacheFolder:
    """Files by name; every file begins with the hash of the rest."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, name: str) -> bytes | None:
        """Give the content of a file, or None if it is missing or damaged."""
        try:
            data = (self.path / name).read_bytes()
        except OSError:
            return None
        digest, content = data[:_DIGEST], data[_DIGEST:]
        return content if hashlib.sha256(content).digest() == digest else None

    def write(self, name: str, content: bytes) -> None:
        """Write a file; a folder that cannot be written is no error, only a slower next start."""
        with contextlib.suppress(OSError):
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=self.path, prefix=f".{name[:16]}-", delete=False) as file:
                file.write(hashlib.sha256(content).digest() + content)
            try:
                Path(file.name).replace(self.path / name)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
            self._bound()

    def _bound(self) -> None:
        """Delete the older half of the files when there are too many: most are of older code."""
        files = list(self.path.iterdir())
        if len(files) <= FILES_MAX:
            return
        files.sort(key=lambda file: file.stat().st_mtime)
        for file in files[: len(files) // 2]:
            file.unlink(missing_ok=True)
