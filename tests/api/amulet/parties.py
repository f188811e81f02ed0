"""Parties that the recording uses but does not allocate: made as it would have made them."""

from __future__ import annotations

from typing import Any

from tests.api.amulet.keys import ED25519, KeyRing
from tests.api.process import Sandbox

Json = Any

SYNCHRONIZERS = "/v2/state/connected-synchronizers"
TOPOLOGY = "/v2/parties/external/generate-topology"
ALLOCATE = "/v2/parties/external/allocate"
LOCAL = "/v2/parties"


def allocated(sandbox: Sandbox, keys: KeyRing, party: str, *, external: bool) -> str:
    """Allocate a party of the same hint and kind, and give its live id."""
    hint = party.partition("::")[0]
    if not external:
        return str(posted(sandbox, LOCAL, {"partyIdHint": hint})["partyDetails"]["party"])
    (synchronizer,) = sandbox.get(SYNCHRONIZERS).json["connectedSynchronizers"]
    key = {"format": "CRYPTO_KEY_FORMAT_RAW", "keyData": keys.public(party), "keySpec": ED25519}
    asked = {
        "synchronizer": synchronizer["synchronizerId"],
        "partyHint": hint,
        "publicKey": key,
        "localParticipantObservationOnly": False,
        "confirmationThreshold": 1,
    }
    topology = posted(sandbox, TOPOLOGY, asked)
    signature = signed(keys, party, topology["publicKeyFingerprint"], topology["multiHash"])
    transactions = [{"transaction": each} for each in topology["topologyTransactions"]]
    allocation = {
        "synchronizer": synchronizer["synchronizerId"],
        "onboardingTransactions": transactions,
        "multiHashSignatures": [signature],
    }
    return str(posted(sandbox, ALLOCATE, allocation)["partyId"])


def signed(keys: KeyRing, party: str, fingerprint: str, message: str) -> Json:
    """Give a party's signature as requests have it."""
    return {
        "format": "SIGNATURE_FORMAT_CONCAT",
        "signature": keys.sign(party, message),
        "signedBy": fingerprint,
        "signingAlgorithmSpec": "SIGNING_ALGORITHM_SPEC_ED25519",
    }


def posted(sandbox: Sandbox, path: str, body: Json) -> Json:
    """Post what must be accepted; give the answer."""
    answer = sandbox.post(path, body)
    assert answer.status == 200, f"{path}: {answer.status} {answer.text}"
    return answer.json
