"""Carries intents one step further: prepare and send, and write down what the ledger said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from cantata.automation import repository
from cantata.automation.batches import repository as many
from cantata.automation.consulting import consulted, consulted_all, planned, refusal_of
from cantata.automation.errors import (
    DeadlinePassed,
    NotNow,
)
from cantata.automation.handler import ConsultsMany, Handler, Plan
from cantata.automation.model import (
    ATTEMPTS_MAX,
    IN_DOUBT,
    IN_FLIGHT,
    SEND_MAX,
    IllegalTransition,
    Intent,
    State,
    command_id,
)
from cantata.automation.outside import Outside
from cantata.automation.preparing import Preparation, Preparer
from cantata.automation.sent import Sent, traced
from cantata.automation.settling import Settler
from cantata.automation.signing import Desk, Signed
from cantata.automation.worker import Dispatched, Errand, Job
from cantata.kernel.time import Clock, Timestamp
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
        self._outside = Outside(database, self._desk, self._settler, clock)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that it can work on."""
        return tuple(self._handlers)

    async def dispatch(
        self, session: WriteSession, intents: Sequence[Intent], now: Timestamp
    ) -> Dispatched:
        """Prepare locked intents together, and write down that they are sent before they are.

        What is left needs a step of its own; who has to be consulted first is an errand.
        """
        return self._dispatched(await self._preparer.prepare(session, intents, now))

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now.

        Where somebody else moved the intent meanwhile, theirs holds and nothing is done.
        """
        with traced(intent):
            try:
                sent = await self._ready(intent)
                if sent is not None:
                    await self._carry(sent)
            except IllegalTransition as error:
                _log.info("intent.moved", intent=str(intent.id), message=error.message)

    def _dispatched(self, made: Preparation) -> Dispatched:
        return Dispatched(
            jobs=[self._job(each) for each in made.sent],
            left=made.left,
            errands=[self._errand(each) for each in made.companies],
        )

    def _errand(self, company: tuple[Intent, ...]) -> Errand:
        async def run() -> Dispatched:
            with traced(company[0]):
                return await self._together(company)

        return Errand(intents=company, run=run)

    async def _together(self, company: tuple[Intent, ...]) -> Dispatched:
        """Consult a company outside of any transaction, and prepare it in one."""
        handler = self._handlers[company[0].wish.kind]
        assert isinstance(handler, ConsultsMany), handler.kind
        asked = await consulted_all(handler, company, self._clock.now())
        try:
            async with self._database.write() as session:
                now = self._clock.now()
                made = await self._preparer.prepare_with(session, handler, asked, now)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - whose mistake it is shows when each goes by itself
            _log.exception("company.failed", intents=len(company))
            metrics.ALARMS.labels("dispatch_failed").inc()
            return Dispatched(left=company)
        return self._dispatched(made)

    def _job(self, sent: Sent) -> Job:
        async def run() -> None:
            with traced(sent.first):
                try:
                    await self._carry(sent)
                except IllegalTransition as error:
                    _log.info("intent.moved", intent=str(sent.first.id), message=error.message)

        return Job(name=sent.command_id, run=run)

    async def _ready(self, intent: Intent) -> Sent | None:
        """Bring an intent to where it is written down as sent; None to leave it."""
        if intent.state is State.REQUESTED:
            return await self._from_requested(intent)
        if intent.state in (State.PREPARED, State.AWAITING_SIGNATURE):
            return await self._outside.ready(intent)
        if intent.state in IN_FLIGHT:
            return await self._once_more(intent)
        return None

    async def _from_requested(self, intent: Intent) -> Sent | None:
        try:
            sent = await self._prepared(intent)
        except NotNow as error:
            await self._settler.wait(intent, error)
            return None
        except Exception as error:  # noqa: BLE001 - a handler's mistake must not stop the queue
            await self._settler.fail(intent, refusal_of(error, intent))
            return None
        return await self._outside.ready(sent.first) if sent.plan.external else sent

    async def _prepared(self, intent: Intent) -> Sent:
        """Prepare and write down that it is sent before it is, in one transaction."""
        handler = self._handlers[intent.wish.kind]
        found = await consulted(handler, intent, self._in_time(intent))
        now = self._in_time(intent)
        async with self._database.write() as session:
            plan = await planned(session, handler, intent, found, now)
            name = command_id(intent.id, intent.attempts + 1)
            if plan.external:
                moved = await repository.mark_prepared(session, intent, plan, now)
            else:
                path = (State.PREPARED, State.SUBMITTED)
                named = replace(intent, command_id=name, plan=None)
                moved = await repository.mark_sent(session, named, path, plan, now)
            return Sent((moved,), plan, name, now)

    def _in_time(self, intent: Intent) -> Timestamp:
        """Give the time; raise DeadlinePassed."""
        now, deadline = self._clock.now(), intent.wish.deadline
        if deadline is not None and deadline <= now:
            raise DeadlinePassed(deadline)
        return now

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
                dead = repository.doubtful_until(now, plan)
                others = await many.move_all(session, others, path, now, dead_after=dead)
            moved = await repository.mark_sent(session, intent, path, plan, now)
        before = intent.dead_after
        name = intent.command_id
        return Sent((moved, *others), plan, name, now, again=True, dead_before=before)

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

    async def _carry(self, sent: Sent) -> None:
        """Send, and settle; what waited too long to be sent is left, and looked at anew.

        Somebody may take it for dead when it arrives. What is signed is refused by the ledger then.
        """
        waited = self._clock.now().since(sent.at)
        if waited > SEND_MAX and not sent.plan.external:
            _log.warning("intent.not_sent", intent=str(sent.first.id), command=sent.command_id)
            return
        await self._settler.settle(sent, await self._send(sent))

    async def _send(self, sent: Sent) -> Outcome[Receipt]:
        if not sent.plan.external:
            return await self._gate.outcome(sent.plan.submission(sent.command_id))
        assert sent.first.plan is not None, sent.first.id
        signed = Signed.from_json(sent.first.plan["signing"])
        return await self._desk.execute(sent.plan, sent.first, signed)
