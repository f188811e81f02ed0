"""The endpoints that submit commands and tell what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.sandbox.engine import EventFormat, Filters, Shape
from cantata.sandbox.participant.api import Endpoint, Listing, Request, post
from cantata.sandbox.participant.commands.bodies import (
    CompletionStream,
    GetCompletions,
    JsCommands,
    SubmitForTransaction,
    SubmitReassignment,
)
from cantata.sandbox.participant.commands.completions import Completions
from cantata.sandbox.participant.commands.parse import user_of
from cantata.sandbox.participant.commands.reassignment import why_not_moved
from cantata.sandbox.participant.commands.submission import Submitter
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.events.filters import require_readers, transaction_format
from cantata.sandbox.participant.events.reading import Reading, see
from cantata.sandbox.participant.events.render import Renderer
from cantata.sandbox.participant.node import Participant

Json = dict[str, Any]


class CommandService:
    """Submits commands and shows what they did."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._submitter = node.part(Submitter)
        self._reading = Reading(node)
        self._render = Renderer(node)

    async def submit_and_wait(self, request: Request) -> Json:
        """Submit; give the id and the offset of the update."""
        update = await self._submitter.submit(request.body, request.claims, request.trace_id)
        return {"updateId": update.update_id, "completionOffset": update.offset}

    async def for_transaction(self, request: Request) -> Json:
        """Submit; give the transaction as the request wants to see it."""
        body: SubmitForTransaction = request.body
        commands = body.commands
        wanted, shape = self._format(request, body)
        update = await self._submitter.submit(commands, request.claims, request.trace_id)
        seen = see(update, self._reading.reader(wanted), shape)
        return {"transaction": self._render.transaction(seen, update)}

    async def for_tree(self, request: Request) -> Json:
        """Submit; give the transaction as a tree that shows all to the submitting parties."""
        body: JsCommands = request.body
        update = await self._submitter.submit(body, request.claims, request.trace_id)
        reader = self._reading.reader(_everything(body))
        seen = see(update, reader, Shape.LEDGER_EFFECTS)
        return {"transactionTree": self._render.tree(seen, update)}

    async def submit(self, request: Request) -> Json:
        """Submit; what becomes of it is seen in the completions."""
        update = await self._submitter.submit(request.body, request.claims, request.trace_id)
        self._submitter.keep_under_way(update)
        return {}

    def reassign(self, request: Request) -> Json:
        """Refuse: there is one synchronizer, so that there is nowhere to move contracts to."""
        body: SubmitReassignment = request.body
        commands = body.reassignment_commands
        user_of(request.claims, commands.user_id if commands else "")
        if commands is not None:
            request.claims.require_act_as([commands.submitter])
        raise why_not_moved(self._node.identity, commands)

    def _format(self, request: Request, body: SubmitForTransaction) -> tuple[EventFormat, Shape]:
        asked = body.transaction_format
        if asked is None:
            return _everything(body.commands), Shape.ACS_DELTA
        require_readers(request.claims, asked.event_format)
        try:
            return transaction_format(asked, self._node.packages)
        except Refusal as refusal:
            submission_id = body.commands.submission_id or self._node.fresh_uuid()
            raise refusal.about(correlation_id=submission_id) from None


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the service."""
    service, completions = CommandService(node), Completions(node)
    at = "/v2/commands"
    return [
        post(
            f"{at}/submit-and-wait",
            service.submit_and_wait,
            JsCommands,
            summary="Submit commands and wait until they are done.",
        ),
        post(
            f"{at}/submit-and-wait-for-transaction",
            service.for_transaction,
            SubmitForTransaction,
            summary="Submit commands and give their transaction.",
        ),
        post(
            f"{at}/submit-and-wait-for-transaction-tree",
            service.for_tree,
            JsCommands,
            summary="Submit commands and give their transaction as a tree. Deprecated.",
        ),
        post(
            f"{at}/async/submit",
            service.submit,
            JsCommands,
            summary="Submit commands; the outcome comes as a completion.",
        ),
        post(
            f"{at}/submit-and-wait-for-reassignment",
            service.reassign,
            SubmitReassignment,
            summary="Move contracts between synchronizers: there is only one here.",
        ),
        post(
            f"{at}/async/submit-reassignment",
            service.reassign,
            SubmitReassignment,
            summary="Move contracts between synchronizers: there is only one here.",
        ),
        Listing(
            path=f"{at}/completions",
            open=completions.of_user,
            body=CompletionStream,
            summary="What became of the commands of a user.",
        ),
        Listing(
            path=f"{at}/command-completions",
            open=completions.of_parties,
            body=GetCompletions,
            summary="What became of the commands of parties.",
        ),
    ]


def _everything(body: JsCommands) -> EventFormat:
    parties = (*body.act_as, *(body.read_as or ()))
    return EventFormat(dict.fromkeys(parties, Filters()), None)
