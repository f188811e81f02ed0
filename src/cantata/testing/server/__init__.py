"""Testing against a sandbox in a process of its own, over its API."""

from __future__ import annotations

from cantata.testing.server.faults import (
    Contention,
    CutStream,
    Delay,
    DeliverTwice,
    DropAnswer,
    Fault,
    Unavailable,
)
from cantata.testing.server.packages import dar_of
from cantata.testing.server.process import SandboxFailed, running
from cantata.testing.server.sandbox import Sandbox, Snapshot, State

__all__ = [
    "Contention",
    "CutStream",
    "Delay",
    "DeliverTwice",
    "DropAnswer",
    "Fault",
    "Sandbox",
    "SandboxFailed",
    "Snapshot",
    "State",
    "Unavailable",
    "dar_of",
    "running",
]
