"""Who has what, since when, and why: holdings, with the movements that they amount to."""

from __future__ import annotations

from sqlalchemy import delete

from cantata.ingestion.model import Batch
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.model import Holding, Movement
from cantata.tokens.projection.doubts import tell
from cantata.tokens.repository import holdings
from cantata.tokens.repository.tables import HOLDINGS, MOVEMENTS


class HoldingsProjection:
    """Who has what, since when, and why: every holding of the token standard, of any package."""

    name = "holdings"
    tables = (HOLDINGS.name, MOVEMENTS.name)

    async def apply(self, session: WriteSession, batch: Batch) -> None:
        """Add a batch: holdings made and used up, and the movements that they amount to."""
        used = {cid: t.offset for t in batch.transactions for cid in history.used_up(t)}
        there = await holdings.archive(session, used)
        created: list[Holding] = []
        moved: list[tuple[Transaction, tuple[Movement, ...]]] = []
        for transaction in batch.transactions:
            found = history.changes(transaction, there)
            for holding in found.created:
                there[holding.contract_id] = holding
            created += found.created
            moved.append((transaction, found.movements))
            for doubt in found.doubts:
                tell(doubt, transaction.offset)
        await holdings.add(session, created, used)
        await holdings.add_movements(session, moved)

    async def reset(self, session: WriteSession) -> None:
        """Forget everything."""
        await session.run(delete(MOVEMENTS))
        await session.run(delete(HOLDINGS))
