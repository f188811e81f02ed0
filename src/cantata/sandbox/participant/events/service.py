"""Look-ups of single contracts: their events, their payload."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cantata.sandbox.engine import Contract, Update
from cantata.sandbox.engine.projection import CreatedEvent, Event
from cantata.sandbox.engine.projection.shapes import Reader, contract_events
from cantata.sandbox.engine.store import Active
from cantata.sandbox.participant.api import Endpoint, Request, post
from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.events.filters import (
    engine_format,
    require_definitions,
    require_readers,
)
from cantata.sandbox.participant.events.formats import EventFormat
from cantata.sandbox.participant.events.reading import Reading
from cantata.sandbox.participant.events.refusals import (
    missing_field,
    require_contract_id,
    require_parties,
)
from cantata.sandbox.participant.events.render import Renderer
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.shapes import case_class, message

FIRST_OFFSET = 1
"""The offset that a look-up of a payload shows, whatever that of the contract is."""


@message
class GetEventsByContractId:
    """Which contract, and what to show of its events."""

    contract_id: str
    event_format: EventFormat | None


@case_class
class GetContract:
    """Which contract, and on whose behalf."""

    contract_id: str
    querying_parties: tuple[str, ...] = ()


class EventsService:
    """Answers about single contracts, active or not."""

    def __init__(self, node: Participant) -> None:
        self._node = node
        self._reading = Reading(node)
        self._render = Renderer(node)

    def by_contract_id(self, request: Request) -> dict[str, Any]:
        """Give the creation and the archival of a contract as parties see them."""
        body: GetEventsByContractId = request.body
        require_readers(request.claims, body.event_format)
        require_contract_id(body.contract_id)
        if body.event_format is None:
            raise missing_field("event_format")
        wanted = engine_format(body.event_format)
        require_definitions(self._node.packages, wanted)
        reader = self._reading.reader(wanted)
        found: dict[str, Any] = {"created": None, "archived": None}
        for event in self._events(body.contract_id, reader):
            if isinstance(event, CreatedEvent):
                found["created"] = self._part("createdEvent", event)
            else:
                found["archived"] = self._part("archivedEvent", event)
        if not any(found.values()):
            raise Refusal(
                "CONTRACT_EVENTS_NOT_FOUND",
                "Contract events not found, or not visible.",
                origin=Origin.REQUEST,
                resources=[("CONTRACT_ID", body.contract_id)],
            )
        return found

    def contract(self, request: Request) -> dict[str, Any]:
        """Give the payload of a contract that one of the parties has a stake in."""
        body: GetContract = request.body
        require_parties(body.querying_parties)
        if body.querying_parties:
            request.claims.require_read_as(body.querying_parties)
        else:
            request.claims.require_read_as_any()
        require_contract_id(body.contract_id)
        contract = self._contract(body.contract_id)
        asked = frozenset(body.querying_parties)
        told = _told(contract, asked)
        if contract is None or not told:
            raise Refusal(
                "CONTRACT_PAYLOAD_NOT_FOUND",
                "Contract payload not found, or not visible.",
                resources=[("CONTRACT_ID", body.contract_id)],
            )
        event = CreatedEvent(FIRST_OFFSET, 0, contract, told, False, (), blob=True)
        return {"createdEvent": self._render.created(event)}

    def _contract(self, contract_id: str) -> Contract | None:
        active, _ = self._life(contract_id)
        return None if active is None else active.contract

    def _events(self, contract_id: str, reader: Reader) -> Iterator[Event]:
        active, archived = self._life(contract_id)
        created = None if active is None else self._node.store.by_offset(active.offset)
        if active is not None and created is None:
            event = reader.created(active.contract, active.place, active.contract.stakeholders)
            yield from () if event is None else (event,)
        for update in (created, archived):
            if update is not None:
                yield from contract_events(update, contract_id, reader)

    def _life(self, contract_id: str) -> tuple[Active | None, Update | None]:
        """Give a contract and the update that archived it, as far as they are safe on disk."""
        end = self._node.ledger.durable_end()
        active, archived = self._node.store.life(contract_id)
        return (
            active if active is not None and active.offset <= end else None,
            archived if archived is not None and archived.offset <= end else None,
        )

    def _part(self, name: str, event: Event) -> dict[str, Any]:
        return {
            name: self._render.event(event),
            "synchronizerId": self._node.identity.synchronizer.id,
        }


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the service."""
    service = EventsService(node)
    return [
        post(
            "/v2/events/events-by-contract-id",
            service.by_contract_id,
            GetEventsByContractId,
            summary="The creation and the archival of a contract.",
        ),
        post(
            "/v2/contracts/contract-by-id",
            service.contract,
            GetContract,
            summary="The payload of a contract.",
        ),
    ]


def _told(contract: Contract | None, asked: frozenset[str]) -> tuple[str, ...]:
    if contract is None:
        return ()
    return tuple(sorted(contract.stakeholders & asked if asked else contract.stakeholders))
