"""Watches from outside what can be read when: the cursor of ingestion, the states of operations."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import time

import psycopg

CHANNEL = "cantata_ingested"
_CURSOR = "SELECT ledger_offset FROM ingestion_cursors"
_COMMITS = """
SELECT ledger_offset, extract(epoch FROM record_time)::float8 FROM ingestion_updates
WHERE ledger_offset > %s ORDER BY 1
"""
_STATES = "SELECT state, count(*) FROM intents WHERE id = ANY(%s::uuid[]) GROUP BY 1"
_AGES = """
SELECT ledger_offset, extract(epoch FROM created_at)::float8 FROM intents
WHERE id = ANY(%s::uuid[]) AND ledger_offset IS NOT NULL
"""
_MONEY = """
SELECT (SELECT sum(amount) FROM holdings WHERE archived_offset IS NULL),
       (SELECT supply FROM instruments WHERE archived_offset IS NULL),
       (SELECT sum(delta) FROM movements),
       (SELECT count(*) FROM reservations)
"""


@dataclass
class Watch:
    """Notes when the cursor was seen where: from then on a reader sees everything up to there."""

    url: str
    begin: int = 0
    offsets: list[int] = field(default_factory=list)
    seen_at: list[float] = field(default_factory=list)

    async def run(self, ready: asyncio.Event) -> None:
        """Look at each ring."""
        async with (
            await psycopg.AsyncConnection.connect(self.url, autocommit=True) as bell,
            await psycopg.AsyncConnection.connect(self.url, autocommit=True) as reader,
        ):
            await bell.execute(f"LISTEN {CHANNEL}".encode())
            self.begin = await self._look(reader)
            ready.set()
            async for _ in bell.notifies():
                await self._look(reader)

    async def _look(self, reader: psycopg.AsyncConnection[tuple[int]]) -> int:
        row = await (await reader.execute(_CURSOR)).fetchone()
        assert row is not None
        if not self.offsets or row[0] > self.offsets[-1]:
            self.offsets.append(row[0])
            self.seen_at.append(time())
        return row[0]

    def visible_at(self, offset: int) -> float:
        """Give when an offset could be read."""
        return self.seen_at[bisect_left(self.offsets, offset)]

    async def commit_to_visible(self) -> list[float]:
        """Give the seconds from the ledger's record time to the first read, of each update."""
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            found = await (await connection.execute(_COMMITS, (self.begin,))).fetchall()
        return [self.visible_at(offset) - recorded for offset, recorded in found]

    async def asked_to_visible(self, operations: Sequence[str]) -> list[float]:
        """Give the seconds from the record of each completed operation to its first read."""
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            found = await (await connection.execute(_AGES, (list(operations),))).fetchall()
        return [self.visible_at(offset) - asked for offset, asked in found]


async def states(url: str, operations: Sequence[str]) -> Mapping[str, int]:
    """Count operations by state."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        found = await (await connection.execute(_STATES, (list(operations),))).fetchall()
    return {str(state): int(count) for state, count in found}


async def require_sound(url: str) -> None:
    """Stop unless supply, holdings and movements agree, and nothing stayed reserved."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        row = await (await connection.execute(_MONEY)).fetchone()
    assert row is not None
    held, supply, moved, reserved = row
    if not held == supply == moved or reserved:
        raise SystemExit(f"holdings {held}, supply {supply}, moved {moved}, reserved {reserved}")
