"""Ends intents in the light of what was ingested: completed, or dead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cantata.automation import repository
from cantata.automation.handler import Handler
from cantata.automation.model import Failure, Intent, State, intent_of_command
from cantata.ingestion.model import Batch
from cantata.kernel.time import Clock
from cantata.ledger.model.updates import Transaction
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.observability.tracing import span
from cantata.storage.session import WriteSession

DEAD = Failure(
    code="NOT_RECORDED",
    message="the ledger did not record the command before it could no longer do so",
    hint="nothing was changed; ask again",
)
_ENDED_WITHOUT_EFFECT = (State.FAILED, State.CANCELLED)
_log = events("automation")


class IntentObserver:
    """Runs inside the transaction that moves ingestion's cursor."""

    def __init__(self, handlers: Sequence[Handler], clock: Clock) -> None:
        self._handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}
        self._clock = clock

    async def observe(self, session: WriteSession, batch: Batch) -> None:
        """Complete the intents that a batch carries out, end those that it outlives.

        Wake those that may have waited for what the batch brought to their parties, or for the
        same subject.
        """
        parties = {party for t in batch.transactions for e in t.created for party in e.signatories}
        subjects: set[str] = set()
        by_intent = _by_intent(batch)
        if by_intent:
            for intent in await repository.locked(session, sorted(by_intent)):
                parties.update(intent.wish.act_as)
                subjects.add(intent.wish.subject)
                for transaction in by_intent[intent.id]:
                    intent = await self._effect(session, intent, transaction)  # noqa: PLW2901
        if batch.after.record_time is not None:
            for intent in await repository.dead(session, batch.after.record_time):
                parties.update(intent.wish.act_as)
                subjects.add(intent.wish.subject)
                await self._bury(session, intent)
        if parties:
            await repository.wake(session, sorted(parties), sorted(subjects), self._clock.now())

    async def _effect(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Intent:
        """Note an effect, whichever attempt had it; what the ledger shows is true."""
        if intent.state is State.COMPLETED:
            if intent.update_id != transaction.update_id:
                _alarm("two_effects", intent, transaction)
            return intent
        if intent.state in _ENDED_WITHOUT_EFFECT:
            _alarm("effect_after_end", intent, transaction)
        with span(intent.trace, "ingestion.complete", intent=str(intent.id)):
            result = await self._result(session, intent, transaction)
            done = await repository.move(
                session,
                intent,
                State.COMPLETED,
                self._clock.now(),
                update_id=transaction.update_id,
                ledger_offset=transaction.offset,
                result=result,
                failure=None,
            )
            _log.info("intent.completed", intent=str(intent.id), offset=transaction.offset)
        return done

    async def _result(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> dict[str, Any]:
        """Ask the handler for the result; its mistake must not keep ingestion from going on."""
        handler = self._handlers.get(intent.wish.kind)
        if handler is None:
            return {}
        try:
            return dict(await handler.finished(session, intent, transaction))
        except (LookupError, TypeError, ValueError, AttributeError):
            _log.exception("intent.result_unreadable", intent=str(intent.id))
            metrics.ALARMS.labels("result_unreadable").inc()
            await handler.release(session, intent)
            return {}

    async def _bury(self, session: WriteSession, intent: Intent) -> None:
        handler = self._handlers.get(intent.wish.kind)
        if handler is not None:
            await handler.release(session, intent)
        _log.warning("intent.dead", intent=str(intent.id), command=intent.command_id)
        await repository.move(
            session,
            intent,
            State.FAILED,
            self._clock.now(),
            failure=repository.failure_json(DEAD),
        )


def _by_intent(batch: Batch) -> dict[UUID, list[Transaction]]:
    found: dict[UUID, list[Transaction]] = {}
    for transaction in batch.transactions:
        identity = intent_of_command(transaction.command_id)
        if identity is not None:
            found.setdefault(identity, []).append(transaction)
    return found


def _alarm(name: str, intent: Intent, transaction: Transaction) -> None:
    metrics.ALARMS.labels(name).inc()
    _log.error(
        f"intent.{name}",
        intent=str(intent.id),
        state=intent.state.value,
        update_id=transaction.update_id,
        command=transaction.command_id,
    )
