"""Carries one intent one step further: prepare and send, and write down what the ledger said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol

from cantata.automation import repository
from cantata.automation.errors import (
    DeadlinePassed,
    NotNow,
    NotPossible,
    PreparationFailed,
    SignatureMissing,
    WaitedTooLong,
)
from cantata.automation.handler import Handler, Plan
from cantata.automation.model import (
    ATTEMPTS_MAX,
    IN_DOUBT,
    IN_FLIGHT,
    RESEND,
    Failure,
    IllegalTransition,
    Intent,
    State,
    command_id,
)
from cantata.automation.policy import gives_up_at, look_again_at, retry_at, tries_again
from cantata.automation.signing import Desk, Signed
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock
from cantata.ledger.errors import LedgerError, Refusal
from cantata.ledger.outcome import Outcome, Refused, Unknown
from cantata.ledger.services.commands import Receipt
from cantata.ledger.submission import Submission
from cantata.ledger.tracing import current_traceparent
from cantata.observability import metrics
from cantata.observability.events import events
from cantata.observability.tracing import span
from cantata.storage.database import Database
from cantata.storage.errors import StorageError
from cantata.storage.session import WriteSession

_log = events("automation")


class Gate(Protocol):
    """The ledger, as far as automation needs it."""

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        """Submit, wait, and give what became of it."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """An intent that is written down as sent; `again` if its command was sent before."""

    intent: Intent
    plan: Plan
    again: bool = False


class IntentSubmitter:
    """Works on rows that are leased to this worker; it never declares success."""

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

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that it can work on."""
        return tuple(self._handlers)

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now.

        Where somebody else moved the intent meanwhile, theirs holds and nothing is done.
        """
        with _traced(intent):
            try:
                sent = await self._ready(intent)
                if sent is not None:
                    await self._settle(sent, await self._send(sent))
            except IllegalTransition as error:
                _log.info("intent.moved", intent=str(intent.id), message=error.message)

    async def _ready(self, intent: Intent) -> _Sent | None:
        """Bring an intent to where it is written down as sent; None to leave it."""
        if intent.state is State.REQUESTED:
            return await self._from_requested(intent)
        if intent.state is State.PREPARED and intent.plan is not None:
            await self._for_signature(intent, Plan.from_json(intent.plan))
            return None
        if intent.state is State.AWAITING_SIGNATURE:
            return await self._from_signature(intent)
        if intent.state in IN_FLIGHT and intent.plan is not None:
            return await self._once_more(intent, Plan.from_json(intent.plan))
        return None

    async def _from_requested(self, intent: Intent) -> _Sent | None:
        try:
            sent = await self._prepared(intent)
        except NotNow as error:
            await self._wait(intent, error)
            return None
        except StorageError:
            raise
        except CantataError as error:
            if isinstance(error, IllegalTransition):
                raise
            await self._fail(intent, error)
            return None
        except Exception as error:  # noqa: BLE001 - a handler's mistake must not stop the queue
            _log.exception("intent.preparation_failed", intent=str(intent.id))
            metrics.ALARMS.labels("preparation_failed").inc()
            await self._fail(intent, PreparationFailed(type(error).__name__))
            return None
        if sent.plan.external:
            await self._for_signature(sent.intent, sent.plan)
            return None
        return sent

    async def _prepared(self, intent: Intent) -> _Sent:
        """Prepare and write down that it is sent before it is, in one transaction."""
        now = self._clock.now()
        deadline = intent.wish.deadline
        if deadline is not None and deadline <= now:
            raise DeadlinePassed(deadline)
        async with self._database.write() as session:
            plan = await self._handlers[intent.wish.kind].prepare(session, intent, now)
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
                return _Sent(moved, plan)
            path = (State.PREPARED, State.SUBMITTED)
            return _Sent(await self._mark(session, intent, path, plan, name), plan)

    async def _for_signature(self, intent: Intent, plan: Plan) -> None:
        """Have the ledger prepare the transaction, and leave it to be signed."""
        now = self._clock.now()
        try:
            waiting = await self._desk.prepare(plan, intent, now)
        except NotPossible as error:
            await self._fail(intent, error)
        except LedgerError as error:
            if isinstance(error, Refusal) or gives_up_at(intent) <= now:
                await self._refused(intent, error)
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

    async def _from_signature(self, intent: Intent) -> _Sent | None:
        """Send what was signed; end what nobody signed in time."""
        assert intent.plan is not None, intent.id
        signed = Signed.from_json(intent.plan["signing"])
        if not signed.signatures or signed.until <= self._clock.now():
            await self._fail(intent, SignatureMissing(signed.until))
            return None
        plan = Plan.from_json(intent.plan)
        async with self._database.write() as session:
            moved = await self._mark(session, intent, (State.SUBMITTED,), plan, intent.command_id)
        return _Sent(moved, plan)

    async def _once_more(self, intent: Intent, plan: Plan) -> _Sent | None:
        """Send the same command under the same id; the ledger knows it if it has it."""
        now = self._clock.now()
        async with self._database.write() as session:
            if intent.attempts >= ATTEMPTS_MAX:
                await repository.postpone(session, intent, now + IN_DOUBT)
                return None
            if intent.state is State.SUBMITTED:
                path: tuple[State, ...] = (State.UNKNOWN, State.SUBMITTED)
            else:
                path = (State.SUBMITTED,)
            moved = await self._mark(session, intent, path, plan, intent.command_id)
        return _Sent(moved, plan, again=True)

    async def _mark(
        self,
        session: WriteSession,
        intent: Intent,
        path: Sequence[State],
        plan: Plan,
        name: str,
    ) -> Intent:
        now = self._clock.now()
        stored = intent.plan if intent.plan is not None else plan.to_json()
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

    async def _send(self, sent: _Sent) -> Outcome[Receipt]:
        submission = sent.plan.submission(sent.intent.command_id)
        if not sent.plan.external:
            return await self._gate.outcome(submission)
        assert sent.intent.plan is not None, sent.intent.id
        signed = Signed.from_json(sent.intent.plan["signing"])
        return await self._desk.execute(replace(submission, max_record_time=signed.until), signed)

    async def _settle(self, sent: _Sent, outcome: Outcome[Receipt]) -> None:
        """Write down a refusal or a doubt; what is done is for ingestion to say."""
        kind = sent.intent.wish.kind
        metrics.SUBMISSIONS.labels(kind, type(outcome).__name__.lower()).inc()
        if isinstance(outcome, Unknown):
            await self._doubt(sent.intent, outcome.error)
        elif isinstance(outcome, Refused):
            if sent.again:
                await self._doubt(sent.intent, outcome.error)
            else:
                await self._refused(sent.intent, outcome.error)

    async def _refused(self, intent: Intent, error: CantataError) -> None:
        """Start over, or fail, if the intent is still where the refusal found it."""
        now = self._clock.now()
        if not tries_again(intent, error, now):
            await self._fail(intent, error)
            return
        _log.info("intent.refused", intent=str(intent.id), code=error.code, message=error.message)
        async with self._database.write() as session:
            await self._handlers[intent.wish.kind].release(session, intent)
            await repository.move(
                session,
                intent,
                State.REQUESTED,
                now,
                plan=None,
                command_id="",
                dead_after=None,
                due_at=retry_at(now, intent.attempts),
                waiting=True,
                failure=repository.failure_json(Failure.of(error)),
            )
            await repository.wake(session, intent.wish.act_as, [intent.wish.subject], now)

    async def _doubt(self, intent: Intent, error: CantataError) -> None:
        """Keep everything as it is: nothing is given back before the outcome is known.

        The refusal of a command that was sent before says nothing of the first time.
        """
        now = self._clock.now()
        _log.warning("intent.unknown", intent=str(intent.id), code=error.code)
        async with self._database.write() as session:
            await repository.move(
                session,
                intent,
                State.UNKNOWN,
                now,
                due_at=retry_at(now, intent.attempts),
                failure=repository.failure_json(Failure.of(error)),
            )

    async def _wait(self, intent: Intent, error: NotNow) -> None:
        """Look again when what it needs came back, or after a while; not for ever."""
        now = self._clock.now()
        if gives_up_at(intent) <= now:
            await self._fail(intent, WaitedTooLong(error.message))
            return
        async with self._database.write() as session:
            due = look_again_at(intent, now)
            await repository.postpone(session, intent, due, waiting=True)

    async def _fail(self, intent: Intent, error: CantataError) -> None:
        now = self._clock.now()
        _log.info("intent.failed", intent=str(intent.id), code=error.code, message=error.message)
        async with self._database.write() as session:
            await self._handlers[intent.wish.kind].release(session, intent)
            await repository.move(
                session,
                intent,
                State.FAILED,
                now,
                failure=repository.failure_json(Failure.of(error)),
            )
            await repository.wake(session, intent.wish.act_as, [intent.wish.subject], now)


@contextmanager
def _traced(intent: Intent) -> Iterator[None]:
    """Work under the trace of the request; the ledger's client passes it on."""
    with span(intent.trace, "automation.step", kind=intent.wish.kind, intent=str(intent.id)) as now:
        marker = current_traceparent.set(now)
        try:
            yield
        finally:
            current_traceparent.reset(marker)
