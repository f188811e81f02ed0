"""The wallet SDK offline, connecting, and administering users, parties and packages."""

from __future__ import annotations

import base64
from pathlib import Path

from cantata.lf.interactive.crypto import KeyFormat, KeySpec, PublicKey
from cantata.lf.interactive.topology import decode_topology, multi_hash
from tests.api.process import Sandbox
from tests.wallet.conftest import ADMINISTRATOR, SECRET, USER
from tests.wallet.play import Stage, token


def test_offline(stage: Stage, shared_data: Path) -> None:
    golden = (shared_data / "golden_prepared_tx.b64").read_text().strip()
    topology = [base64.b64encode(text).decode() for text in (b"one", b"two")]
    told = stage.play(
        "offline", topology=topology, prepared=golden, hash=base64.b64encode(bytes(32)).decode()
    )
    key = PublicKey.read(
        KeyFormat.CRYPTO_KEY_FORMAT_RAW,
        base64.b64decode(told["keys"]["publicKey"]),
        KeySpec.SIGNING_KEY_SPEC_EC_CURVE25519,
    )
    assert told["public key"] == told["keys"]["publicKey"]
    assert told["fingerprint"] == key.fingerprint
    assert base64.b64decode(told["multi-hash"]) == multi_hash([b"one", b"two"])
    assert told["signed"] is True
    (command,) = told["ping"]
    assert command["CreateCommand"]["createArguments"] == {
        "id": "one",
        "initiator": "a::1220",
        "responder": "b::1220",
    }
    golden_hash = "f97Cv1BO7QS7jmSY03p56JGsPf60Vx/ABXmRub7iiQI="
    assert told["prepared"] == {"hashOfSdk": golden_hash, "hashOfVisualizer": golden_hash}


def test_connecting(stage: Stage, sandbox: Sandbox) -> None:
    told = stage.play("connect", url=sandbox.url, token=token(SECRET, USER), user=USER)
    assert told["version"]["version"].startswith("3.5.")
    assert told["context"]["userId"] == USER
    assert "::1220" in told["context"]["synchronizerId"]
    assert isinstance(told["ledger end"], int)
    assert told["user"]["id"] == told["user again"]["id"] == USER
    assert USER in [user["id"] for user in told["users"]["users"]]
    assert told["unknown user"]["code"] == "USER_NOT_FOUND"
    assert told["no rights"] == {"rights": []}
    assert told["no parties"] == []

    party = told["party"]
    assert party == told["party again"]
    assert party.partition("::")[::2] == ("alice", sandbox.participant_id.partition("::")[2])
    assert told["unknown party"] == {"partyDetails": []}
    assert told["parties"] == [party, told["nameless party"]]
    acting = {"CanActAs", "CanReadAs", "CanReadAsAnyParty", "CanExecuteAsAnyParty"}
    assert {kind for right in told["rights"]["rights"] for kind in right["kind"]} == acting
    assert set(told["all parties"]) >= {party, told["nameless party"], sandbox.participant_id}
    assert [list(right["kind"]) for right in told["rights left"]["rights"]] == [["CanActAs"]] * 2
    assert told["known package"] is True
    assert told["unknown package"] is False


def test_connecting_with_tokens(stage: Stage, guarded: Sandbox) -> None:
    told = stage.play(
        "guarded",
        url=guarded.url,
        token=token(SECRET, ADMINISTRATOR, scope="daml_ledger_api"),
        credentials={
            "clientId": USER,
            "clientSecret": SECRET,
            "audience": f"https://daml.com/jwt/aud/participant/{guarded.participant_id}",
        },
        forged=token("another secret, also long enough", ADMINISTRATOR, scope="daml_ledger_api"),
    )
    assert told["administrator"] == ADMINISTRATOR
    assert told["self-signed"] == USER
    for refusal in told.all("forged token") + told.all("unknown user"):
        assert refusal["cause"] == "A security-sensitive error has been received"
        assert refusal["errorCategory"] == -1
    assert told["no administrator"]["cause"] == "A security-sensitive error has been received"
    assert told["parties"] == [told["party"]]
    assert told["ping"]["updateId"].startswith("1220")
    assert told["foreign ping"]["cause"] == "A security-sensitive error has been received"


def test_external_parties(stage: Stage, sandbox: Sandbox) -> None:
    synchronizer = sandbox.get("/v2/state/connected-synchronizers").json
    told = stage.play(
        "parties",
        url=sandbox.url,
        token=token(SECRET, USER),
        user=USER,
        synchronizerId=synchronizer["connectedSynchronizers"][0]["synchronizerId"],
    )
    topology = told["topology"]
    (transaction,) = topology["topologyTransactions"]
    assert topology["publicKeyFingerprint"] == told["fingerprint"]
    assert topology["multiHash"] == told["multi-hash"] == told["deprecated multi-hash"]
    assert topology["partyId"] == f"alice::{told['fingerprint']}"
    (decoded,) = told["decoded"]
    assert decoded["mapping"] == "partyToParticipant"
    assert decode_topology(base64.b64decode(transaction)).serial == 1
    assert told["party"]["partyId"] == told["party again"]["partyId"] == topology["partyId"]
    assert told["offline party"]["partyId"].startswith("cold::1220")
    assert told["forged party"]["code"] == "Transaction signature verification failed"
    assert told["rights"]["rights"] == [
        {"kind": {"CanActAs": {"value": {"party": topology["partyId"]}}}}
    ]
    assert told["parties"] == [topology["partyId"]]
