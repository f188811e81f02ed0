"""The routes of parties."""

from __future__ import annotations

from collections.abc import Sequence

from cantata.sandbox.participant.administration.durable import durable
from cantata.sandbox.participant.api import Endpoint, Right, get, patch, post
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.parties.bodies import (
    AllocateExternal,
    AllocateParty,
    GenerateTopology,
    PartiesQuery,
    PartyQuery,
    UpdateParty,
)
from cantata.sandbox.participant.parties.external import ExternalPartyService
from cantata.sandbox.participant.parties.service import PartyService

_SOME = Right.ADMINISTRATION


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the service."""
    parties, external = PartyService(node), ExternalPartyService(node)
    allocate, update = durable(node, parties.allocate), durable(node, parties.update)
    path, one = "/v2/parties", "/v2/parties/{party}"
    return [
        get(f"{path}/participant-id", parties.participant_id, summary="Who this is."),
        post(path, allocate, AllocateParty, right=_SOME, summary="Allocate a party."),
        get(path, parties.all, query=PartiesQuery, right=_SOME, summary="List parties."),
        get(one, parties.get, query=PartyQuery, right=_SOME, summary="Get parties."),
        patch(one, update, UpdateParty, right=_SOME, summary="Set details of a party."),
        post(
            f"{path}/external/generate-topology",
            external.generate,
            GenerateTopology,
            summary="Make what an external party signs.",
        ),
        post(
            f"{path}/external/allocate",
            durable(node, external.allocate),
            AllocateExternal,
            right=_SOME,
            summary="Allocate an external party.",
        ),
    ]
