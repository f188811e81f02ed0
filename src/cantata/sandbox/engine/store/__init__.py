"""Where the ledger keeps its log and its contracts: a port, and a store in memory."""

from cantata.sandbox.engine.store.contracts import ActiveContracts
from cantata.sandbox.engine.store.memory import MemoryStore
from cantata.sandbox.engine.store.port import Active, Entry, Store
from cantata.sandbox.engine.store.update import Update

__all__ = ["Active", "ActiveContracts", "Entry", "MemoryStore", "Store", "Update"]
