"""Ends intents in the light of what was ingested: completed, or dead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.batches.repository import Effect
from cantata.automation.ending import Endings, about
from cantata.automation.handler import EndsMany, Handler
from cantata.automation.model import (
    Failure,
    Intent,
    State,
    batch_of_command,
    intent_of_command,
)
from cantata.ingestion.model import Batch
from cantata.kernel.time import Clock, Timestamp
from cantata.ledger.model.updates import Transaction
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.observability.tracing import span, trace_of
from cantata.storage.errors import DatabaseUnavailable
from cantata.storage.session import WriteSession

DEAD = Failure(
    code="NOT_RECORDED",
    message="the ledger did not record the command before it could no longer do so",
    hint="nothing was changed; ask again",
)
_MISTAKES = (LookupError, TypeError, ValueError, AttributeError)
_ENDED_WITHOUT_EFFECT = (State.FAILED, State.CANCELLED)
_log = events("automation")


class IntentObserver:
    """Runs inside the transaction that moves ingestion's cursor."""

    def __init__(self, handlers: Sequence[Handler], clock: Clock) -> None:
        self._handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}
        self._endings = Endings(handlers)
        self._clock = clock

    async def observe(self, session: WriteSession, batch: Batch) -> None:
        """Complete the intents that a batch carries out, end those that it outlives.

        Wake those that may have waited for what the batch brought to their parties, or for the
        same subject.
        """
        parties = {party for t in batch.transactions for e in t.created for party in e.signatories}
        parties_of_ended, subjects = about(await self._completed(session, batch))
        parties.update(parties_of_ended)
        if parties:
            await repository.wake(session, sorted(parties), subjects, self._clock.now())
        if batch.after.record_time is not None:
            await self._bury(session, batch.after.record_time)

    async def _completed(self, session: WriteSession, batch: Batch) -> tuple[Intent, ...]:
        """Note the effects of a batch, whichever attempts had them; what the ledger shows is true.

        Of several effects of one intent the first counts, and the others are alarms.
        """
        parts = await _parts(session, batch)
        if not parts:
            return ()
        found = await many.locked(session, sorted(parts))
        done = [(intent, parts[intent.id][0]) for intent in found if self._is_new(intent, parts)]
        effects = [self._effect(intent, part) for intent, part in done]
        await self._finish(session, effects, {intent.id: part for intent, part in done})
        return found

    def _is_new(self, intent: Intent, parts: Mapping[UUID, Sequence[_Part]]) -> bool:
        """Tell whether an intent is completed by this batch; sound the alarm for what is odd."""
        mine = parts[intent.id]
        known = intent.update_id if intent.state is State.COMPLETED else mine[0].update_id
        for part in mine:
            if part.update_id != known:
                _alarm("two_effects", intent, part.transaction)
        if intent.state in _ENDED_WITHOUT_EFFECT:
            _alarm("effect_after_end", intent, mine[0].transaction)
        return intent.state is not State.COMPLETED

    def _effect(self, intent: Intent, part: _Part) -> Effect:
        """Read the result of an intent, as far as it follows from its transaction alone."""
        transaction = part.transaction
        handler = self._handlers.get(intent.wish.kind)
        result: Mapping[str, Any] = {}
        with span(_parent(intent, transaction), "ingestion.complete", intent=str(intent.id)):
            if isinstance(handler, EndsMany):
                result = _read(lambda: handler.result(intent, transaction, part.place), intent)
            _log.info("intent.completed", intent=str(intent.id), offset=transaction.offset)
        return Effect(
            intent=intent,
            update_id=transaction.update_id,
            offset=transaction.offset,
            result=result,
        )

    async def _finish(
        self, session: WriteSession, effects: Sequence[Effect], parts: Mapping[UUID, _Part]
    ) -> None:
        """Give back what was reserved and write down what was done."""
        await self._release(session, [each.intent for each in effects])
        final = []
        for effect in effects:
            handler = self._handlers.get(effect.intent.wish.kind)
            if handler is None or isinstance(handler, EndsMany):
                final.append(effect)
                continue
            transaction = parts[effect.intent.id].transaction
            result = await self._result(session, handler, effect.intent, transaction)
            final.append(replace(effect, result=result))
        await many.complete(session, final, self._clock.now())

    async def _result(
        self, session: WriteSession, handler: Handler, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        """Ask a handler of single intents; its mistake must not keep ingestion from going on."""
        try:
            async with session.savepoint():
                return dict(await handler.finished(session, intent, transaction))
        except DatabaseUnavailable:
            raise
        except Exception:  # noqa: BLE001 - what is done is done, whatever it came to
            _unreadable(intent)
            await handler.release(session, intent)
            return {}

    async def _bury(self, session: WriteSession, record_time: Timestamp) -> None:
        """End the intents that were in flight for longer than the ledger can record them."""
        now = self._clock.now()
        found = await many.dead(session, self._endings.kinds, record_time, now)
        for intent in found:
            _log.warning("intent.dead", intent=str(intent.id), command=intent.command_id)
        await self._endings.fail(session, [(intent, DEAD) for intent in found], now)

    async def _release(self, session: WriteSession, intents: Sequence[Intent]) -> None:
        """Give back what intents of kinds that end together had reserved."""
        for kind, handler in self._handlers.items():
            if isinstance(handler, EndsMany):
                mine = [intent for intent in intents if intent.wish.kind == kind]
                if mine:
                    await handler.release_all(session, mine)


@dataclass(frozen=True, slots=True)
class _Part:
    """What a transaction did for an intent: all of it, or the part at a place."""

    transaction: Transaction
    place: int | None = None

    @property
    def update_id(self) -> str:
        """The transaction's id."""
        return self.transaction.update_id


async def _parts(session: WriteSession, batch: Batch) -> dict[UUID, list[_Part]]:
    """Give what the transactions of a batch did, by intent, in their order."""
    shared = {batch_of_command(t.command_id) for t in batch.transactions} - {None}
    members = await many.members(session, [each for each in shared if each is not None])
    found: dict[UUID, list[_Part]] = {}
    for transaction in batch.transactions:
        alone = intent_of_command(transaction.command_id)
        if alone is not None:
            found.setdefault(alone, []).append(_Part(transaction))
            continue
        together = batch_of_command(transaction.command_id)
        if together is not None:
            for place, intent in enumerate(members.get(together, ())):
                found.setdefault(intent, []).append(_Part(transaction, place))
    return found


def _parent(intent: Intent, transaction: Transaction) -> str:
    """Give the span under which the ledger recorded an intent, or else that of its request."""
    submitted = transaction.trace
    return submitted if trace_of(submitted) == trace_of(intent.trace) else intent.trace


def _read(result: Callable[[], Mapping[str, Any]], intent: Intent) -> Mapping[str, Any]:
    """Give a result; a handler's mistake must not keep ingestion from going on."""
    try:
        return dict(result())
    except _MISTAKES:
        _unreadable(intent)
        return {}


def _unreadable(intent: Intent) -> None:
    _log.exception("intent.result_unreadable", intent=str(intent.id))
    metrics.ALARMS.labels("result_unreadable").inc()


def _alarm(name: str, intent: Intent, transaction: Transaction) -> None:
    metrics.ALARMS.labels(name).inc()
    _log.error(
        f"intent.{name}",
        intent=str(intent.id),
        state=intent.state.value,
        update_id=transaction.update_id,
        command=transaction.command_id,
    )
