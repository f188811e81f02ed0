"""The endpoints of interactive submission and of preferred packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.kernel.errors import CantataError
from cantata.sandbox.engine import EventFormat, Filters, Shape
from cantata.sandbox.participant.api import Endpoint, Request, get, post
from cantata.sandbox.participant.commands import Submitter
from cantata.sandbox.participant.errors import Refusal, refusal_of
from cantata.sandbox.participant.events.filters import require_readers, transaction_format
from cantata.sandbox.participant.events.reading import Reading, see
from cantata.sandbox.participant.events.render import Renderer
from cantata.sandbox.participant.interactive.bodies import (
    ExecuteForTransaction,
    ExecuteSubmission,
    PreferredPackages,
    PreferredVersionQuery,
    PrepareSubmission,
)
from cantata.sandbox.participant.interactive.execute import Executor
from cantata.sandbox.participant.interactive.preferred import Preferences
from cantata.sandbox.participant.interactive.prepare import Preparer
from cantata.sandbox.participant.node import Participant

Json = dict[str, Any]

VERDICT = "LOCAL_VERDICT_"
"""How codes begin with which a participant rejects what it has handed over already."""


class InteractiveService:
    """Prepares transactions and executes them when they are signed."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._preparer = Preparer(node)
        self._executor = Executor(node)
        self._submitter = node.part(Submitter)
        self._reading = Reading(node)
        self._render = Renderer(node)

    def prepare(self, request: Request) -> Json:
        """Prepare a transaction; nothing is recorded."""
        return self._preparer.prepare(request.body, request.claims)

    async def execute(self, request: Request) -> Json:
        """Execute a prepared transaction; a late rejection is seen in the completions only."""
        try:
            update = await self._executor.execute(request)
        except CantataError as error:
            if not _is_verdict(error):
                raise
        else:
            self._submitter.keep_under_way(update)
        return {}

    async def execute_and_wait(self, request: Request) -> Json:
        """Execute a prepared transaction; give the id and the offset of the update."""
        update = await self._executor.execute(request)
        return {"updateId": update.update_id, "completionOffset": update.offset}

    async def for_transaction(self, request: Request) -> Json:
        """Execute a prepared transaction; give it as the request wants to see it."""
        body: ExecuteForTransaction = request.body
        asked = self._format(request, body)
        update = await self._executor.execute(request)
        parties = dict.fromkeys(sorted(update.act_as), Filters())
        wanted, shape = asked or (EventFormat(parties, None), Shape.ACS_DELTA)
        seen = see(update, self._reading.reader(wanted), shape)
        return {"transaction": self._render.transaction(seen, update)}

    def _format(
        self, request: Request, body: ExecuteForTransaction
    ) -> tuple[EventFormat, Shape] | None:
        asked = body.transaction_format
        if asked is None:
            return None
        require_readers(request.claims, asked.event_format)
        try:
            return transaction_format(asked, self._node.packages)
        except Refusal as refusal:
            submission_id = body.submission_id or self._node.fresh_uuid()
            raise refusal.about(correlation_id=submission_id) from None


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the service."""
    service, preferences = InteractiveService(node), Preferences(node)
    at = "/v2/interactive-submission"
    return [
        post(
            f"{at}/prepare",
            service.prepare,
            PrepareSubmission,
            summary="Prepare a transaction for external signing.",
        ),
        post(
            f"{at}/execute",
            service.execute,
            ExecuteSubmission,
            summary="Execute a signed transaction; the outcome comes as a completion.",
        ),
        post(
            f"{at}/executeAndWait",
            service.execute_and_wait,
            ExecuteSubmission,
            summary="Execute a signed transaction and wait until it is done.",
        ),
        post(
            f"{at}/executeAndWaitForTransaction",
            service.for_transaction,
            ExecuteForTransaction,
            summary="Execute a signed transaction and give it as it was recorded.",
        ),
        post(
            f"{at}/preferred-packages",
            preferences.packages,
            PreferredPackages,
            summary="Give the versions of packages that all parties can use.",
        ),
        get(
            f"{at}/preferred-package-version",
            preferences.version,
            query=PreferredVersionQuery,
            summary="Give the version of a package that all parties can use. Deprecated.",
        ),
    ]


def _is_verdict(error: CantataError) -> bool:
    refusal = refusal_of(error)
    return isinstance(refusal, Refusal) and refusal.error_code.startswith(VERDICT)
