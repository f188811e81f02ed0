"""Changes of the topology, noted in the log: parties hosted here, packages vetted here."""

from __future__ import annotations

import json
from enum import Enum

from cantata.sandbox.participant.node import Participant

HOSTING = "topology"
"""The kind of entries that tell a party's hosting; updates show them."""

VETTING = "vetting"
"""The kind of entries that mark a change of vetting; no update shows them."""

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
    """Put a change of a party's hosting into the log; give its offset.

    Readers see it when it is safe, for which the caller waits.
    """
    change = {
        "party": party,
        "kind": kind.value,
        "permission": permission,
        "recordTime": node.now(),
        "traceId": trace_id,
    }
    return node.ledger.note(HOSTING, json.dumps(change))


def note_vetting(node: Participant) -> int:
    """Mark in the log that what is vetted has changed; give the offset."""
    return node.ledger.note(VETTING, node.now())


def note_first(node: Participant) -> None:
    """Begin an empty log with the participant's own party; wait until that is safe."""
    if node.ledger.end() == 0:
        note_authorization(node, node.identity.participant_id)
        node.store.sync().result(FIRST_SECONDS_MAX)
