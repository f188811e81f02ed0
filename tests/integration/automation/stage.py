"""A stage for automation: a handler that reserves slots, a ledger that misbehaves, a clock."""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import text

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.ending import Endings
from cantata.automation.errors import NotNow, NotPossible
from cantata.automation.handler import Parcel, Plan, Prepared, companies
from cantata.automation.model import (
    Failure,
    IllegalTransition,
    Intent,
    State,
    Wish,
    batch_of_command,
    intent_of_command,
)
from cantata.automation.observer import IntentObserver
from cantata.automation.signing import is_unsent
from cantata.automation.submitter import IntentSubmitter
from cantata.automation.worker import Dispatched
from cantata.ingestion.service import Ingester
from cantata.kernel.errors import CantataError
from cantata.kernel.time import ManualClock, RelTime, Timestamp
from cantata.ledger.errors import (
    Answer,
    DuplicateCommand,
    NotFound,
    OutcomeUnknown,
    Refusal,
    Retryable,
)
from cantata.ledger.model.updates import Checkpoint, Transaction, Update
from cantata.ledger.outcome import Done, Outcome, Refused, Unknown
from cantata.ledger.services.commands import Receipt
from cantata.ledger.submission import Submission
from cantata.storage.database import Database
from cantata.storage.session import WriteSession

START = Timestamp.parse("2026-01-01T00:00:00Z")
SYNCHRONIZER = "global::1220aa"
ALICE = "alice::1220aa"
TABLES = (
    "CREATE TABLE slots (slot integer PRIMARY KEY, intent uuid NOT NULL)",
    "CREATE TABLE ends (intent uuid PRIMARY KEY, code text NOT NULL)",
)
NEVER = -1
BROKEN = -2
POISON = -3
"""A slot that the ledger refuses to everybody who asks for it."""
LATE = RelTime.of(seconds=60)
"""How long after it was sent the ledger may still record a command."""


class Crash(BaseException):
    """The process is gone."""


class Slots:
    """Needs a slot for itself, as a payment needs its holdings, and counts what is given up."""

    kind = "slots.take"

    def __init__(self) -> None:
        self.unmourned: set[int] = set()
        """Slots whose end fails, after it was written down."""

    async def prepare(self, session: WriteSession, intent: Intent, now: Timestamp) -> Plan:
        slot = intent.wish.request["slot"]
        if slot == NEVER:
            raise NotPossible("there is no such slot")
        if slot == BROKEN:
            raise KeyError(slot)
        taken = await session.run(
            text("INSERT INTO slots VALUES (:slot, :intent) ON CONFLICT DO NOTHING"),
            {"slot": slot, "intent": intent.id},
        )
        if not taken:
            raise NotNow(f"the slot {slot} is in use")
        return Plan(commands=[{"CreateCommand": {"slot": slot}}], act_as=intent.wish.act_as)

    async def release(self, session: WriteSession, intent: Intent) -> None:
        await session.run(text("DELETE FROM slots WHERE intent = :intent"), {"intent": intent.id})

    async def finished(
        self, session: WriteSession, intent: Intent, transaction: Transaction
    ) -> Mapping[str, Any]:
        await self.release(session, intent)
        return {"slot": intent.wish.request["slot"]}

    async def given_up(self, session: WriteSession, intent: Intent, failure: Failure) -> None:
        end = {"intent": intent.id, "code": failure.code}
        await session.run(text("INSERT INTO ends VALUES (:intent, :code)"), end)
        if intent.wish.request["slot"] in self.unmourned:
            await session.run(text("INSERT INTO ends VALUES (:intent, :code)"), end)


class Crowd(Slots):
    """The same for many at a time: those whose slots are free go together."""

    async def prepare_all(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Prepared:
        refused: list[tuple[Intent, CantataError]] = []
        ready: list[Intent] = []
        for intent in intents:
            try:
                await self.prepare(session, intent, now)
            except CantataError as error:
                refused.append((intent, error))
            else:
                ready.append(intent)
        return Prepared(parcels=[_parcel(each) for each in companies(ready)], refused=refused)

    async def release_all(self, session: WriteSession, intents: Sequence[Intent]) -> None:
        for intent in intents:
            await self.release(session, intent)

    def result(
        self, intent: Intent, transaction: Transaction, part: int | None
    ) -> Mapping[str, Any]:
        return {"slot": intent.wish.request["slot"], "part": part}


class Asks(Slots):
    """Asks a clerk for a number before each attempt, who may be in any mood."""

    def __init__(self) -> None:
        super().__init__()
        self.moods: dict[int, Any] = {}
        """By slot: an error, something to wait for, or what to answer instead of a number."""
        self.asked: Counter[int] = Counter()

    async def consult(self, intent: Intent, now: Timestamp) -> Any:
        slot = intent.wish.request["slot"]
        self.asked[slot] += 1
        mood = self.moods.get(slot)
        if isinstance(mood, Exception):
            raise mood
        if isinstance(mood, asyncio.Event):
            await mood.wait()
        return {"number": slot} if mood is None or isinstance(mood, asyncio.Event) else mood

    async def prepare_with(
        self, session: WriteSession, intent: Intent, found: Any, now: Timestamp
    ) -> Plan:
        assert found["number"] == intent.wish.request["slot"]
        return await self.prepare(session, intent, now)


class AsksTogether(Asks, Crowd):
    """The same for companies."""

    async def prepare_all_with(
        self, session: WriteSession, intents: Sequence[tuple[Intent, Any]], now: Timestamp
    ) -> Prepared:
        for intent, found in intents:
            assert found["number"] == intent.wish.request["slot"]
        assert len({intent.wish.act_as for intent, _ in intents}) == 1
        return await self.prepare_all(session, [intent for intent, _ in intents], now)


def _parcel(intents: tuple[Intent, ...]) -> Parcel:
    commands = [{"CreateCommand": {"slot": each.wish.request["slot"]}} for each in intents]
    return Parcel(intents=intents, plan=Plan(commands=commands, act_as=(ALICE,)))


@dataclass
class FakeLedger:
    """A gate that does what it is told, and keeps the rules that a real ledger keeps.

    A command id has at most one effect; a command that was taken may be recorded later, but not
    much later; what it refuses, it does not record.
    """

    clock: ManualClock
    script: list[str] = field(default_factory=list)
    recorded: dict[str, Transaction] = field(default_factory=dict)
    pending: dict[str, tuple[Timestamp, Submission]] = field(default_factory=dict)
    updates: list[Update] = field(default_factory=list)
    told: int = 0
    contents: dict[str, list[int]] = field(default_factory=dict)
    """The slots of each submission, by its command id."""

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        name = submission.command_id
        behaviour = self.script.pop(0) if self.script else "done"
        if behaviour == "crash before":
            raise Crash
        if name in self.recorded:
            known = Answer(context={"completion_offset": str(self.recorded[name].offset)})
            error = DuplicateCommand("known", answer=known)
            return Done(Receipt("", error.completion_offset or 0), earlier=True)
        if name in self.pending:
            return Unknown(OutcomeUnknown("in flight"), 0)
        return self._behave(behaviour, submission)

    def _behave(self, behaviour: str, submission: Submission) -> Outcome[Receipt]:
        commands: Any = submission.commands
        slots = [each["CreateCommand"]["slot"] for each in commands]
        known = self.contents.setdefault(submission.command_id, slots)
        assert known == slots, "the same command id is the same command"
        if POISON in slots:
            return Refused(Refusal("no", answer=Answer(category=8)))
        if behaviour == "busy":
            return Refused(Retryable("busy"))
        if behaviour == "contention":
            return Refused(NotFound("gone", answer=Answer(category=11)))
        if behaviour == "refused":
            return Refused(Refusal("no", answer=Answer(category=8)))
        if behaviour == "lost":
            return Unknown(OutcomeUnknown("timed out"), 0)
        if behaviour == "late":
            self.pending[submission.command_id] = (self.clock.now(), submission)
            return Unknown(OutcomeUnknown("timed out"), 0)
        transaction = self.record(submission.command_id)
        if behaviour == "crash after":
            raise Crash
        if behaviour == "dropped":
            return Unknown(OutcomeUnknown("the answer was lost"), 0)
        return Done(Receipt(transaction.update_id, transaction.offset))

    def record(self, command: str) -> Transaction:
        now = self.clock.now()
        transaction = Transaction(
            update_id=f"1220{uuid.uuid4().hex}",
            offset=len(self.updates) + 1,
            command_id=command,
            workflow_id="",
            synchronizer_id=SYNCHRONIZER,
            effective_at=now,
            record_time=now,
            events=(),
        )
        self.recorded[command] = transaction
        self.updates.append(transaction)
        return transaction

    def settle(self) -> None:
        """Record what is under way, unless it is too late."""
        pending, self.pending = self.pending, {}
        for command, (sent, _) in pending.items():
            if self.clock.now() <= sent + LATE:
                self.record(command)

    def tick(self) -> None:
        """Tell the time."""
        self.updates.append(Checkpoint(len(self.updates) + 1, {SYNCHRONIZER: self.clock.now()}))

    def news(self) -> Sequence[Update]:
        """Give what was not told before."""
        found = self.updates[self.told :]
        self.told = len(self.updates)
        return found


class Stage:
    """Everything together, without any process: a test decides what happens next."""

    def __init__(self, database: Database, *handlers: Slots) -> None:
        self.database = database
        self.clock = ManualClock(START)
        self.ledger = FakeLedger(self.clock)
        self.handlers: tuple[Slots, ...] = handlers or (Slots(),)
        self.submitter = IntentSubmitter(database, self.ledger, self.handlers, self.clock)
        self.ingester = Ingester(database, [], [IntentObserver(self.handlers, self.clock)])

    async def begin(self) -> None:
        async with self.database.write() as session:
            for table in TABLES:
                await session.run(text(table))
        await self.ingester.begin()

    async def ask(
        self,
        slot: int,
        key: str = "",
        deadline: Timestamp | None = None,
        party: str = ALICE,
    ) -> Intent:
        wish = Wish(
            kind=Slots.kind,
            requester="alice",
            key=key or str(uuid.uuid4()),
            subject="slots",
            act_as=(party,),
            request={"slot": slot},
            deadline=deadline,
        )
        self.clock.advance(RelTime(microseconds=1))
        async with self.database.write() as session:
            intent, _ = await repository.record(session, wish, uuid.uuid4(), self.clock.now(), "")
        return intent

    async def work(self, limit: int = 64) -> int:
        """Claim what is due and take each a step; a crash ends the worker, not the test."""
        async with self.database.write() as session:
            claimed = await many.claim(
                session, self.submitter.kinds, "worker", self.clock.now(), limit
            )
        for intent in claimed:
            try:
                await self.submitter.step(intent)
            except Crash:
                break
        return len(claimed)

    async def work_together(self, limit: int = 64) -> int:
        """Take what is due in one transaction, as a worker does; a crash ends the worker."""
        now = self.clock.now()
        try:
            async with self.database.write() as session:
                claimed = await many.due(session, self.submitter.kinds, now, limit)
                found = await self.submitter.dispatch(session, claimed, now)
                await many.lease(session, found.to_lease, "worker", now)
        except KeyError:
            return await self.work(limit)
        with suppress(Crash):
            await self.carry(found)
        return len(claimed)

    async def carry(self, found: Dispatched) -> None:
        """Do what a worker does after the commit, one after the other."""
        for job in found.jobs:
            await job.run()
        for errand in found.errands:
            await self.carry(await errand.run())
        for intent in found.left:
            await self.submitter.step(intent)

    async def effects(self) -> Counter[UUID]:
        """Count what the ledger recorded for each intent."""
        counted: Counter[UUID] = Counter()
        async with self.database.read() as session:
            for command in self.ledger.recorded:
                alone, batch = intent_of_command(command), batch_of_command(command)
                if alone is not None:
                    counted[alone] += 1
                elif batch is not None:
                    counted.update((await many.members(session, [batch]))[batch])
        return counted

    async def ingest(self) -> None:
        updates = self.ledger.news()
        if updates:
            await self.ingester.apply(updates)

    async def intent(self, intent: Intent) -> Intent:
        async with self.database.read() as session:
            found = await repository.load(session, intent.id)
        assert found is not None
        return found

    async def phases(self, intent: Intent) -> list[str]:
        async with self.database.read() as session:
            return [state for state, _ in await repository.phases(session, intent.id)]

    async def reserved(self) -> int:
        async with self.database.read() as session:
            return int(await session.scalar(text("SELECT count(*) FROM slots")) or 0)

    async def cancel(self, intent: Intent) -> Intent:
        """Take an intent back; raise IllegalTransition if it may be on its way."""
        async with self.database.write() as session:
            locked = await repository.load(session, intent.id, lock=True)
            assert locked is not None
            if not is_unsent(locked):
                raise IllegalTransition(locked.id, locked.state, State.CANCELLED)
            return await Endings(self.handlers).cancel(session, locked, self.clock.now())

    async def ends(self) -> dict[UUID, str]:
        """Give why each intent was given up, as its handler heard."""
        async with self.database.read() as session:
            return {row.intent: row.code for row in await session.all(text("SELECT * FROM ends"))}

    def advance(self, seconds: int) -> None:
        self.clock.advance(RelTime.of(seconds=seconds))
