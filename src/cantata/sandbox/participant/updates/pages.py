"""Pages of updates: forward to an end, forward along with the ledger, or backward."""

from __future__ import annotations

from typing import Any

from cantata.sandbox.participant.api import Request
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events.refusals import (
    after_end,
    invalid_argument,
    missing_field,
    negative_offset,
    pruned,
)
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.state.tokens import Tokens
from cantata.sandbox.participant.updates.bodies import GetUpdatesPage
from cantata.sandbox.participant.updates.views import View, Views

Json = dict[str, Any]

PAGE_SIZE = 100
PAGE_SIZE_MAX = 2_000
KIND = "updates"


class Pages:
    """Gives pages of updates; a token says from which offset on, and to which end."""

    def __init__(self, node: Participant, views: Views) -> None:
        self._node = node
        self._views = views
        self._tokens = Tokens(node, "INVALID_UPDATES_PAGE_TOKEN")

    def page(self, request: Request) -> Json:
        """Give a page."""
        body: GetUpdatesPage = request.body
        if body.update_format is None:
            raise missing_field("update_format", Origin.REQUEST)
        view = self._views.of(body.update_format, request.claims)
        size = page_size(body.max_page_size, PAGE_SIZE, PAGE_SIZE_MAX, Origin.REQUEST)
        subject = (
            KIND,
            body.begin_offset_exclusive,
            body.end_offset_inclusive,
            bool(body.descending_order),
            repr(body.update_format),
        )
        begin, end = self._bounds(body)
        if body.page_token:
            place = self._tokens.read(body.page_token, subject, 2)
            begin, end = (begin, place[0]) if body.descending_order else (place[0], end)
            if body.descending_order:
                begin = place[1]
        if body.descending_order:
            return self._backward(view, begin, end, size, subject)
        return self._forward(view, begin, end, size, subject, ends=body.end_offset_inclusive)

    def _forward(
        self, view: View, begin: int, end: int, size: int, subject: Any, *, ends: int | None
    ) -> Json:
        found = self._views.read(view, self._write, begin, end)
        taken, following = take(found, size)
        highest = end if following is None else following - 1
        more = following is not None or ends is None
        token = self._tokens.write(subject, (highest, 0)) if more else None
        return _page(taken, begin, highest, token)

    def _backward(self, view: View, begin: int, end: int, size: int, subject: Any) -> Json:
        found = self._views.read_back(view, self._write, begin, end)
        taken, following = take(found, size)
        lowest = begin if following is None else following
        token = None if following is None else self._tokens.write(subject, (lowest, begin))
        return _page(taken, lowest, end, token)

    def _bounds(self, body: GetUpdatesPage) -> tuple[int, int]:
        store = self._node.store
        last, earliest = self._node.ledger.durable_end(), store.pruned()
        begin = body.begin_offset_exclusive or 0
        if begin < 0:
            raise negative_offset(begin, "begin_offset_exclusive", Origin.REQUEST)
        if begin > last:
            raise after_end("Begin offset", begin, last)
        if 0 < begin < earliest:
            raise pruned(f"Request from {begin}", earliest)
        end = last if body.end_offset_inclusive is None else body.end_offset_inclusive
        require_end(begin, end, last, "end_offset_inclusive")
        return max(begin, earliest), end

    def _write(self, seen: Any, update: Any) -> Json:
        return {"update": {"Transaction": {"value": self._views.render.transaction(seen, update)}}}


def require_end(begin: int, end: int, last: int, field: str = "end_inclusive") -> None:
    """Refuse to end where there is no log."""
    if end <= 0 and end != begin:
        raise Refusal(
            "NON_POSITIVE_OFFSET",
            f"Offset {end} in {field} is not a positive integer: the offset has to be either a "
            "positive integer (>0) or not defined at all",
            origin=Origin.REQUEST,
        )
    if end > last:
        raise after_end("End offset", end, last)
    if end < begin:
        raise Refusal(
            "OFFSET_OUT_OF_RANGE",
            f"The submitted request has invalid offset: End offset {end} is before Begin offset "
            f"{begin}.",
            origin=Origin.REQUEST,
        )


def page_size(asked: int | None, usual: int, most: int, origin: Origin = Origin.NODE) -> int:
    """Give the size of a page, or raise why it is none."""
    if asked is None:
        return usual
    if asked <= 0:
        raise invalid_argument(f"Requested page size must be positive, but got {asked}", origin)
    if asked > most:
        raise invalid_argument(f"Page size must not exceed the server's maximum of {most}", origin)
    return asked


def take(found: Any, size: int) -> tuple[list[Any], int | None]:
    """Take so many of (offset, element); give them and the offset of the one after them."""
    taken: list[Any] = []
    for offset, element in found:
        if len(taken) == size:
            return taken, offset
        taken.append(element)
    return taken, None


def _page(updates: list[Any], lowest: int, highest: int, token: str | None) -> Json:
    return {
        "updates": updates,
        "lowestPageOffsetExclusive": lowest,
        "highestPageOffsetInclusive": highest,
        "nextPageToken": token,
    }
