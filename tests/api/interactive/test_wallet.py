"""A wallet over HTTP: a party with its own key comes, prepares, checks, signs and executes."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from cantata.lf.interactive.crypto import KeySpec, PrivateKey
from cantata.lf.interactive.hashing import prepared_hash
from cantata.lf.interactive.prepared_wire import decode_prepared
from tests.api.process import Sandbox
from tests.unit.sandbox.participant.interactive.desk import AT, PING, Json, signature_body

FORMAT = "CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO"


def _ok(sandbox: Sandbox, path: str, body: Json) -> Any:
    answer = sandbox.post(path, body)
    assert answer.status == 200, answer.text
    return answer.json


def _come(sandbox: Sandbox, key: PrivateKey, synchronizer: str) -> str:
    """Have a party with this key hosted; give its id."""
    public = key.public
    topology = _ok(
        sandbox,
        "/v2/parties/external/generate-topology",
        {
            "synchronizer": synchronizer,
            "partyHint": "wallet",
            "publicKey": {
                "format": FORMAT,
                "keyData": base64.b64encode(public.der).decode(),
                "keySpec": public.spec.name,
            },
        },
    )
    signature = signature_body(key, base64.b64decode(topology["multiHash"]))
    transactions = [
        {"transaction": each, "signatures": []} for each in topology["topologyTransactions"]
    ]
    allocated = _ok(
        sandbox,
        "/v2/parties/external/allocate",
        {
            "synchronizer": synchronizer,
            "identityProviderId": "",
            "onboardingTransactions": transactions,
            "multiHashSignatures": [signature],
        },
    )
    assert allocated["partyId"] == topology["partyId"]
    return str(allocated["partyId"])


@pytest.mark.parametrize("spec", list(KeySpec))
def test_a_wallet_signs_what_it_has_checked(sandbox: Sandbox, spec: KeySpec) -> None:
    connected = sandbox.get("/v2/state/connected-synchronizers").json
    synchronizer = connected["connectedSynchronizers"][0]["synchronizerId"]
    key = PrivateKey.generate(spec)
    party = _come(sandbox, key, synchronizer)
    ping = {"id": "1", "initiator": party, "responder": party}
    prepared = _ok(
        sandbox,
        f"{AT}/prepare",
        {
            "userId": "wallet",
            "commandId": f"ping-{spec.name}",
            "commands": [{"CreateCommand": {"templateId": PING, "createArguments": ping}}],
            "actAs": [party],
            "synchronizerId": synchronizer,
            "packageIdSelectionPreference": [],
        },
    )
    content = base64.b64decode(prepared["preparedTransaction"])
    digest = prepared_hash(decode_prepared(content))
    assert base64.b64encode(digest).decode() == prepared["preparedTransactionHash"]
    body = {
        "userId": "wallet",
        "preparedTransaction": prepared["preparedTransaction"],
        "hashingSchemeVersion": prepared["hashingSchemeVersion"],
        "submissionId": f"submission-{spec.name}",
        "deduplicationPeriod": {"Empty": {}},
        "partySignatures": {
            "signatures": [{"party": party, "signatures": [signature_body(key, digest)]}]
        },
    }
    done = _ok(sandbox, f"{AT}/executeAndWait", body)
    again = sandbox.post(f"{AT}/executeAndWait", body)
    assert (again.status, again.json["code"]) == (409, "DUPLICATE_COMMAND")
    completions = _ok(
        sandbox,
        "/v2/commands/completions?stream_idle_timeout_ms=100",
        {"userId": "wallet", "parties": [party], "beginExclusive": 0},
    )
    found = [
        each["completionResponse"]["Completion"]["value"]
        for each in completions
        if "Completion" in each["completionResponse"]
    ]
    assert [each["status"]["code"] for each in found] == [0, 6]
    assert found[0]["updateId"] == done["updateId"]
    assert found[0]["submissionId"] == f"submission-{spec.name}"


@pytest.mark.parametrize("others", [[], ["local"]])
def test_nobody_else_submits_for_a_wallet(sandbox: Sandbox, others: list[str]) -> None:
    connected = sandbox.get("/v2/state/connected-synchronizers").json
    synchronizer = connected["connectedSynchronizers"][0]["synchronizerId"]
    party = _come(sandbox, PrivateKey.generate(next(iter(KeySpec))), synchronizer)
    local = [
        _ok(sandbox, "/v2/parties", {"partyIdHint": hint})["partyDetails"]["party"]
        for hint in others
    ]
    _ok(sandbox, "/v2/users", {"user": {"id": f"thief{len(local)}"}, "rights": [_acting(party)]})
    end = sandbox.get("/v2/state/ledger-end").json
    ping = {"id": "1", "initiator": party, "responder": party}
    refused = sandbox.post(
        "/v2/commands/submit-and-wait",
        {
            "userId": f"thief{len(local)}",
            "commandId": "theft",
            "commands": [{"CreateCommand": {"templateId": PING, "createArguments": ping}}],
            "actAs": [party, *local],
        },
    )
    assert refused.status == 404
    assert refused.json["code"] == "NO_SYNCHRONIZER_ON_WHICH_ALL_SUBMITTERS_CAN_SUBMIT"
    assert refused.json["errorCategory"] == 11
    assert sandbox.get("/v2/state/ledger-end").json == end


def _acting(party: str) -> Json:
    return {"kind": {"CanActAs": {"value": {"party": party}}}}
