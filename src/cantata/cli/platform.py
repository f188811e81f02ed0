"""What commands of the platform have in common: settings, database, and its libraries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from cantata.cli.ledger_access import quiet_retries
from cantata.kernel.errors import CantataError

if TYPE_CHECKING:
    # The platform's libraries may be missing: then a command says so, and only when it is used.
    from cantata.config import Settings
    from cantata.storage.settings import DatabaseSettings

T = TypeVar("T")

LIBRARIES = (
    *("alembic", "httpx2", "msgspec", "psycopg", "pydantic_settings", "sqlalchemy", "structlog"),
)


class PlatformNotInstalled(CantataError):
    """The libraries of the platform are missing; field `library` is the first of them."""

    code: ClassVar[str] = "PLATFORM_NOT_INSTALLED"

    def __init__(self, library: str) -> None:
        self.library = library
        super().__init__(
            f"the platform is not installed: {library} is missing",
            hint="pip install 'cantata[ledger,server,embedded]'",
        )


def part(name: str) -> Any:
    """Load a module that needs the platform's libraries; raise PlatformNotInstalled."""
    for library in LIBRARIES:
        if find_spec(library) is None:
            raise PlatformNotInstalled(library)
    return import_module(f"cantata.{name}")


def read_settings() -> Settings:
    """Read the settings, and write events as they say."""
    read: Settings = part("config").load()
    part("observability.events").configure(read.log_level, read.log_format)
    quiet_retries()
    return read


def with_database(process: str, work: Callable[[Settings, DatabaseSettings], T]) -> T:
    """Do something with the database that was chosen; an embedded one runs as long as that."""
    read = read_settings()
    with part("bootstrap.connections").database_settings(read, process) as stored:
        return work(read, stored)


def run(process: str, work: Callable[[Settings, DatabaseSettings], Coroutine[Any, Any, T]]) -> T:
    """Run a process, or ask something, with the database that was chosen."""
    return with_database(
        process, lambda read, stored: _told(process, read, lambda: work(read, stored))
    )


def _told(process: str, read: Settings, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end and send spans meanwhile, if the settings name a collector."""
    with part("observability.sending").spans_sent(read.otel_endpoint, f"cantata-{process}"):
        return _finished(work())


def _finished(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, on the faster event loop where it is installed."""
    faster = import_module("uvloop").new_event_loop if find_spec("uvloop") else None
    with asyncio.Runner(loop_factory=faster) as runner:
        return runner.run(work)
