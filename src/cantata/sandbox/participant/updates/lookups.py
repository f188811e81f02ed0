"""Single updates, by offset and by id, in the newer and in the older forms."""

from __future__ import annotations

import re
from typing import Any

from cantata.lf.codec.errors import excerpt
from cantata.sandbox.engine import Update
from cantata.sandbox.engine.projection import Seen
from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events.formats import (
    TransactionFormat,
    TransactionShape,
    wildcard,
)
from cantata.sandbox.participant.events.refusals import (
    invalid_argument,
    missing_field,
    pruned,
)
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.updates.bodies import (
    GetTransactionById,
    GetTransactionByOffset,
    GetUpdateById,
    GetUpdateByOffset,
    TreeQuery,
)
from cantata.sandbox.participant.updates.views import View, Views, effects_format

Json = dict[str, Any]

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")


class Lookups:
    """Looks single updates up."""

    def __init__(self, node: Participant, views: Views) -> None:
        self._store, self._ledger = node.store, node.ledger
        self._views = views

    def by_offset(self, request: Request) -> Json:
        """Give the update at an offset."""
        body: GetUpdateByOffset = request.body
        if body.update_format is None:
            raise missing_field("update_format", Origin.REQUEST)
        view = self._views.of(body.update_format, request.claims)
        _require_positive(body.offset)
        topology = self._views.topology(body.offset, view)
        return topology or self._update(self._at(body.offset, view))

    def by_id(self, request: Request) -> Json:
        """Give the update of an id."""
        body: GetUpdateById = request.body
        if body.update_format is None:
            raise missing_field("update_format", Origin.REQUEST)
        view = self._views.of(body.update_format, request.claims)
        return self._update(self._of(body.update_id, view))

    def transaction_by_offset(self, request: Request) -> Json:
        """Give the transaction at an offset."""
        body: GetTransactionByOffset = request.body
        view = self._older(request, body)
        _require_positive(body.offset)
        return {"transaction": self._views.render.transaction(*self._at(body.offset, view))}

    def transaction_by_id(self, request: Request) -> Json:
        """Give the transaction of an id."""
        body: GetTransactionById = request.body
        found = self._of(body.update_id, self._older(request, body))
        return {"transaction": self._views.render.transaction(*found)}

    def tree_by_offset(self, request: Request) -> Json:
        """Give the transaction at an offset as a tree."""
        view, offset = self._tree(request), request.path["offset"]
        _require_positive(offset)
        return {"transaction": self._views.render.tree(*self._at(offset, view))}

    def tree_by_id(self, request: Request) -> Json:
        """Give the transaction of an id as a tree."""
        view = self._tree(request)
        found = self._of(request.path["update-id"], view)
        return {"transaction": self._views.render.tree(*found)}

    def _update(self, found: tuple[Seen, Update]) -> Json:
        return {"update": {"Transaction": {"value": self._views.render.transaction(*found)}}}

    def _at(self, offset: int, view: View) -> tuple[Seen, Update]:
        if offset <= self._store.pruned():
            raise pruned(f"Request for the update at {offset}", self._store.pruned())
        update = self._store.by_offset(offset) if offset <= self._ledger.durable_end() else None
        found = self._views.transaction(update, view)
        if found is None:
            raise _not_found("OFFSET", str(offset), Origin.REQUEST)
        return found

    def _of(self, update_id: str, view: View) -> tuple[Seen, Update]:
        if not update_id:
            raise missing_field("update_id", Origin.REQUEST)
        if _HEX.fullmatch(update_id) is None:
            raise invalid_argument(
                f"Failed to parse hex string: {excerpt(update_id)}", Origin.REQUEST
            )
        update = self._store.by_id(update_id.lower())
        if update is not None and update.offset > self._ledger.durable_end():
            update = None
        found = self._views.transaction(update, view)
        if found is None:
            raise _not_found("UPDATE_ID", excerpt(update_id), Origin.NODE)
        return found

    def _older(self, request: Request, body: GetTransactionById | GetTransactionByOffset) -> View:
        asked, parties = body.transaction_format, body.requesting_parties
        advice = (
            "Please use either backwards compatible arguments (requesting_parties) or "
            "transaction_format"
        )
        if asked is not None and parties:
            raise invalid_argument(
                f"Both transaction_format and requesting_parties are set. {advice}, but not both."
            )
        if asked is None and not parties:
            raise invalid_argument(
                f"Either transaction_format or requesting_parties is required. {advice}."
            )
        if asked is None:
            asked = TransactionFormat(
                event_format=wildcard(parties), transaction_shape=TransactionShape.ACS_DELTA
            )
        return self._views.of_transactions(asked, request.claims)

    def _tree(self, request: Request) -> View:
        query: TreeQuery = request.query
        if not query.parties:
            raise missing_field("requesting_parties")
        return self._views.of(effects_format(query.parties), request.claims)


def _require_positive(offset: int) -> None:
    if offset <= 0:
        raise Refusal(
            "NON_POSITIVE_OFFSET",
            f"Offset {offset} in offset is not a positive integer: the offset has to be a "
            "positive integer (>0)",
            origin=Origin.REQUEST,
        )


def _not_found(kind: str, what: str, origin: Origin) -> Refusal:
    return Refusal(
        "UPDATE_NOT_FOUND",
        "Update not found, or not visible.",
        origin=origin,
        resources=[(kind, what)],
    )
