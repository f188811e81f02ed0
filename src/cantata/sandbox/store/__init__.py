"""The durable store: everything of a participant that must survive, in one SQLite file."""

from cantata.sandbox.engine.store import Entry
from cantata.sandbox.store.errors import (
    CorruptStore,
    StoreBusy,
    StoreClosed,
    StoreFailed,
    StoreFull,
    StoreInUse,
    StoreRecovered,
    StoreUnavailable,
    UnknownFormat,
)
from cantata.sandbox.store.flusher import Ticket
from cantata.sandbox.store.log import Options
from cantata.sandbox.store.store import SqliteStore

__all__ = [
    "CorruptStore",
    "Entry",
    "Options",
    "SqliteStore",
    "StoreBusy",
    "StoreClosed",
    "StoreFailed",
    "StoreFull",
    "StoreInUse",
    "StoreRecovered",
    "StoreUnavailable",
    "Ticket",
    "UnknownFormat",
]
