"""Carries one intent one step further: prepare and send, and write down what the ledger said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cantata.automation import repository
from cantata.automation.errors import DeadlinePassed, NotNow, NotPossible
from cantata.automation.handler import Handler, Plan
from cantata.automation.model import (
    ATTEMPTS_MAX,
    IN_DOUBT,
    Failure,
    Intent,
    State,
    command_id,
)
from cantata.automation.policy import retry_at, retry_later
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Clock, Timestamp
from cantata.ledger.outcome import Outcome, Refused, Unknown
from cantata.ledger.services.commands import Receipt
from cantata.ledger.submission import Disclosed, Submission
from cantata.ledger.tracing import current_traceparent
from cantata.storage.database import Database
from cantata.storage.session import WriteSession


class Gate(Protocol):
    """The ledger, as far as automation needs it."""

    async def outcome(self, submission: Submission) -> Outcome[Receipt]:
        """Submit, wait, and give what became of it."""


class IntentSubmitter:
    """Works on rows that are leased to this worker; it never declares success."""

    def __init__(
        self, database: Database, gate: Gate, handlers: Sequence[Handler], clock: Clock
    ) -> None:
        self._database = database
        self._gate = gate
        self._handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}
        self._clock = clock

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of intents that it can work on."""
        return tuple(self._handlers)

    async def step(self, intent: Intent) -> None:
        """Take a claimed intent as far as it goes now."""
        marker = current_traceparent.set(intent.trace)
        try:
            ready = await self._ready(intent)
            if ready is not None:
                plan, sent = ready
                await self._settle(sent, await self._gate.outcome(_submission(plan, sent)))
        finally:
            current_traceparent.reset(marker)

    async def _ready(self, intent: Intent) -> tuple[Plan, Intent] | None:
        """Prepare if needed, and write down that it is sent before it is; None to leave it."""
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.load(session, intent.id, lock=True)
            if current is None or current.is_final:
                return None
            if current.state is State.REQUESTED:
                return await self._prepared(session, current, now)
            if current.state in (State.SUBMITTED, State.UNKNOWN) and current.plan is not None:
                return await self._sent_again(session, current, now)
            await repository.postpone(session, current, now + IN_DOUBT)
            return None

    async def _prepared(
        self, session: WriteSession, intent: Intent, now: Timestamp
    ) -> tuple[Plan, Intent] | None:
        deadline = intent.wish.deadline
        if deadline is not None and deadline <= now:
            await self._fail(session, intent, DeadlinePassed(deadline), now)
            return None
        try:
            plan = await self._handlers[intent.wish.kind].prepare(session, intent, now)
        except NotNow as error:
            await self._again(session, intent, error, now)
            return None
        except NotPossible as error:
            await self._fail(session, intent, error, now)
            return None
        name = command_id(intent.id, intent.attempts + 1)
        prepared = await repository.move(session, intent, State.PREPARED, now, plan=plan.to_json())
        if plan.external:
            await repository.move(session, prepared, State.AWAITING_SIGNATURE, now)
            return None
        return plan, await self._mark_sent(session, prepared, now, name)

    async def _sent_again(
        self, session: WriteSession, intent: Intent, now: Timestamp
    ) -> tuple[Plan, Intent] | None:
        """Send the same command under the same id; the ledger knows it if it has it."""
        assert intent.plan is not None, intent.id
        if intent.attempts >= ATTEMPTS_MAX:
            await repository.postpone(session, intent, now + IN_DOUBT)
            return None
        plan = Plan.from_json(intent.plan)
        if intent.state is State.SUBMITTED:
            intent = await repository.move(session, intent, State.UNKNOWN, now)
        return plan, await self._mark_sent(session, intent, now, intent.command_id)

    async def _mark_sent(
        self, session: WriteSession, intent: Intent, now: Timestamp, name: str
    ) -> Intent:
        return await repository.move(
            session,
            intent,
            State.SUBMITTED,
            now,
            command_id=name,
            attempts=intent.attempts + 1,
            dead_after=now + IN_DOUBT,
            due_at=retry_at(now, intent.attempts + 1),
        )

    async def _settle(self, intent: Intent, outcome: Outcome[Receipt]) -> None:
        """Write down a refusal or a doubt; what is done is for ingestion to say."""
        if isinstance(outcome, Refused):
            await self._refused(intent, outcome.error)
        elif isinstance(outcome, Unknown):
            await self._unknown(intent, outcome.error)

    async def _refused(self, intent: Intent, error: CantataError) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.load(session, intent.id, lock=True)
            if current is None or current.state not in (State.SUBMITTED, State.UNKNOWN):
                return
            if current.command_id != intent.command_id:
                return
            if current.attempts < ATTEMPTS_MAX and retry_later(error):
                await self._again(session, current, error, now)
            else:
                await self._fail(session, current, error, now)

    async def _unknown(self, intent: Intent, error: CantataError) -> None:
        now = self._clock.now()
        async with self._database.write() as session:
            current = await repository.load(session, intent.id, lock=True)
            if current is None or current.state is not State.SUBMITTED:
                return
            await repository.move(
                session,
                current,
                State.UNKNOWN,
                now,
                due_at=retry_at(now, current.attempts),
                failure=repository.failure_json(Failure.of(error)),
            )

    async def _again(
        self, session: WriteSession, intent: Intent, error: CantataError, now: Timestamp
    ) -> None:
        """Give back what is reserved and start over later, up to the bound."""
        if intent.state is State.REQUESTED:
            await repository.postpone(session, intent, retry_at(now, intent.attempts + 1))
            return
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
            failure=repository.failure_json(Failure.of(error)),
        )

    async def _fail(
        self, session: WriteSession, intent: Intent, error: CantataError, now: Timestamp
    ) -> None:
        await self._handlers[intent.wish.kind].release(session, intent)
        await repository.move(
            session,
            intent,
            State.FAILED,
            now,
            failure=repository.failure_json(Failure.of(error)),
        )


def _submission(plan: Plan, intent: Intent) -> Submission:
    return Submission(
        commands=tuple(dict(command) for command in plan.commands),
        act_as=plan.act_as,
        read_as=plan.read_as,
        command_id=intent.command_id,
        disclosed=tuple(
            Disclosed(
                each["createdEventBlob"],
                each["contractId"],
                each["templateId"],
                each["synchronizerId"],
            )
            for each in plan.disclosed
        ),
    )
