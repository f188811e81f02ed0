"""Where fresh ids come from: the seam that makes runs repeatable."""

from __future__ import annotations

import hashlib
import secrets
from typing import Protocol, final

from cantata.kernel.ids import CommandId

SEED_BYTES = 32


class Ids(Protocol):
    """A source of bytes that nobody has seen before."""

    def fresh_bytes(self, size: int) -> bytes:
        """Give `size` fresh bytes."""
        ...


@final
class RandomIds:
    """Fresh bytes from the machine's secure random source."""

    def fresh_bytes(self, size: int) -> bytes:
        """Give `size` unpredictable bytes."""
        return secrets.token_bytes(size)


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
