"""The recording, moved in time: a ledger's clock runs forward only, and it begins now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILES = ("*.jsonl", "state/*.json")
SOON_SECONDS = 5

_INSTANT = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?=(?:\.\d{1,6})?Z)")
_FORMAT = "%Y-%m-%dT%H:%M:%S"


def moved(folder: Path, into: Path, begin: datetime, now: datetime) -> Path:
    """Copy a recording that begins at one time so that it begins soon after another."""
    by = timedelta(seconds=int((now - begin).total_seconds()) + SOON_SECONDS)
    for pattern in FILES:
        for file in folder.glob(pattern):
            copy = into / file.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(_moved(file.read_text(encoding="utf-8"), by), encoding="utf-8")
    return into


def instant(text: str) -> datetime:
    """Read a time as recordings write it."""
    return datetime.fromisoformat(text)


def _moved(text: str, by: timedelta) -> str:
    return _INSTANT.sub(lambda found: _later(found[1], by), text)


def _later(text: str, by: timedelta) -> str:
    time = datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    return f"{time + by:{_FORMAT}}"
