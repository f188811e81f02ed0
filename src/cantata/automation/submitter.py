"""Carries intents one step further: prepare and send, and write down what the ledger said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.consulting import consulted, planned
from cantata.automation.errors import (
    DeadlinePassed,
    NotNow,
    NotPossible,
    PreparationFailed,
    SignatureMissing,
)
from cantata.automation.handler import Handler, Plan
from cantata.automation.model import (
    ATTEMPTS_MAX,
    IN_DOUBT,
    IN_FLIGHT,
    RESEND,
    IllegalTransition,
    Intent,
    State,
    command_id,
)
from cantata.automation.policy import gives_up_at
from cantata.automation.preparing import Preparer
from cantata.automation.sent import Sent, traced
from cantata.automation.settling import Settler
from cantata.automation.signing import Desk, Signed
from cantata.automation.worker import Dispatched, Job
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock, Timestamp
from cantata.ledger.errors import LedgerError, Refusal
from cantata.ledger.outcome import Outcome
from cantata.ledger.services.commands import Receipt
from cantata.ledger.submission import Submission
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.session import WriteSession

_log = events("automation")


class Gate(Protocol):
    """The ledger, as far as automation needs it."""

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        """Submit, wait, and give what became of it."""


class IntentSubmitter:
    """Works on rows that this worker holds; it never declares success."""

    def __init__(
        self,
        database: Database,
        gate: Gate,
        handlers: Sequence[Handler],
        clock: Clock,
        desk: Desk | None = None,
    ) -> None:
        self._database = database
        self._gate = gate
        self._handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}
        self._clock = clock
        self._desk = desk or Desk()
        self._settler = Settler(database, self._handlers, clock)
        self._preparer = Preparer(self._handlers)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that it can work on."""
        return tuple(self._handlers)

    async def dispatch(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Dispatched:
        """Prepare locked intents together, and write down that they are sent before they are.

        What is left needs a step of its own.
        """
        sent, left = await self._preparer.prepare(session, intents, now)
        return Dispatched(jobs=tuple(self._job(each) for each in sent), left=left)

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now.

        Where somebody else moved the intent meanwhile, theirs holds and nothing is done.
        """
        with traced(intent):
            try:
                sent = await self._ready(intent)
                if sent is not None:
                    await self._settler.settle(sent, await self._send(sent))
            except IllegalTransition as error:
                _log.info("intent.moved", intent=str(intent.id), message=error.message)

    def _job(self, sent: Sent) -> Job:
        async def run() -> None:
            with traced(sent.first):
                try:
                    await self._settler.settle(sent, await self._send(sent))
                except IllegalTransition as error:
                    _log.info("intent.moved", intent=str(sent.first.id), message=error.message)

        return Job(name=sent.command_id, run=run)

    async def _ready(self, intent: Intent) -> Sent | None:
        """Bring an intent to where it is written down as sent; None to leave it."""
        if intent.state is State.REQUESTED:
            return await self._from_requested(intent)
        if intent.state is State.PREPARED and intent.plan is not None:
            await self._for_signature(intent, Plan.from_json(intent.plan))
            return None
        if intent.state is State.AWAITING_SIGNATURE:
            return await self._from_signature(intent)
        if intent.state in IN_FLIGHT:
            return await self._once_more(intent)
        return None

    async def _from_requested(self, intent: Intent) -> Sent | None:
        try:
            sent = await self._prepared(intent)
        except NotNow as error:
            await self._settler.wait(intent, error)
            return None
        except StorageError:
            raise
        except CantataError as error:
            if isinstance(error, IllegalTransition):
                raise
            await self._settler.fail(intent, error)
            return None
        except Exception as error:  # noqa: BLE001 - a handler's mistake must not stop the queue
            _log.exception("intent.preparation_failed", intent=str(intent.id))
            metrics.ALARMS.labels("preparation_failed").inc()
            await self._settler.fail(intent, PreparationFailed(type(error).__name__))
            return None
        if sent.plan.external:
            await self._for_signature(sent.first, sent.plan)
            return None
        return sent

    async def _prepared(self, intent: Intent) -> Sent:
        """Prepare and write down that it is sent before it is, in one transaction."""
        handler = self._handlers[intent.wish.kind]
        found = await consulted(handler, intent, self._in_time(intent))
        now = self._in_time(intent)
        async with self._database.write() as session:
            plan = await planned(session, handler, intent, found, now)
            name = command_id(intent.id, intent.attempts + 1)
            if plan.external:
                moved = await repository.move(
                    session,
                    intent,
                    State.PREPARED,
                    now,
                    plan=plan.to_json(),
                    command_id=name,
                    due_at=now + RESEND,
                )
            else:
                path = (State.PREPARED, State.SUBMITTED)
                moved = await self._mark(session, intent, path, plan, name)
            return Sent((moved,), plan, name)

    def _in_time(self, intent: Intent) -> Timestamp:
        """Give the time; raise DeadlinePassed."""
        now, deadline = self._clock.now(), intent.wish.deadline
        if deadline is not None and deadline <= now:
            raise DeadlinePassed(deadline)
        return now

    async def _for_signature(self, intent: Intent, plan: Plan) -> None:
        """Have the ledger prepare the transaction, and leave it to be signed."""
        now = self._clock.now()
        try:
            waiting = await self._desk.prepare(plan, intent, now)
        except NotPossible as error:
            await self._settler.fail(intent, error)
        except LedgerError as error:
            if isinstance(error, Refusal) or gives_up_at(intent) <= now:
                await self._settler.refused(intent, error)
            else:
                _log.info("intent.not_prepared", intent=str(intent.id), code=error.code)
        else:
            async with self._database.write() as session:
                await repository.move(
                    session,
                    intent,
                    State.AWAITING_SIGNATURE,
                    now,
                    plan={**plan.to_json(), "signing": waiting.to_json()},
                    due_at=waiting.until,
                    dead_after=waiting.until,
                )

    async def _from_signature(self, intent: Intent) -> Sent | None:
        """Send what was signed; end what nobody signed in time."""
        assert intent.plan is not None, intent.id
        signed = Signed.from_json(intent.plan["signing"])
        if not signed.signatures or signed.until <= self._clock.now():
            await self._settler.fail(intent, SignatureMissing(signed.until))
            return None
        plan = Plan.from_json(intent.plan)
        async with self._database.write() as session:
            moved = await self._mark(session, intent, (State.SUBMITTED,), plan, intent.command_id)
        return Sent((moved,), plan, intent.command_id)

    async def _once_more(self, intent: Intent) -> Sent | None:
        """Send the same command under the same id; the ledger knows it if it has it.

        The first of those who share a submission does it for all of them.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            if intent.attempts >= ATTEMPTS_MAX:
                await repository.postpone(session, intent, now + IN_DOUBT)
                return None
            plan, others = await self._as_sent(session, intent)
            if intent.state is State.SUBMITTED:
                path: tuple[State, ...] = (State.UNKNOWN, State.SUBMITTED)
            else:
                path = (State.SUBMITTED,)
            if others:
                dead = repository.doubtful_until(now)
                others = await many.move_all(session, others, path, now, dead_after=dead)
            moved = await self._mark(session, intent, path, plan, intent.command_id)
        before = intent.dead_after
        return Sent((moved, *others), plan, intent.command_id, again=True, dead_before=before)

    async def _as_sent(
        self, session: WriteSession, intent: Intent
    ) -> tuple[Plan, tuple[Intent, ...]]:
        """Give what was sent for an intent, and the others in flight that it was sent for."""
        if intent.batch is None:
            assert intent.plan is not None, intent.id
            return Plan.from_json(intent.plan), ()
        plan, members = await many.plan_of(session, intent.batch)
        found = await many.locked(session, [each for each in members if each != intent.id])
        return plan, tuple(each for each in found if each.state is intent.state)

    async def _mark(
        self,
        session: WriteSession,
        intent: Intent,
        path: Sequence[State],
        plan: Plan,
        name: str,
    ) -> Intent:
        now = self._clock.now()
        stored = intent.plan if intent.plan is not None or intent.batch else plan.to_json()
        dead = intent.dead_after if plan.external else repository.doubtful_until(now)
        return await repository.move(
            session,
            intent,
            path,
            now,
            plan=stored,
            command_id=name,
            attempts=intent.attempts + 1,
            dead_after=dead,
            due_at=now + RESEND,
        )

    async def _send(self, sent: Sent) -> Outcome[Receipt]:
        submission = sent.plan.submission(sent.command_id)
        if not sent.plan.external:
            return await self._gate.outcome(submission)
        assert sent.first.plan is not None, sent.first.id
        signed = Signed.from_json(sent.first.plan["signing"])
        return await self._desk.execute(replace(submission, max_record_time=signed.until), signed)
