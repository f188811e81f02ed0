"""Files that commands write for others to read."""

from __future__ import annotations

import os
from pathlib import Path


def write_at_once(path: Path, text: str) -> None:
    """Write a file so that nobody reads half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
