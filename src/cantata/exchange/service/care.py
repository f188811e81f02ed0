"""Keeps the pools of treasuries: looks what is to be merged or split, and asks for it.

What it asks for is a withdrawal of a treasury to itself, on the same path as every payment.
"""

from __future__ import annotations

from collections.abc import Sequence

from cantata.automation.schedules.runner import Job
from cantata.exchange.model.treasury import ZERO, ListedInstrument, Treasury
from cantata.exchange.policy.pool import Move, plan
from cantata.exchange.policy.withdrawals import require_paying
from cantata.exchange.refusals import InputsGone, WithdrawalsDisabled
from cantata.exchange.repository import listings, pool, treasuries
from cantata.exchange.service.withdrawals import Rearrangement, Withdrawals
from cantata.ingestion.repository import load_cursor
from cantata.kernel.time import Clock, RelTime, Timestamp
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.session import WriteSession
from cantata.tokens.errors import InsufficientFunds

NAME = "exchange.pools"
REQUESTER = "schedule:exchange.pools"
EVERY = RelTime.of(seconds=60)

_log = events("exchange")


class PoolCare:
    """Cares for all pools, one treasury and instrument in each transaction."""

    def __init__(self, database: Database, withdrawals: Withdrawals, clock: Clock) -> None:
        self._database = database
        self._withdrawals = withdrawals
        self._clock = clock

    async def run(self) -> int:
        """Look at every pool; give how many transfers were asked for.

        A pool that changes meanwhile is left as it is, and looked at the next time.
        """
        async with self._database.read() as session:
            owners = await treasuries.every(session)
            listed = await listings.every(session)
        asked = 0
        for treasury in owners:
            for instrument in listed.values():
                asked += await self.care_for(treasury, instrument)
        return asked

    async def care_for(self, treasury: Treasury, listed: ListedInstrument) -> int:
        """Ask for what one pool needs; give how many transfers that takes."""
        try:
            async with self._database.write() as session:
                moves = await self._moves(session, treasury, listed)
                for place, move in enumerate(moves):
                    await self._ask(session, treasury, listed, move, place)
        except (InputsGone, InsufficientFunds, WithdrawalsDisabled) as reason:
            _log.info("pool.left", treasury=treasury.party, why=reason.code)
            return 0
        for move in moves:
            _log.info(
                "pool.rearranged",
                treasury=treasury.party,
                instrument=str(listed.id),
                purpose=move.purpose.value,
                inputs=len(move.inputs),
            )
        return len(moves)

    async def _moves(
        self, session: WriteSession, treasury: Treasury, listed: ListedInstrument
    ) -> Sequence[Move]:
        """Decide with the treasury locked; give the moves whose inputs all are free, locked."""
        if not await treasuries.lock(session, treasury.party):
            return ()
        reached = (await load_cursor(session)).record_time
        require_paying(treasury, reached)
        if await pool.rearranging(session, treasury.party, listed):
            return ()
        at = reached or self._clock.now()
        needed = await pool.needed(session, treasury.party, listed, at)
        shelf = await pool.shelf(session, treasury.party, listed, at, is_waited_for=needed > ZERO)
        found = plan(shelf, listed.policy, listed.decimals, needed)
        return await _free(session, treasury, listed, found, at)

    async def _ask(
        self,
        session: WriteSession,
        treasury: Treasury,
        listed: ListedInstrument,
        move: Move,
        place: int,
    ) -> None:
        wanted = Rearrangement(
            treasury=treasury.party,
            instrument=listed.id,
            inputs=tuple(coin.contract_id for coin in move.inputs),
            amount=move.amount,
        )
        key = f"{treasury.party}/{listed.id}/{self._clock.now()}/{place}"
        await self._withdrawals.rearrange(session, wanted, key, REQUESTER)


def caring(care: PoolCare, every: RelTime = EVERY) -> Job:
    """Give the job that cares for pools by the clock."""

    async def run() -> None:
        await care.run()

    return Job(NAME, every, run)


async def _free(
    session: WriteSession,
    treasury: Treasury,
    listed: ListedInstrument,
    moves: Sequence[Move],
    at: Timestamp,
) -> Sequence[Move]:
    """Lock the inputs; give the moves of which nobody else is about to take one."""
    wanted = [coin.contract_id for move in moves for coin in move.inputs]
    if not wanted:
        return ()
    free = set(await pool.still_free(session, treasury.party, listed, wanted, at))
    return [move for move in moves if free.issuperset(move.inputs)]
