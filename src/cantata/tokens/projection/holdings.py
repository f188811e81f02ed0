"""Who has what, since when, and why: holdings, with the movements that they amount to."""

from __future__ import annotations

from sqlalchemy import delete

from cantata.ingestion.model import Batch
from cantata.kernel.ids import ContractId
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession
from cantata.tokens import history
from cantata.tokens.model import Holding, Movement
from cantata.tokens.repository import holdings
from cantata.tokens.repository.tables import HOLDINGS, MOVEMENTS


class HoldingsProjection:
    """Who has what, since when, and why: every holding of the token standard, of any package."""

    name = "holdings"

    async def apply(self, session: WriteSession, batch: Batch) -> None:
        """Add a batch: holdings made and used up, and the movements that they amount to."""
        used = {t.offset: history.used_up(t) for t in batch.transactions}
        there = await holdings.known(session, [cid for cids in used.values() for cid in cids])
        created: list[Holding] = []
        archived: dict[ContractId, int] = {}
        moved: list[tuple[Transaction, tuple[Movement, ...]]] = []
        for transaction in batch.transactions:
            found = history.changes(transaction, there)
            created += found.created
            there.update({holding.contract_id: holding for holding in found.created})
            archived.update(dict.fromkeys(found.archived, transaction.offset))
            moved.append((transaction, found.movements))
        await holdings.add(session, created, archived)
        await holdings.add_movements(session, moved)

    async def reset(self, session: WriteSession) -> None:
        """Forget everything."""
        await session.run(delete(MOVEMENTS))
        await session.run(delete(HOLDINGS))
