"""The endpoints that tell about the state of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cantata.sandbox.participant.api import Endpoint, Listing, Request, get, post
from cantata.sandbox.participant.events.refusals import invalid_field, party_fault
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.state.bodies import (
    GetActiveContracts,
    GetActiveContractsPage,
    SynchronizersQuery,
)
from cantata.sandbox.participant.state.contracts import ActiveContracts

Json = dict[str, Any]

PERMISSION = "PARTICIPANT_PERMISSION_"


class StateService:
    """Answers from the state of one node."""

    def __init__(self, node: Participant) -> None:
        self._node = node

    def ledger_end(self, request: Request) -> Json:
        """Give the offset of the last entry, 0 on an empty ledger."""
        return {"offset": self._node.ledger.durable_end()}

    def latest_pruned_offsets(self, request: Request) -> Json:
        """Give the offsets up to which the log was pruned."""
        offset = self._node.store.pruned()
        return {
            "participantPrunedUpToInclusive": offset,
            "allDivulgedContractsPrunedUpToInclusive": offset,
        }

    def connected_synchronizers(self, request: Request) -> Json:
        """Give the synchronizers, with what a party may do there if one is named.

        A party that the named participant, this one if none is named, does not host has none.
        """
        query: SynchronizersQuery = request.query
        identity = self._node.identity
        permission = "UNSPECIFIED"
        if query.party:
            fault = party_fault(query.party)
            if fault:
                raise invalid_field("party", fault)
            permission = "CONFIRMATION" if self._is_external(query.party) else "SUBMISSION"
        participant_id = (query.participant_id or "").removeprefix("PAR::")
        if participant_id and "::" not in participant_id:
            raise invalid_field(
                "participant_id",
                "Unable to convert field `participant_id`: Invalid unique identifier "
                f"`{participant_id[:255]}` with missing namespace.",
            )
        hosted = participant_id in ("", identity.participant_id)
        if query.party and not (hosted and self._node.knows_party(query.party)):
            return {"connectedSynchronizers": []}
        connected = {
            "synchronizerAlias": identity.synchronizer.name,
            "synchronizerId": identity.synchronizer.id,
            "permission": PERMISSION + permission,
        }
        return {"connectedSynchronizers": [connected]}

    def _is_external(self, party: str) -> bool:
        """Tell whether a party signs by itself, and the participant may only confirm for it."""
        return self._node.signing_keys(party) is not None


def routes(node: Participant) -> Sequence[Endpoint]:
    """Give the routes of the service."""
    service, contracts = StateService(node), ActiveContracts(node)
    at = "/v2/state"
    return [
        get(f"{at}/ledger-end", service.ledger_end, summary="The end of the ledger."),
        get(
            f"{at}/latest-pruned-offsets",
            service.latest_pruned_offsets,
            summary="Up to where the ledger was pruned.",
        ),
        get(
            f"{at}/connected-synchronizers",
            service.connected_synchronizers,
            query=SynchronizersQuery,
            summary="The synchronizers that the participant is connected to.",
        ),
        Listing(
            path=f"{at}/active-contracts",
            open=contracts.stream,
            body=GetActiveContracts,
            summary="The active contracts.",
        ),
        post(
            f"{at}/active-contracts-page",
            contracts.page,
            GetActiveContractsPage,
            summary="A page of active contracts.",
        ),
    ]
