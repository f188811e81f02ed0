"""Rehearsals: what an intent would do, up to the ledger's own opinion, without doing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cantata.automation.consulting import consulted, planned
from cantata.automation.handler import Consults, Handler, Plan
from cantata.automation.model import Intent
from cantata.kernel.time import Clock
from cantata.ledger.submission import Disclosed, Submission
from cantata.storage.database import Database
from cantata.storage.questions import asking
from cantata.storage.session import WriteSession

UseCase = Callable[[WriteSession], Awaitable[tuple[Intent, bool]]]


class Oracle(Protocol):
    """The ledger, as far as a rehearsal asks it: interpret, record nothing."""

    async def prepare(self, submission: Submission) -> bytes:
        """Interpret commands; raise what the ledger refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would happen: who acts, and the commands; `plan` is None if no ledger is involved."""

    kind: str
    subject: str
    act_as: tuple[str, ...]
    plan: Plan | None


class _TakeBack(Exception):
    """Ends a database transaction without a trace."""


class Rehearsal:
    """Runs use cases in transactions that are rolled back."""

    def __init__(
        self, database: Database, oracle: Oracle, handlers: Sequence[Handler], clock: Clock
    ) -> None:
        self._database = database
        self._oracle = oracle
        self._handlers: Mapping[str, Handler] = {handler.kind: handler for handler in handlers}
        self._clock = clock

    async def preview(self, use_case: UseCase) -> Preview:
        """Give what a use case would do; raise what it, its handler or the ledger refuses.

        Participants interpret one command beforehand, no more: those of a plan with several, which
        only creates contracts of its own, are not asked about.
        """
        intent, plan = await self._planned(use_case)
        if plan is not None and len(plan.commands) == 1:
            await self._oracle.prepare(_submission(plan, intent))
        return Preview(
            kind=intent.wish.kind,
            subject=intent.wish.subject,
            act_as=plan.act_as if plan is not None else intent.wish.act_as,
            plan=plan,
        )

    async def discard(self, use_case: Callable[[WriteSession], Awaitable[Any]]) -> Any:
        """Give what a use case that stays in the database would answer."""
        return await asking(lambda: self._discarded(use_case))

    async def _discarded(self, use_case: Callable[[WriteSession], Awaitable[Any]]) -> Any:
        answer: Any = None
        try:
            async with self._database.write() as session:
                answer = await use_case(session)
                raise _TakeBack  # noqa: TRY301 - it is how a transaction is rolled back
        except _TakeBack:
            return answer

    async def _planned(self, use_case: UseCase) -> tuple[Intent, Plan | None]:
        """Plan in the transaction that asks; what must be found out first takes a second one."""

        async def run(session: WriteSession, *found: Any) -> tuple[Intent, Plan | None]:
            intent, _ = await use_case(session)
            handler = self._handlers.get(intent.wish.kind)
            if handler is None or (isinstance(handler, Consults) and not found):
                return intent, None
            now = self._clock.now()
            return intent, await planned(session, handler, intent, next(iter(found), None), now)

        intent, plan = await self.discard(run)
        handler = self._handlers.get(intent.wish.kind)
        if isinstance(handler, Consults):
            found = await consulted(handler, intent, self._clock.now())
            intent, plan = await self.discard(lambda session: run(session, found))
        return intent, plan


def _submission(plan: Plan, intent: Intent) -> Submission:
    return Submission(
        commands=tuple(dict(command) for command in plan.commands),
        act_as=plan.act_as,
        read_as=plan.read_as,
        command_id=f"cantata:rehearsal:{intent.id}",
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
