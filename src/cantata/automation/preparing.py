"""Prepares many intents in one transaction, and writes down that they are sent before they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from cantata.automation.batches import repository as many
from cantata.automation.batches.repository import Mark
from cantata.automation.ending import Endings
from cantata.automation.errors import NotNow, WaitedTooLong
from cantata.automation.handler import Handler, Parcel, PreparesMany
from cantata.automation.model import (
    Failure,
    Intent,
    State,
    batch_command_id,
    command_id,
)
from cantata.automation.policy import gives_up_at, look_again_at
from cantata.automation.sent import Sent
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp
from cantata.storage.session import WriteSession

Refused = Sequence[tuple[Intent, CantataError]]


class Preparer:
    """Prepares intents of the kinds that can be prepared many at a time."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = {
            kind: handler for kind, handler in handlers.items() if isinstance(handler, PreparesMany)
        }
        self._endings = Endings(tuple(handlers.values()))

    async def prepare(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> tuple[tuple[Sent, ...], tuple[Intent, ...]]:
        """Prepare locked intents; give what is to be sent now, and what needs a step of its own."""
        left: list[Intent] = []
        sent: list[Sent] = []
        refused: list[tuple[Intent, CantataError]] = []
        for kind, mine in _by_kind(intents).items():
            handler = self._handlers.get(kind)
            if handler is None:
                left += mine
                continue
            fresh = [each for each in mine if each.state is State.REQUESTED]
            late = {each.id for each in fresh if _is_late(each, now)}
            left += [each for each in mine if each.state is not State.REQUESTED or each.id in late]
            ready = [each for each in fresh if each.id not in late]
            if ready:
                found = await handler.prepare_all(session, ready, now)
                left += found.left
                refused += found.refused
                sent += [await _marked(session, parcel, now) for parcel in found.parcels]
        await many.mark_sent(session, [mark for each in sent for mark in _marks(each)], now)
        await self._refuse(session, refused, now)
        return tuple(sent), tuple(left)

    async def _refuse(self, session: WriteSession, refused: Refused, now: Timestamp) -> None:
        """Let those wait that may be possible later; end the others, and who waited too long."""
        waiting, failed = [], []
        for intent, error in refused:
            if not isinstance(error, NotNow):
                failed.append((intent, Failure.of(error)))
            elif gives_up_at(intent) <= now:
                failed.append((intent, Failure.of(WaitedTooLong(error.message))))
            else:
                waiting.append((intent, look_again_at(intent, now)))
        await many.postpone(session, waiting)
        await self._endings.fail(session, failed, now)


async def _marked(session: WriteSession, parcel: Parcel, now: Timestamp) -> Sent:
    """Give a parcel as it is sent: an intent alone under its own id, several under a shared one."""
    if len(parcel.intents) == 1:
        (alone,) = parcel.intents
        name = command_id(alone.id, alone.attempts + 1)
        return Sent((_submitted(alone, name),), parcel.plan, name)
    batch = uuid4()
    await many.add_batch(session, batch, parcel.intents, parcel.plan, now)
    name = batch_command_id(batch)
    moved = (replace(_submitted(each, name), batch=batch) for each in parcel.intents)
    return Sent(tuple(moved), parcel.plan, name)


def _submitted(intent: Intent, name: str) -> Intent:
    return replace(
        intent, state=State.SUBMITTED, attempts=intent.attempts + 1, command_id=name, batch=None
    )


def _marks(sent: Sent) -> Sequence[Mark]:
    if len(sent.intents) == 1:
        return (Mark(intent=sent.first, command_id=sent.command_id, plan=sent.plan.to_json()),)
    return [
        Mark(
            intent=intent,
            command_id=sent.command_id,
            batch=intent.batch,
            is_first=intent is sent.first,
        )
        for intent in sent.intents
    ]


def _by_kind(intents: Sequence[Intent]) -> dict[str, list[Intent]]:
    found: dict[str, list[Intent]] = {}
    for intent in intents:
        found.setdefault(intent.wish.kind, []).append(intent)
    return found


def _is_late(intent: Intent, now: Timestamp) -> bool:
    deadline = intent.wish.deadline
    return deadline is not None and deadline <= now
