"""Active contracts: as a stream that ends, and as pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any

from cantata.sandbox.engine import EventFormat
from cantata.sandbox.engine.projection import CreatedEvent
from cantata.sandbox.engine.projection.shapes import Reader
from cantata.sandbox.participant.api import Request, Stream
from cantata.sandbox.participant.errors import Refusal
from cantata.sandbox.participant.events import formats
from cantata.sandbox.participant.events.filters import (
    engine_format,
    require_definitions,
    require_readers,
    shown,
)
from cantata.sandbox.participant.events.reading import Reading
from cantata.sandbox.participant.events.refusals import (
    after_end,
    invalid_argument,
    missing_field,
    negative_offset,
    pruned,
)
from cantata.sandbox.participant.events.render import Renderer
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.state.bodies import GetActiveContracts, GetActiveContractsPage
from cantata.sandbox.participant.state.tokens import Tokens
from cantata.sandbox.participant.state.workflows import workflow_at

Json = dict[str, Any]
Place = tuple[int, int]

PAGE_SIZE = 2_000
PAGE_SIZE_MAX = 10_000
FIELD = "active_at_offset"
_BEGIN: Place = (0, -1)
_ADVICE = "Please use either backwards compatible arguments (filter and verbose) or event_format"


class ActiveContracts:
    """Gives the contracts that were active after an offset, in order of their creation."""

    def __init__(self, node: Participant) -> None:
        self._store, self._ledger = node.store, node.ledger
        self._packages = node.packages
        self._reading = Reading(node)
        self._render = Renderer(node)
        self._continuation = Tokens(node, "INVALID_CONTINUATION_TOKEN")
        self._pages = Tokens(node, "INVALID_ACS_PAGE_TOKEN")

    def stream(self, request: Request) -> Stream:
        """Give all of them, each with the token with which to go on after it."""
        body: GetActiveContracts = request.body
        asked = _asked(body)
        require_readers(request.claims, asked)
        reader = self._reader(asked, body.active_at_offset)
        subject = ("stream", body.active_at_offset, repr(asked))
        after = _BEGIN
        if body.stream_continuation_token:
            number, node_id = self._continuation.read(body.stream_continuation_token, subject, 2)
            after = number, node_id

        async def elements() -> AsyncIterator[Json]:
            for event, workflow_id in self._found(reader, body.active_at_offset, after):
                token = self._continuation.write(subject, (event.offset, event.node_id))
                yield self._render.active(event, workflow_id, token)

        return Stream(elements(), finite=True)

    def page(self, request: Request) -> Json:
        """Give a page of them."""
        body: GetActiveContractsPage = request.body
        if body.event_format is None:
            raise missing_field("event_format")
        require_readers(request.claims, body.event_format)
        size = _page_size(body.max_page_size)
        subject = ("page", body.active_at_offset, repr(body.event_format))
        after, at = _BEGIN, body.active_at_offset
        if body.page_token:
            number, node_id, at = self._pages.read(body.page_token, subject, 3)
            after = number, node_id
        at = self._ledger.durable_end() if at is None else at
        reader = self._reader(body.event_format, at)
        found = list(islice(self._found(reader, at, after), size + 1))
        token = None
        if len(found) > size:
            last = found[size - 1][0]
            token = self._pages.write(subject, (last.offset, last.node_id, at))
        shown_here = [self._render.active(*each, "") for each in found[:size]]
        return {"activeContracts": shown_here, "activeAtOffset": at, "nextPageToken": token}

    def _reader(self, asked: formats.EventFormat, at: int) -> Reader:
        if at < 0:
            raise negative_offset(at, FIELD)
        wanted = engine_format(asked)
        try:
            self._require(wanted, at)
        except Refusal as refusal:
            raise refusal.about({"filters": shown(wanted)}) from None
        return self._reading.reader(wanted)

    def _require(self, wanted: EventFormat, at: int) -> None:
        require_definitions(self._packages, wanted)
        end, earliest = self._ledger.durable_end(), self._store.pruned()
        if at > end:
            raise after_end(f"{FIELD} offset", at, end)
        if 0 < at < earliest:
            raise pruned(f"Active contracts request at offset {at}", earliest)

    def _found(self, reader: Reader, at: int, after: Place) -> Iterator[tuple[CreatedEvent, str]]:
        """Give contracts and the workflows in which they were created."""
        store, matcher = self._store, reader.matcher
        parties = matcher.parties
        wanted = [ref for ref in store.templates(parties) if matcher.matches(ref)]
        offset, workflow_id = 0, ""
        for active in store.active(parties, wanted, at) if at > 0 else ():
            if active.place <= after:
                continue
            contract = active.contract
            event = reader.created(contract, active.place, contract.stakeholders)
            if event is None:
                continue
            if active.offset != offset:
                offset = active.offset
                workflow_id = workflow_at(store, offset)
            yield event, workflow_id


def _asked(body: GetActiveContracts) -> formats.EventFormat:
    given = body.event_format
    if given is None:
        if body.filter is None:
            raise invalid_argument(f"Either filter/verbose or event_format is required. {_ADVICE}.")
        return formats.of_filter(body.filter, verbose=body.verbose)
    if body.filter is not None:
        raise invalid_argument(f"Both event_format and filter are set. {_ADVICE}, but not both.")
    if body.verbose:
        raise invalid_argument(f"Both event_format and verbose are set. {_ADVICE}, but not both.")
    return given


def _page_size(asked: int | None) -> int:
    if asked is None:
        return PAGE_SIZE
    if asked <= 0:
        raise invalid_argument(f"Requested page size must be positive, but got {asked}")
    if asked > PAGE_SIZE_MAX:
        raise invalid_argument(f"Page size must not exceed the server's maximum of {PAGE_SIZE_MAX}")
    return asked
