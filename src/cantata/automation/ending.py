"""Ends intents without effect: each with all that belongs to its end, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.handler import EndsMany, Handler, HearsOfEnd
from cantata.automation.model import Failure, IllegalTransition, Intent, State
from cantata.kernel.time import Timestamp
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.errors import DatabaseUnavailable
from cantata.storage.session import WriteSession

CANCELLED = Failure(code="CANCELLED", message="it was taken back before it was sent")

_log = events("automation")


class Endings:
    """The only place where intents fail or are cancelled.

    In one transaction the row is moved, which nobody else can do then; reservations are given
    back; and a handler that `HearsOfEnd` does what belongs to the end.
    """

    def __init__(self, handlers: Sequence[Handler]) -> None:
        self._handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that can be ended here."""
        return tuple(self._handlers)

    async def fail(
        self, session: WriteSession, failed: Sequence[tuple[Intent, Failure]], now: Timestamp
    ) -> tuple[Intent, ...]:
        """End intents that will never have an effect, and wake who waits; give those that ended.

        The end of one whose handler makes a mistake is taken back and tried again later, and an
        alarm; it keeps the others from nothing. Raise IllegalTransition if somebody moved one.
        """
        ended = list(failed)
        if failed and not await self._is_ended(session, failed, now):
            alone = failed if len(failed) > 1 else ()
            ended = [each for each in alone if await self._is_ended(session, [each], now)]
            await many.hold(session, [each for each in failed if each not in ended], now)
        intents = tuple(intent for intent, _ in ended)
        if intents:
            await repository.wake(session, *about(intents), now)
        return intents

    async def cancel(self, session: WriteSession, intent: Intent, now: Timestamp) -> Intent:
        """Take back an intent that was not sent, and wake who waits.

        Raise IllegalTransition if it was, and what its handler raises: then nothing has changed.
        """
        moved = await repository.move(session, intent, State.CANCELLED, now)
        await self._give_back(session, [(intent, CANCELLED)])
        await repository.wake(session, *about([intent]), now)
        return moved

    async def _is_ended(
        self, session: WriteSession, failed: Sequence[tuple[Intent, Failure]], now: Timestamp
    ) -> bool:
        """End intents together, or change nothing."""
        try:
            async with session.savepoint():
                await many.fail(session, failed, now)
                await self._give_back(session, failed)
        except (DatabaseUnavailable, IllegalTransition):
            raise
        except Exception:  # noqa: BLE001 - whose mistake it is shows when each ends by itself
            if len(failed) == 1:
                _log.exception("intent.end_failed", intent=str(failed[0][0].id))
                metrics.ALARMS.labels("end_failed").inc()
            return False
        for intent, failure in failed:
            _log.info("intent.failed", intent=str(intent.id), code=failure.code)
        return True

    async def _give_back(
        self, session: WriteSession, ended: Sequence[tuple[Intent, Failure]]
    ) -> None:
        for kind, handler in self._handlers.items():
            mine = [each for each in ended if each[0].wish.kind == kind]
            if not mine:
                continue
            await release(session, handler, [intent for intent, _ in mine])
            if isinstance(handler, HearsOfEnd):
                for intent, failure in mine:
                    await handler.given_up(session, intent, failure)


async def release(session: WriteSession, handler: Handler, intents: Sequence[Intent]) -> None:
    """Give back what intents of a handler's kind had reserved."""
    if isinstance(handler, EndsMany):
        await handler.release_all(session, intents)
        return
    for intent in intents:
        await handler.release(session, intent)


def about(intents: Sequence[Intent]) -> tuple[list[str], list[str]]:
    """Give the parties and the subjects of intents."""
    parties = {party for intent in intents for party in intent.wish.act_as}
    return sorted(parties), sorted({intent.wish.subject for intent in intents})
