"""Changes of the topology as updates show them: which party is hosted here, and how."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from cantata.sandbox.engine.store import Entry
from cantata.sandbox.participant.events.render import instant, trace_context
from cantata.sandbox.participant.identity import Identity
from cantata.sandbox.participant.topology import Authorization


def party_of(entry: Entry) -> str:
    """Give the party whose hosting changed."""
    return str(json.loads(entry.value)["party"])


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
