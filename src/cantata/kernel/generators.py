"""Where fresh ids come from: the seam that makes runs repeatable."""

from __future__ import annotations

import hashlib
import os
import secrets
from typing import Protocol, final

from cantata.kernel.ids import CommandId

SEED_BYTES = 32

POOL_BYTES = 4_096
"""What is taken from the machine at once: each time lets other threads go first."""


class Ids(Protocol):
    """A source of bytes that nobody has seen before."""

    def fresh_bytes(self, size: int) -> bytes:
        """Give `size` fresh bytes."""
        ...


@final
class RandomIds:
    """Fresh bytes from the machine's secure random source; a forked process takes its own."""

    def __init__(self) -> None:
        self._pool = b""
        self._used = 0
        self._process = 0

    def fresh_bytes(self, size: int) -> bytes:
        """Give `size` unpredictable bytes."""
        start, end = self._used, self._used + size
        if end > len(self._pool) or self._process != os.getpid():
            self._pool, self._process = secrets.token_bytes(max(size, POOL_BYTES)), os.getpid()
            start, end = 0, size
        self._used = end
        return self._pool[start:end]


@final
class SeededIds:
    """Bytes that follow from a seed: the same seed gives the same ids in the same order."""

    def __init__(self, seed: bytes) -> None:
        self._seed = hashlib.sha256(seed).digest()
        self._count = 0

    def fresh_bytes(self, size: int) -> bytes:
        """Give the next `size` bytes of the sequence."""
        self._count += 1
        start = self._seed + self._count.to_bytes(8, "big")
        return hashlib.shake_256(start).digest(size)

    def copy(self) -> SeededIds:
        """Give a source that goes on from here with the same bytes as this one."""
        other = SeededIds(b"")
        other._seed, other._count = self._seed, self._count
        return other


def fresh_seed(ids: Ids) -> bytes:
    """Give the seed of a submission, 32 bytes, from which its contract ids are derived."""
    return ids.fresh_bytes(SEED_BYTES)


def fresh_command_id(ids: Ids) -> CommandId:
    """Give a command id of 32 hex digits."""
    return CommandId(ids.fresh_bytes(16).hex())
