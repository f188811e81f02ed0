"""Changes of the topology in the log: which party is hosted here, with which permission."""

from __future__ import annotations

import json
from enum import Enum
from hashlib import sha256
from typing import Any

from cantata.sandbox.engine.store import Entry
from cantata.sandbox.participant.events.render import instant, trace_context
from cantata.sandbox.participant.identity import Identity
from cantata.sandbox.participant.node import Participant

TOPOLOGY = "topology"
"""The kind of entries that are changes of the topology."""

FIRST_SECONDS_MAX = 10
"""Time in which the first entry must be on disk."""

SUBMISSION = "PARTICIPANT_PERMISSION_SUBMISSION"


class Authorization(Enum):
    """What happened to the hosting of a party."""

    ADDED = "ParticipantAuthorizationAdded"
    CHANGED = "ParticipantAuthorizationChanged"
    REVOKED = "ParticipantAuthorizationRevoked"


def note_authorization(
    node: Participant,
    party: str,
    *,
    permission: str = SUBMISSION,
    kind: Authorization = Authorization.ADDED,
    trace_id: str = "",
) -> int:
    """Put a change of a party's hosting into the log; give its offset."""
    offset = node.ledger.note(
        TOPOLOGY, _change(node, party, permission=permission, kind=kind, trace_id=trace_id)
    )
    node.durability.pending()
    return offset


def party_of(entry: Entry) -> str:
    """Give the party whose hosting changed."""
    return str(json.loads(entry.value)["party"])


def note_first(node: Participant) -> None:
    """Begin an empty log with the participant's own party; wait until that is safe."""
    if node.ledger.end() == 0:
        node.ledger.note(TOPOLOGY, _change(node, node.identity.participant_id))
        node.store.sync().result(FIRST_SECONDS_MAX)


def topology_transaction(entry: Entry, identity: Identity) -> dict[str, Any]:
    """Write a change as updates show it."""
    value = json.loads(entry.value)
    content: dict[str, Any] = {
        "partyId": value["party"],
        "participantId": identity.participant_id,
    }
    if value["kind"] != Authorization.REVOKED.value:
        content["participantPermission"] = value["permission"]
    bound = f"{identity.participant_id}\n{entry.offset}\n{value['party']}".encode()
    update_id = "1220" + sha256(bound).hexdigest()
    return {
        "updateId": update_id,
        "offset": entry.offset,
        "synchronizerId": identity.synchronizer.id,
        "recordTime": instant(value["recordTime"]),
        "events": [{"event": {value["kind"]: {"value": content}}}],
        "traceContext": trace_context(value["traceId"], update_id),
    }


def _change(
    node: Participant,
    party: str,
    *,
    permission: str = SUBMISSION,
    kind: Authorization = Authorization.ADDED,
    trace_id: str = "",
) -> str:
    change = {
        "party": party,
        "kind": kind.value,
        "permission": permission,
        "recordTime": node.now(),
        "traceId": trace_id,
    }
    return json.dumps(change)
