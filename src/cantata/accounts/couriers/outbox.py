"""Codes for development: into a file that only the operator of the machine can read."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from cantata.accounts.errors import MailUnavailable
from cantata.kernel.time import Clock
from cantata.observability.events import events

BYTES_MAX = 256 * 1024
"""How large the file becomes before it begins anew."""

_log = events("accounts")


class OutboxCourier:
    """Writes each message as a line of JSON; nothing is sent and nothing of it is logged."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    async def send(self, address: str, code: str) -> None:
        """Write it down; raise MailUnavailable."""
        line = json.dumps({"at": str(self._clock.now()), "to": address, "code": code})
        try:
            await asyncio.to_thread(self._append, line)
        except OSError as error:
            raise MailUnavailable(f"the outbox cannot be written: {error.strerror}") from None
        _log.info("mail.kept", path=str(self._path))

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        mode = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        if self._path.exists() and self._path.stat().st_size > BYTES_MAX:
            mode |= os.O_TRUNC
        with os.fdopen(os.open(self._path, mode, 0o600), "a", encoding="utf-8") as file:
            file.write(line + "\n")
