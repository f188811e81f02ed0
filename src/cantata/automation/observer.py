"""Ends intents in the light of what was ingested: completed, or dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cantata.automation import repository
from cantata.automation.handler import Handler
from cantata.automation.model import FINAL, Failure, Intent, State
from cantata.ingestion.model import Batch
from cantata.kernel.time import Clock
from cantata.ledger.model.updates import Transaction
from cantata.storage.session import WriteSession

DEAD = Failure(
    code="NOT_RECORDED",
    message="the ledger did not record the command before it could no longer do so",
    hint="nothing was changed; ask again",
)


class IntentObserver:
    """Runs inside the transaction that moves ingestion's cursor."""

    def __init__(self, handlers: Sequence[Handler], clock: Clock) -> None:
        self._handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}
        self._clock = clock

    async def observe(self, session: WriteSession, batch: Batch) -> None:
        """Complete the intents that a batch carries out, and end those that it outlives."""
        by_command = {t.command_id: t for t in batch.transactions if t.command_id}
        if by_command:
            for intent in await repository.submitted_as(session, tuple(by_command)):
                await self._complete(session, intent, by_command[intent.command_id])
        if batch.after.record_time is not None:
            for intent in await repository.dead(session, batch.after.record_time):
                await self._bury(session, intent)

    async def _complete(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> None:
        if intent.state in FINAL:
            return
        result = await self._handlers[intent.wish.kind].finished(session, intent, transaction)
        await repository.move(
            session,
            intent,
            State.COMPLETED,
            self._clock.now(),
            update_id=transaction.update_id,
            ledger_offset=transaction.offset,
            result=dict(result),
            failure=None,
        )

    async def _bury(self, session: WriteSession, intent: Intent) -> None:
        await self._handlers[intent.wish.kind].release(session, intent)
        await repository.move(
            session,
            intent,
            State.FAILED,
            self._clock.now(),
            failure=repository.failure_json(DEAD),
        )
