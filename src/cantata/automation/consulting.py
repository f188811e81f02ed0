"""Asks those who have to be asked before an attempt, outside of any transaction, within a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cantata.automation.errors import ConsultTimedOut, NotNow, PreparationFailed
from cantata.automation.handler import Consults, Handler, Plan, Prepares
from cantata.automation.model import CONSULT_MAX, IllegalTransition, Intent
from cantata.kernel.errors import CantataError
from cantata.kernel.time import RelTime, Timestamp
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.errors import StorageError
from cantata.storage.session import WriteSession

CONSULTS_MAX = 4
"""Intents of a company that are consulted at the same time; each may need a connection."""

_log = events("automation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted:
    """What was found out for the intents of a company, and what speaks against the others."""

    found: Sequence[tuple[Intent, Any]]
    refused: Sequence[tuple[Intent, CantataError]]


async def consulted(
    handler: Handler, intent: Intent, now: Timestamp, most: RelTime = CONSULT_MAX
) -> Any:
    """Give what a handler found out for an attempt; None of kinds that ask nobody.

    Raise ConsultTimedOut when that takes too long, NotNow when the database is busy.
    """
    if not isinstance(handler, Consults):
        return None
    limit = asyncio.timeout(most.microseconds / 1_000_000)
    try:
        async with limit:
            return await handler.consult(intent, now)
    except StorageError as error:
        raise NotNow(f"{error.code}: {error.message}", hint=error.hint) from error
    except TimeoutError:
        if limit.expired():
            raise ConsultTimedOut(most) from None
        raise


async def consulted_all(
    handler: Handler, intents: Sequence[Intent], now: Timestamp, most: RelTime = CONSULT_MAX
) -> Consulted:
    """Find out what a company needs, many at once, all of it within the time of one."""
    loop, turns = asyncio.get_running_loop(), asyncio.Semaphore(CONSULTS_MAX)
    end = loop.time() + most.microseconds / 1_000_000

    async def ask(intent: Intent) -> Any:
        async with turns:
            left = RelTime(microseconds=int(1_000_000 * (end - loop.time())))
            if left.microseconds <= 0:
                raise ConsultTimedOut(most)
            return await consulted(handler, intent, now, left)

    answers = await asyncio.gather(*map(ask, intents), return_exceptions=True)
    found: list[tuple[Intent, Any]] = []
    refused: list[tuple[Intent, CantataError]] = []
    for intent, answer in zip(intents, answers, strict=True):
        if isinstance(answer, BaseException):
            refused.append((intent, refusal_of(answer, intent)))
        else:
            found.append((intent, answer))
    return Consulted(found=found, refused=refused)


async def planned(
    session: WriteSession, handler: Handler, intent: Intent, found: Any, now: Timestamp
) -> Plan:
    """Have an intent prepared, with what was found out for it."""
    if isinstance(handler, Consults):
        return await handler.prepare_with(session, intent, found, now)
    assert isinstance(handler, Prepares), intent.wish.kind
    return await handler.prepare(session, intent, now)


def refusal_of(error: BaseException, intent: Intent) -> CantataError:
    """Give what speaks against an attempt; a handler's mistake is an alarm.

    Raise what says nothing about the intent: trouble of the database, or that somebody moved it.
    """
    if isinstance(error, StorageError | IllegalTransition) or not isinstance(error, Exception):
        raise error
    if isinstance(error, CantataError):
        return error
    _log.error("intent.preparation_failed", intent=str(intent.id), exc_info=error)
    metrics.ALARMS.labels("preparation_failed").inc()
    return PreparationFailed(type(error).__name__)
