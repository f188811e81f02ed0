"""Where everything of a running Cantata is: addresses, folders, processes."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from cantata.config import Settings

HOST = "127.0.0.1"
LEDGER_FILE = "ledger.db"
LOGS = "logs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What `cantata up` starts, and where.

    `database` is empty for the embedded one, `ledger` is empty for the sandbox; ports are known
    before anything starts, so that what dies comes back where it was.
    """

    folder: Path
    database: str
    ledger: str
    sandbox_port: int
    api_port: int
    with_api: bool = True
    workers: int = 1

    @property
    def logs(self) -> Path:
        """The folder of logs."""
        return self.folder / LOGS

    @property
    def ledger_url(self) -> str:
        """The address of the ledger, whichever it is."""
        return self.ledger or f"http://{HOST}:{self.sandbox_port}"

    @property
    def api_url(self) -> str:
        """The address of the API."""
        return f"http://{HOST}:{self.api_port}"


def layout(settings: Settings, *, ledger: str, sandbox_port: int, api_port: int) -> Layout:
    """Decide where everything is; port 0 means any free one."""
    named = settings.database_url
    return Layout(
        folder=settings.folder,
        database="" if named is None else named.get_secret_value(),
        ledger=ledger,
        sandbox_port=sandbox_port or free_port(),
        api_port=api_port or free_port(),
    )


def free_port() -> int:
    """Give a port of the loopback that nothing listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
