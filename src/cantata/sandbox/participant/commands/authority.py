"""For whom the participant can submit by itself, without anybody's signature."""

from __future__ import annotations

from collections.abc import Iterable

from cantata.sandbox.participant.errors import Origin, Refusal
from cantata.sandbox.participant.node import Participant

_ONE = "This participant cannot submit as the given submitter on any connected synchronizer"
_SEVERAL = "Not connected to a synchronizer on which this participant can submit for all submitters"


def require_own_parties(node: Participant, submitters: Iterable[str]) -> None:
    """Refuse to submit for parties that sign for themselves, whatever rights the user has."""
    asked = sorted(submitters)
    if all(node.signing_keys(party) is None for party in asked):
        return
    cause = _ONE if len(asked) == 1 else _SEVERAL
    raise Refusal("NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT", cause, origin=Origin.ROUTER)
