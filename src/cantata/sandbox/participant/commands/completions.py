"""What became of commands: a stream of completions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cantata.sandbox.engine.store import Update
from cantata.sandbox.participant.api import Request, Stream
from cantata.sandbox.participant.commands.bodies import CompletionStream, GetCompletions
from cantata.sandbox.participant.commands.index import CommandIndex, Rejection
from cantata.sandbox.participant.commands.parse import user_of
from cantata.sandbox.participant.commands.status import SUCCEEDED
from cantata.sandbox.participant.errors import Origin
from cantata.sandbox.participant.events.refusals import missing_field, require_parties
from cantata.sandbox.participant.events.render import Renderer, trace_context
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.updates.log import follow, require_begin

Json = dict[str, Any]


class Completions:
    """Gives completions to those who may read as one of the submitting parties."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._index = node.part(CommandIndex)
        self._render = Renderer(node)

    def of_user(self, request: Request) -> Stream:
        """Give the completions of a user's commands of some parties."""
        body: CompletionStream = request.body
        user_id = user_of(request.claims, body.user_id)
        require_parties(body.parties)
        request.claims.require_read_as(body.parties)
        if not body.parties:
            raise missing_field("parties", Origin.REQUEST)
        return self._stream(frozenset(body.parties), body.begin_exclusive, user_id)

    def of_parties(self, request: Request) -> Stream:
        """Give the completions of commands of some parties, or of all."""
        body: GetCompletions = request.body
        require_parties(body.parties)
        request.claims.require_read_as(body.parties)
        if not body.parties:
            request.claims.require_read_as_any()
        parties = frozenset(body.parties) if body.parties else None
        return self._stream(parties, body.begin_exclusive, None)

    def _stream(self, parties: frozenset[str] | None, begin: int, user_id: str | None) -> Stream:
        require_begin(self._node, begin)

        def read(after: int, until: int) -> Iterator[tuple[int, Json]]:
            for found in self._index.completions(parties, after, until):
                if user_id is None or _user(found) == user_id:
                    yield (
                        found.offset,
                        _response({"Completion": {"value": self._json(found, parties)}}),
                    )

        return follow(self._node, begin, read, self._checkpoint)

    def _checkpoint(self, offset: int, record_time: int | None) -> Json:
        return _response(self._render.checkpoint(offset, record_time))

    def _json(self, found: Update | Rejection, parties: frozenset[str] | None) -> Json:
        if isinstance(found, Update):
            shown = found.act_as if parties is None else found.act_as & parties
            return {
                "commandId": found.command_id,
                "status": SUCCEEDED,
                "updateId": found.update_id,
                "userId": found.user_id,
                "actAs": sorted(shown),
                "submissionId": found.submission_id,
                "deduplicationPeriod": {"DeduplicationOffset": {"value": 0}},
                "traceContext": trace_context(found.trace_id, found.update_id),
                "offset": found.offset,
                "synchronizerTime": self._render.synchronizer_time(found.record_time),
                "paidTrafficCost": 0,
            }
        value = found.value
        shown_parties = [each for each in value["actAs"] if parties is None or each in parties]
        return {
            "commandId": value["commandId"],
            "status": value["status"],
            "updateId": "",
            "userId": value["userId"],
            "actAs": shown_parties,
            "submissionId": value["submissionId"],
            "deduplicationPeriod": {"DeduplicationOffset": {"value": value["deduplicationOffset"]}},
            "traceContext": trace_context(value["traceId"], value["submissionId"]),
            "offset": found.offset,
            "synchronizerTime": self._render.synchronizer_time(value["recordTime"]),
            "paidTrafficCost": 0,
        }


def _response(content: Json) -> Json:
    return {"completionResponse": content}


def _user(found: Update | Rejection) -> str:
    return found.user_id if isinstance(found, Update) else str(found.value["userId"])
