"""Where everything of a running Cantata is: addresses, folders, processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cantata.config import Settings
from cantata.ops.ports import HOST, free_port, require_free

LEDGER_FILE = "ledger.db"
LOGS = "logs"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what an operator may choose, and we recognise


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
    host: str = HOST
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
        """The address of the API, as this machine reaches it."""
        host = HOST if self.host in EVERYWHERE else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.api_port}"

    def require_free(self) -> None:
        """Raise PortInUse if somebody listens where a part of this should."""
        other = "choose another port with --port or CANTATA_PORT"
        require_free("the API", self.host, self.api_port, other)
        if not self.ledger:
            other = "choose another port with --sandbox-port"
            require_free("the sandbox", HOST, self.sandbox_port, other)


def layout(settings: Settings, *, ledger: str, sandbox_port: int, api_port: int) -> Layout:
    """Decide where everything is; port 0 means any free one.

    A participant that the settings name is used as if `ledger` named it.
    """
    named = settings.database_url
    chosen = settings.ledger_url if "ledger_url" in settings.model_fields_set else ""
    return Layout(
        folder=settings.folder,
        database="" if named is None else named.get_secret_value(),
        ledger=(ledger or chosen).rstrip("/"),
        sandbox_port=sandbox_port or free_port(),
        api_port=api_port or free_port(),
        host=settings.host,
    )
