"""Prepares many intents in one transaction, and writes down that they are sent before they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.batches.repository import Mark
from cantata.automation.consulting import Consulted
from cantata.automation.ending import Endings
from cantata.automation.errors import DeadlinePassed, NotNow, WaitedTooLong
from cantata.automation.handler import (
    ConsultsMany,
    Handler,
    Parcel,
    Prepared,
    PreparesMany,
    companies,
)
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


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is to be sent now, what needs a step of its own, and who is consulted together first."""

    sent: list[Sent] = field(default_factory=list)
    left: list[Intent] = field(default_factory=list)
    companies: list[tuple[Intent, ...]] = field(default_factory=list)


class Preparer:
    """Prepares intents of the kinds that can be prepared many at a time."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._endings = Endings(tuple(handlers.values()))

    async def prepare(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Preparation:
        """Prepare locked intents as far as the database alone goes."""
        made = Preparation()
        refused: list[tuple[Intent, CantataError]] = []
        for kind, mine in _by_kind(intents).items():
            handler = self._handlers[kind]
            if not isinstance(handler, PreparesMany | ConsultsMany):
                made.left.extend(mine)
                continue
            ready = [each for each in mine if each.state is State.REQUESTED]
            ready = [each for each in ready if not _is_late(each, now)]
            made.left.extend(each for each in mine if each not in ready)
            if isinstance(handler, ConsultsMany):
                made.companies.extend(_companies(ready))
            elif ready:
                found = await handler.prepare_all(session, ready, now)
                refused += found.refused
                await self._send(session, found, made, now)
        await self._refuse(session, refused, now)
        return made

    async def prepare_with(
        self, session: WriteSession, handler: ConsultsMany, company: Consulted, now: Timestamp
    ) -> Preparation:
        """Prepare a company after it was consulted; those that somebody moved are left out."""
        made = Preparation()
        everybody = [intent for intent, _ in (*company.found, *company.refused)]
        locked = await many.locked(session, [each.id for each in everybody])
        mine = {each.id: (each.state, each.attempts) for each in locked}
        still = {each.id for each in everybody if mine.get(each.id) == (each.state, each.attempts)}
        refused = [each for each in company.refused if each[0].id in still]
        ready = []
        for intent, found in company.found:
            deadline = intent.wish.deadline
            if intent.id in still and deadline is not None and deadline <= now:
                refused.append((intent, DeadlinePassed(deadline)))
            elif intent.id in still:
                ready.append((intent, found))
        if ready:
            prepared = await handler.prepare_all_with(session, ready, now)
            refused += prepared.refused
            await self._send(session, prepared, made, now)
        await self._refuse(session, refused, now)
        return made

    async def _send(
        self, session: WriteSession, found: Prepared, made: Preparation, now: Timestamp
    ) -> None:
        """Write down what is sent; what is signed first goes on by itself from being prepared."""
        made.left.extend(found.left)
        sent = []
        for parcel in found.parcels:
            if parcel.plan.external:
                (alone,) = parcel.intents
                made.left.append(await repository.mark_prepared(session, alone, parcel.plan, now))
            else:
                sent.append(await _marked(session, parcel, now))
        await many.mark_sent(session, [mark for each in sent for mark in _marks(each)], now)
        made.sent.extend(sent)

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
                for wish in error.first:
                    await repository.record(session, wish, uuid4(), now, intent.trace)
        await many.postpone(session, waiting)
        await self._endings.fail(session, failed, now)


async def _marked(session: WriteSession, parcel: Parcel, now: Timestamp) -> Sent:
    """Give a parcel as it is sent: an intent alone under its own id, several under a shared one."""
    if len(parcel.intents) == 1:
        (alone,) = parcel.intents
        name = command_id(alone.id, alone.attempts + 1)
        return Sent((_submitted(alone, name),), parcel.plan, name, now)
    batch = uuid4()
    await many.add_batch(session, batch, parcel.intents, parcel.plan, now)
    name = batch_command_id(batch)
    moved = (replace(_submitted(each, name), batch=batch) for each in parcel.intents)
    return Sent(tuple(moved), parcel.plan, name, now)


def _submitted(intent: Intent, name: str) -> Intent:
    return replace(
        intent, state=State.SUBMITTED, attempts=intent.attempts + 1, command_id=name, batch=None
    )


def _marks(sent: Sent) -> Sequence[Mark]:
    if len(sent.intents) == 1:
        plan, latest = sent.plan.to_json(), sent.plan.max_record_time
        return (Mark(intent=sent.first, command_id=sent.command_id, plan=plan, dead_after=latest),)
    return [
        Mark(
            intent=intent,
            command_id=sent.command_id,
            batch=intent.batch,
            is_first=intent is sent.first,
            dead_after=sent.plan.max_record_time,
        )
        for intent in sent.intents
    ]


def _companies(intents: Sequence[Intent]) -> Sequence[tuple[Intent, ...]]:
    """Divide intents into companies of the same acting parties, about the same subject.

    So nobody waits for the answers that others need, such as those of another registry.
    """
    alike: dict[tuple[frozenset[str], str], list[Intent]] = {}
    for intent in intents:
        key = (frozenset(intent.wish.act_as), intent.wish.subject)
        alike.setdefault(key, []).append(intent)
    return [company for mine in alike.values() for company in companies(mine)]


def _by_kind(intents: Sequence[Intent]) -> dict[str, list[Intent]]:
    found: dict[str, list[Intent]] = {}
    for intent in intents:
        found.setdefault(intent.wish.kind, []).append(intent)
    return found


def _is_late(intent: Intent, now: Timestamp) -> bool:
    deadline = intent.wish.deadline
    return deadline is not None and deadline <= now
