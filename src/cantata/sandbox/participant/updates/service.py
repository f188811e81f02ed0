"""The endpoints that give updates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cantata.sandbox.engine import Update
from cantata.sandbox.engine.projection import Seen
from cantata.sandbox.participant.api import Endpoint, Listing, Request, Stream, get, post
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events.formats import UpdateFormat
from cantata.sandbox.participant.events.refusals import missing_field
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.topology import note_first
from cantata.sandbox.participant.updates.bodies import (
    GetTransactionById,
    GetTransactionByOffset,
    GetUpdateById,
    GetUpdateByOffset,
    GetUpdates,
    GetUpdatesPage,
    TreeQuery,
)
from cantata.sandbox.participant.updates.log import follow, require_begin, walk
from cantata.sandbox.participant.updates.lookups import Lookups
from cantata.sandbox.participant.updates.pages import Pages, require_end
from cantata.sandbox.participant.updates.views import (
    Views,
    effects_format,
    older_format,
)

Json = dict[str, Any]
Write = Callable[[Seen, Update], Json]


class UpdateService:
    """Gives updates as streams."""

    def __init__(self, node: Participant, views: Views) -> None:
        self._node = node
        self._views = views

    def updates(self, request: Request) -> Stream:
        """Give updates in the format of the request."""
        body: GetUpdates = request.body
        asked = older_format(body.filter, verbose=body.verbose, given=body.update_format)
        return self._stream(body, asked, request, self._transaction)

    def trees(self, request: Request) -> Stream:
        """Give transactions as trees of all that parties see of them."""
        body: GetUpdates = request.body
        if body.filter is None:
            raise missing_field("filter", Origin.REQUEST)
        asked = effects_format(tuple(body.filter.filters_by_party))
        return self._stream(body, asked, request, self._tree)

    def _stream(
        self, body: GetUpdates, asked: UpdateFormat, request: Request, write: Write
    ) -> Stream:
        begin, end = body.begin_exclusive, body.end_inclusive
        if end is None:
            view = self._views.shared(asked, request.claims, write)
        else:
            view = self._views.of(asked, request.claims)
        require_begin(self._node, begin)
        read_on = self._views.read_back if body.descending_order else self._views.read

        def read(after: int, until: int) -> Iterator[tuple[int, Any]]:
            return read_on(view, write, after, until)

        if end is not None:
            require_end(begin, end, self._node.ledger.durable_end())
            return walk(begin, end, read)
        if body.descending_order:
            raise Refusal(
                "DESCENDING_ORDER_MISSING_END",
                "The request asks for descending order and does not say where to end",
                origin=Origin.REQUEST,
            )
        return follow(self._node, begin, read, self._checkpoint)

    def _transaction(self, seen: Seen, update: Update) -> Json:
        return {"update": {"Transaction": {"value": self._views.render.transaction(seen, update)}}}

    def _tree(self, seen: Seen, update: Update) -> Json:
        return {"update": {"TransactionTree": {"value": self._views.render.tree(seen, update)}}}

    def _checkpoint(self, offset: int, record_time: int | None) -> Json:
        return {"update": self._views.render.checkpoint(offset, record_time)}


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the service."""
    note_first(node)
    views = Views(node)
    service, lookups, pages = UpdateService(node, views), Lookups(node, views), Pages(node, views)
    at = "/v2/updates"
    return [
        Listing(path=at, open=service.updates, body=GetUpdates, summary="Updates, as they come."),
        Listing(
            path=f"{at}/flats",
            open=service.updates,
            body=GetUpdates,
            summary="Updates, as they come. Deprecated.",
        ),
        Listing(
            path=f"{at}/trees",
            open=service.trees,
            body=GetUpdates,
            summary="Updates as trees. Deprecated.",
        ),
        post(f"{at}/get-updates-page", pages.page, GetUpdatesPage, summary="A page of updates."),
        post(
            f"{at}/update-by-offset",
            lookups.by_offset,
            GetUpdateByOffset,
            summary="The update at an offset.",
        ),
        post(f"{at}/update-by-id", lookups.by_id, GetUpdateById, summary="The update of an id."),
        post(
            f"{at}/transaction-by-offset",
            lookups.transaction_by_offset,
            GetTransactionByOffset,
            summary="The transaction at an offset. Deprecated.",
        ),
        post(
            f"{at}/transaction-by-id",
            lookups.transaction_by_id,
            GetTransactionById,
            summary="The transaction of an id. Deprecated.",
        ),
        get(
            f"{at}/transaction-tree-by-offset/{{offset}}",
            lookups.tree_by_offset,
            query=TreeQuery,
            path_types={"offset": int},
            summary="The transaction at an offset as a tree. Deprecated.",
        ),
        get(
            f"{at}/transaction-tree-by-id/{{update-id}}",
            lookups.tree_by_id,
            query=TreeQuery,
            summary="The transaction of an id as a tree. Deprecated.",
        ),
    ]
