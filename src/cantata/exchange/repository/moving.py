"""Offsets of treasuries follow when ingestion goes on at another participant's, or at earlier ones.

Offsets belong to one participant. What treasuries keep of them only orders what happened, and must
lie before all that is going to happen: it is shifted to end where ingestion goes on.
"""

from __future__ import annotations

from sqlalchemy import Column, Table, update

from cantata.exchange.repository.tables import (
    DEPOSITS,
    ENTRIES,
    HOLDINGS,
    INSTRUCTIONS,
    TREASURIES,
    WITHDRAWALS,
)
from cantata.storage.session import WriteSession

_KEPT: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (ENTRIES, ("ledger_offset",)),
    (HOLDINGS, ("created_offset", "archived_offset")),
    (INSTRUCTIONS, ("created_offset", "closed_offset")),
    (DEPOSITS, ("ledger_offset",)),
    (WITHDRAWALS, ("ledger_offset",)),
)


class TreasuryOffsets:
    """Keeps the offsets of treasuries before those of what comes next."""

    async def moved(self, session: WriteSession, before: int, after: int) -> None:
        """Shift what is kept so that it ends at `after`; nothing is shifted forward."""
        shift = before - after
        if shift > 0:
            for table, names in _KEPT:
                columns: list[Column[int]] = [table.c[name] for name in names]
                values = {column.name: column - shift for column in columns}
                await session.run(update(table).values(values))
        await session.run(update(TREASURIES).values(from_offset=after))
