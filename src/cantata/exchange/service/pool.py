"""Takes holdings of a treasury for a payment: chosen, locked and reserved in one transaction."""

from __future__ import annotations

from uuid import UUID

from cantata.exchange.model.treasury import ListedInstrument
from cantata.exchange.policy.inputs import choose
from cantata.exchange.repository import pool
from cantata.kernel.ids import PartyId
from cantata.kernel.money import Decimal
from cantata.kernel.time import Timestamp
from cantata.storage.session import WriteSession
from cantata.tokens.payments import Coin
from cantata.tokens.repository import selection


async def take(
    session: WriteSession,
    treasury: PartyId,
    listed: ListedInstrument,
    amount: Decimal,
    payment: UUID,
    now: Timestamp,
) -> tuple[Coin, ...]:
    """Reserve the inputs of a payment for the intent of this id.

    Raise InsufficientFunds or TooFragmented if there are none, which the pool's care may change;
    HoldingsBusy if others look at them, NotNow if one of them has just been taken.
    `selection.release` gives them back.
    """
    candidates = await pool.candidates(session, treasury, listed, amount, now)
    chosen = choose(amount, candidates, listed.policy)
    await selection.reserve(session, payment, [coin.contract_id for coin in chosen])
    return chosen
