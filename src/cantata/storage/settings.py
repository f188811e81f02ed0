"""How a process uses its database: address, pool and time-outs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """Everything that is chosen about a database; `url` like ``postgresql://host/name``.

    Times are milliseconds. A statement that takes longer, or waits longer for a lock, is
    cancelled; a transaction that does nothing for longer is ended by the server.
    """

    url: str
    application: str = "cantata"
    connections_max: int = 10
    connection_wait_ms: int = 10_000
    connect_ms: int = 5_000
    statement_ms: int = 15_000
    lock_ms: int = 5_000
    idle_ms: int = 30_000

    def server_options(self) -> str:
        """Give the options that each connection starts with."""
        bounds = {
            "statement_timeout": self.statement_ms,
            "lock_timeout": self.lock_ms,
            "idle_in_transaction_session_timeout": self.idle_ms,
        }
        named = [f"-c {name}={value}" for name, value in bounds.items()]
        return " ".join([*named, "-c timezone=UTC"])
