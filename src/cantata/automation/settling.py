"""Writes down what the ledger said of a submission; what is done is for ingestion to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.ending import Endings, about, release
from cantata.automation.errors import NotNow, WaitedTooLong
from cantata.automation.handler import Handler
from cantata.automation.model import IN_FLIGHT, Failure, Intent, State
from cantata.automation.policy import (
    gives_up_at,
    look_again_at,
    retry_at,
    retry_later,
    tries_again,
)
from cantata.automation.sent import Sent
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock, Timestamp
from cantata.ledger.errors import Retryable
from cantata.ledger.outcome import Outcome, Refused, Unknown
from cantata.ledger.services.commands import Receipt
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database

_log = events("automation")


class Settler:
    """Moves intents after an attempt: to start over, to wait, to fail, or to stay in doubt."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler], clock: Clock) -> None:
        self._database = database
        self._handlers = handlers
        self._endings = Endings(tuple(handlers.values()))
        self._clock = clock

    async def settle(self, sent: Sent, outcome: Outcome[Receipt]) -> None:
        """Write down a refusal or a doubt.

        The refusal of a command that was sent before says nothing of the first time.
        """
        kind = sent.first.wish.kind
        metrics.SUBMISSIONS.labels(kind, type(outcome).__name__.lower()).inc()
        if isinstance(outcome, Unknown):
            await self._doubt(sent, outcome.error)
        elif isinstance(outcome, Refused):
            if sent.again:
                await self._refused_again(sent, outcome.error)
            elif len(sent.intents) > 1:
                await self._separate(sent.intents, outcome.error)
            else:
                await self.refused(sent.first, outcome.error)

    async def refused(self, intent: Intent, error: CantataError) -> None:
        """Start over, or fail, if the intent is still where the refusal found it.

        An attempt that ended before anything was sent counts as one that was.
        """
        now = self._clock.now()
        if not tries_again(intent, error, now):
            await self.fail(intent, error)
            return
        _log.info("intent.refused", intent=str(intent.id), code=error.code, message=error.message)
        async with self._database.write() as session:
            await self._handlers[intent.wish.kind].release(session, intent)
            await repository.move(
                session,
                intent,
                State.REQUESTED,
                now,
                **_anew(error),
                attempts=intent.attempts + (intent.state not in IN_FLIGHT),
                due_at=retry_at(now, intent.attempts),
                waiting=True,
            )
            await repository.wake(session, intent.wish.act_as, [intent.wish.subject], now)

    async def wait(self, intent: Intent, error: NotNow) -> None:
        """Look again when what it needs came back, or after a while; not for ever."""
        now = self._clock.now()
        if gives_up_at(intent) <= now:
            await self.fail(intent, WaitedTooLong(error.message))
            return
        async with self._database.write() as session:
            due = look_again_at(intent, now)
            await repository.postpone(session, intent, due, waiting=True)
            for wish in error.first:
                await repository.record(session, wish, uuid4(), now, intent.trace)

    async def fail(self, intent: Intent, error: CantataError) -> None:
        """End an intent that will never have an effect."""
        _log.info("intent.refused", intent=str(intent.id), code=error.code, message=error.message)
        async with self._database.write() as session:
            failed = [(intent, Failure.of(error))]
            await self._endings.fail(session, failed, self._clock.now())

    async def _doubt(self, sent: Sent, error: CantataError) -> None:
        """Keep everything as it is: nothing is given back before the outcome is known."""
        due = retry_at(self._clock.now(), sent.first.attempts)
        await self._unknown(sent, error, due_at=due)

    async def _refused_again(self, sent: Sent, error: CantataError) -> None:
        """Stay in doubt about the first time alone: this time it had no effect, for sure.

        So what the first time has not done when it is dead will never be done. Only a ledger that
        was busy is asked again; another refusal would be the same once more.
        """
        again = isinstance(error, Retryable)
        due = retry_at(self._clock.now(), sent.first.attempts) if again else None
        await self._unknown(sent, error, due_at=due, dead_after=sent.dead_before)

    async def _unknown(
        self, sent: Sent, error: CantataError, *, due_at: Timestamp | None, **changes: Any
    ) -> None:
        now = self._clock.now()
        for intent in sent.intents:
            _log.warning("intent.unknown", intent=str(intent.id), code=error.code)
        first, rest = sent.first, sent.intents[1:]
        changes["failure"] = repository.failure_json(Failure.of(error))
        async with self._database.write() as session:
            await repository.move(session, first, State.UNKNOWN, now, due_at=due_at, **changes)
            if rest:
                await many.move_all(session, rest, (State.UNKNOWN,), now, **changes)

    async def _separate(self, intents: Sequence[Intent], error: CantataError) -> None:
        """Start over those whose shared submission was refused, in companies half as large.

        So whichever of them is the reason is alone in the end, and the others are not refused for
        it; a refusal in company is no attempt of its own. A ledger that is only busy refuses all
        alike: then they stay together.
        """
        now = self._clock.now()
        is_busy = isinstance(error, Retryable)
        failed = [each for each in intents if _is_over(each, error, now, is_busy=is_busy)]
        kept = [each for each in intents if each not in failed]
        company = {} if is_busy else {"together_max": max(1, len(intents) // 2)}
        due = retry_at(now, intents[0].attempts) if retry_later(error) else now
        _log.info("batch.refused", intents=len(intents), code=error.code, message=error.message)
        async with self._database.write() as session:
            why = Failure.of(error)
            await self._endings.fail(session, [(each, why) for each in failed], now)
            if kept:
                await release(session, self._handlers[kept[0].wish.kind], kept)
                changes = {**_anew(error), **company, "due_at": due}
                await many.start_over(session, kept, now, is_counted=is_busy, **changes)
            await repository.wake(session, *about(intents), now)
            await session.notify(repository.CHANNEL)


def _anew(error: CantataError) -> dict[str, Any]:
    """Give what starting over leaves of an attempt: why it was refused."""
    return {
        "plan": None,
        "batch": None,
        "command_id": "",
        "dead_after": None,
        "failure": repository.failure_json(Failure.of(error)),
    }


def _is_over(intent: Intent, error: CantataError, now: Timestamp, *, is_busy: bool) -> bool:
    """Tell whether an intent ends with the refusal of its company."""
    return not tries_again(intent, error, now) if is_busy else gives_up_at(intent) <= now
