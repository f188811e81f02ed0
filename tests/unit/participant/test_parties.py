"""Local and external parties, through the API."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cantata.lf.interactive.crypto import KeySpec, PrivateKey, Signature
from cantata.lf.interactive.topology import Hosting, Permission, onboarding
from cantata.sandbox.participant.node import Participant
from cantata.sandbox.participant.topology import HOSTING
from cantata.sandbox.store import SqliteStore
from tests.unit.participant.caller import Answer, Caller

GENERATE = "/v2/parties/external/generate-topology"
ALLOCATE = "/v2/parties/external/allocate"
X509 = "CRYPTO_KEY_FORMAT_DER_X509_SUBJECT_PUBLIC_KEY_INFO"


@pytest.fixture
def caller() -> Iterator[Caller]:
    with Caller() as made:
        yield made


def shown(signature: Signature) -> dict[str, str]:
    return {
        "format": signature.format.name,
        "signature": base64.b64encode(signature.signature).decode(),
        "signedBy": signature.signed_by,
        "signingAlgorithmSpec": signature.algorithm.name,
    }


def generated(caller: Caller, key: PrivateKey, name: str = "ext") -> Any:
    public = key.public
    body = {
        "synchronizer": caller.node.identity.synchronizer.id,
        "partyHint": name,
        "publicKey": {
            "format": X509,
            "keyData": base64.b64encode(public.der).decode(),
            "keySpec": public.spec.name,
        },
    }
    answer = caller.post(GENERATE, body)
    assert answer.status == 200, answer.content
    return answer.json


def allocated(caller: Caller, topology: Any, *signatures: Signature, **more: Any) -> Answer:
    body = {
        "synchronizer": caller.node.identity.synchronizer.id,
        "onboardingTransactions": [
            {"transaction": each} for each in topology["topologyTransactions"]
        ],
        "multiHashSignatures": [shown(each) for each in signatures],
        **more,
    }
    return caller.post(ALLOCATE, body)


def hosted(caller: Caller) -> dict[str, str]:
    """Parties whose hosting the log tells, with the permission of the participant."""
    store = caller.node.store
    store.sync().result()
    noted = [json.loads(each.value) for each in store.entries(HOSTING, 0, store.end())]
    return {each["party"]: each["permission"] for each in noted}


def parties(caller: Caller) -> list[str]:
    return [each["party"] for each in caller.get("/v2/parties").json["partyDetails"]]


@pytest.mark.parametrize("spec", list(KeySpec))
def test_an_external_party_signs_itself_into_being(caller: Caller, spec: KeySpec) -> None:
    key = PrivateKey.generate(spec)
    topology = generated(caller, key)
    message = base64.b64decode(topology["multiHash"])
    assert topology["publicKeyFingerprint"] == key.public.fingerprint
    answer = allocated(caller, topology, key.sign(message))
    assert answer.json == {"partyId": topology["partyId"]}
    assert topology["partyId"] in parties(caller)
    keys = caller.node.signing_keys(topology["partyId"])
    assert keys is not None
    assert [each.key for each in keys.keys] == [key.public]
    again = allocated(caller, topology, key.sign(message))
    assert again.code == (400, "INVALID_ARGUMENT")


def test_without_a_valid_signature_there_is_no_party(caller: Caller) -> None:
    key, other = PrivateKey.generate(), PrivateKey.generate()
    topology = generated(caller, key)
    message = base64.b64decode(topology["multiHash"])
    assert allocated(caller, topology).status == 200
    assert allocated(caller, topology, other.sign(message)).status == 200
    forged = allocated(caller, topology, key.sign(b"something else"))
    assert forged.code == (400, "Transaction signature verification failed")
    assert parties(caller) == [caller.node.identity.participant_id]
    assert not caller.node.knows_party(topology["partyId"])
    assert caller.node.signing_keys(topology["partyId"]) is None


def test_all_keys_of_a_party_must_sign(caller: Caller) -> None:
    keys = [PrivateKey.generate(), PrivateKey.generate(KeySpec.SIGNING_KEY_SPEC_EC_P256)]
    host = Hosting(caller.node.identity.participant_id, Permission.CONFIRMATION)
    made = onboarding("two", [key.public for key in keys], [host], signing_threshold=2)
    topology = {
        "topologyTransactions": [base64.b64encode(each).decode() for each in made.transactions]
    }
    signatures = [key.sign(made.multi_hash) for key in keys]
    assert allocated(caller, topology, signatures[0]).status == 200
    assert made.party not in parties(caller)
    assert allocated(caller, topology, *signatures).status == 200
    assert made.party in parties(caller)


def test_a_party_must_be_hosted_here_alone(caller: Caller) -> None:
    key = PrivateKey.generate()
    own = Hosting(caller.node.identity.participant_id, Permission.CONFIRMATION)
    elsewhere = Hosting("other::1220" + "cd" * 32, Permission.CONFIRMATION)
    for hosts in ([elsewhere], [own, elsewhere]):
        made = onboarding("far", [key.public], hosts)
        sent = [base64.b64encode(each).decode() for each in made.transactions]
        answer = allocated(caller, {"topologyTransactions": sent}, key.sign(made.multi_hash))
        assert answer.code == (400, "INVALID_ARGUMENT")


def test_the_namespace_must_be_that_of_a_signing_key(caller: Caller) -> None:
    key, victim = PrivateKey.generate(), PrivateKey.generate()
    host = Hosting(caller.node.identity.participant_id, Permission.CONFIRMATION)
    made = onboarding("v", [victim.public], [host])
    stolen = made.transactions[0].replace(victim.public.der, key.public.der)
    body = {"topologyTransactions": [base64.b64encode(stolen).decode()]}
    assert allocated(caller, body, key.sign(made.multi_hash)).code == (400, "INVALID_FIELD")


@pytest.mark.parametrize("content", [b"", b"\x00\x00", b"\xff" * 40, b"\x0a\xff\xff\xff\xff\x0f"])
def test_garbage_is_no_topology(caller: Caller, content: bytes) -> None:
    body = {"topologyTransactions": [base64.b64encode(content).decode()]}
    assert allocated(caller, body).code == (400, "INVALID_FIELD")


def test_the_user_of_an_allocation_may_act_as_the_party(caller: Caller) -> None:
    caller.post("/v2/users", {"user": {"id": "u"}})
    made = caller.post("/v2/parties", {"partyIdHint": "alice", "userId": "u"}).json
    party = made["partyDetails"]["party"]
    rights = caller.get("/v2/users/u/rights").json["rights"]
    assert rights == [{"kind": {"CanActAs": {"value": {"party": party}}}}]
    refused = caller.post("/v2/parties", {"partyIdHint": "bob", "userId": "nobody"})
    assert refused.code == (404, "USER_NOT_FOUND")
    assert caller.node.knows_party(party)


@pytest.mark.parametrize("hint", ["a::b", "a:", "é", "x" * 186, "a/b", "\u0000"])
def test_bad_names_are_refused(caller: Caller, hint: str) -> None:
    assert caller.post("/v2/parties", {"partyIdHint": hint}).code == (400, "INVALID_ARGUMENT")
    assert len(parties(caller)) == 1


def test_parties_survive_a_restart(tmp_path: Path) -> None:
    store = str(tmp_path / "ledger.db")
    key = PrivateKey.generate()
    with Caller(Participant(store=SqliteStore(store))) as caller:
        caller.post("/v2/parties", {"partyIdHint": "alice"})
        topology = generated(caller, key)
        allocated(caller, topology, key.sign(base64.b64decode(topology["multiHash"])))
        before = caller.get("/v2/parties").json
    with Caller(Participant(store=SqliteStore(store))) as caller:
        assert caller.get("/v2/parties").json == before
        assert len(before["partyDetails"]) == 3
        assert caller.node.signing_keys(topology["partyId"]) is not None


def test_the_log_tells_who_is_hosted(caller: Caller) -> None:
    key = PrivateKey.generate(KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519)
    topology = generated(caller, key)
    allocated(caller, topology)
    assert topology["partyId"] not in hosted(caller)
    allocated(caller, topology, key.sign(base64.b64decode(topology["multiHash"])))
    local = caller.post("/v2/parties", {"partyIdHint": "alice"}).json["partyDetails"]["party"]
    assert hosted(caller) == {
        local: "PARTICIPANT_PERMISSION_SUBMISSION",
        topology["partyId"]: "PARTICIPANT_PERMISSION_CONFIRMATION",
    }
