"""Parties whose keys we never see: made in two calls, signing everything that they do."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import balance, new_token
from tests.api.platform.wallet import Wallet


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def token(issuer: Client) -> dict[str, str]:
    return new_token(issuer, "OWN")


@pytest.fixture(scope="module")
def wallet(platform: Platform) -> Wallet:
    made = Wallet(client=platform.onboard())
    made.onboard()
    return made


def refused(wallet: Wallet, path: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = wallet.client.post(path, body)
    return answer.status_code, answer.json()["code"]


def test_nothing_is_half_done_between_the_calls(platform: Platform) -> None:
    wallet = Wallet(client=platform.onboard())
    first, again = wallet.prepare(), wallet.prepare()
    assert first["party"] == again["party"]
    assert len(wallet.client.get("/v1/parties").json()) == 1, "only the first one, of onboarding"
    order = wallet.order(first)
    made = wallet.client.post("/v1/parties/external", order, key="mine")
    assert made.status_code == 200, made.text
    repeated = wallet.client.post("/v1/parties/external", order, key="mine")
    assert repeated.headers["Idempotency-Hit"] == "true"
    once_more = wallet.client.post("/v1/parties/external", wallet.order(again))
    assert once_more.json()["result"] == made.json()["result"] == {"party": first["party"]}
    (own,) = [p for p in wallet.client.get("/v1/parties").json() if p["kind"] == "external"]
    assert (own["party"], own["receives_freely"]) == (first["party"], False)


def test_hints_tell_nothing(platform: Platform) -> None:
    client = platform.onboard("jane.doe@example.com")
    parties = {Wallet(client=client).prepare()["party"] for _ in range(2)}
    hints = {party.partition("::")[0] for party in parties}
    assert len(hints) == 2, "two parties of one user are not seen to belong together"
    for hint in hints:
        assert "jane" not in hint
        assert "doe" not in hint
        assert client.user.replace("-", "")[:8] not in hint


def test_topology_is_checked(platform: Platform, wallet: Wallet) -> None:
    other = Wallet(client=platform.onboard())
    order, foreign = other.order(other.prepare()), wallet.order(wallet.prepare())
    path = "/v1/parties/external"
    stolen = {**order, "topology": foreign["topology"]}
    assert refused(other, path, stolen) == (422, "TOPOLOGY_UNKNOWN")
    assert refused(other, path, {**order, "topology": ["AAAA"]}) == (422, "TOPOLOGY_UNKNOWN")
    unsigned = {**order, "signature": foreign["signature"]}
    assert refused(other, path, unsigned) == (422, "SIGNATURE_REFUSED")
    assert refused(other, path, {**order, "signature": "!!!!"})[0] == 422
    key = {"data": base64.b64encode(b"no key").decode()}
    assert refused(other, path, {**order, "public_key": key}) == (422, "KEY_REFUSED")
    assert len(other.client.get("/v1/parties").json()) == 1


def test_the_story_with_a_key_of_ones_own(
    platform: Platform, issuer: Client, token: dict[str, str], wallet: Wallet
) -> None:
    mint = {"token": token, "receiver": wallet.party, "amount": "10"}
    answer = issuer.post("/v1/mints", mint)
    assert (answer.status_code, answer.json()["code"]) == (422, "NO_PREAPPROVAL")
    consent = {"token": token, "receiver": wallet.party}
    wallet.ask("/v1/preapprovals", consent)
    assert issuer.post("/v1/mints", mint).status_code == 200
    assert balance(wallet.client, token) == ("10.0", "0.0")

    receiver = Wallet(client=platform.onboard())
    receiver.onboard()
    move = {"token": token, "sender": wallet.party, "receiver": receiver.party, "amount": "4"}
    offer = wallet.ask("/v1/transfers", move)["result"]["offer"]
    assert balance(wallet.client, token) == ("6.0", "4.0")
    receiver.ask(f"/v1/offers/{offer}:accept")
    assert balance(receiver.client, token) == ("4.0", "0.0")
    receiver.ask("/v1/burns", {"token": token, "owner": receiver.party, "amount": "1.5"})
    assert balance(receiver.client, token) == ("2.5", "0.0")


def test_a_wrong_signature_changes_nothing(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    wallet, stranger = Wallet(client=platform.onboard()), platform.onboard()
    wallet.onboard()
    body = {"token": token, "receiver": wallet.party}
    preview = wallet.client.post("/v1/preapprovals", body, dry_run="true").json()
    waiting = wallet.client.post("/v1/preapprovals", body).json()
    path, place = f"/v1/operations/{waiting['id']}:sign", waiting["signing"]
    assert stranger.get(place).status_code == 404
    wrong = {"signatures": [{"party": wallet.party, "signature": wallet.sign(b"else")}]}
    assert stranger.post(path, wrong).status_code == 404
    assert refused(wallet, path, wrong) == (422, "SIGNATURE_REFUSED")
    other = {"signatures": [{"party": issuer.party, "signature": wallet.sign(b"else")}]}
    assert refused(wallet, path, other) == (422, "WRONG_SIGNERS")
    assert wallet.client.get(f"/v1/operations/{waiting['id']}").json()["state"] == (
        "awaiting_signature"
    )
    digest = base64.b64decode(wallet.client.get(place).json()["hash"])
    right = {"signatures": [{"party": wallet.party, "signature": wallet.sign(digest)}]}
    tried = wallet.client.post(path, right, dry_run="true")
    assert (tried.status_code, tried.json()["dry_run"]) == (200, True)
    wallet.finish(waiting, preview["commands"])
    again = wallet.client.post(path, right)
    assert (again.status_code, again.headers["Idempotency-Hit"]) == (200, "true")
    assert wallet.client.get(place).json()["code"] == "NOT_AWAITING_SIGNATURE"


def test_what_was_not_signed_can_be_taken_back(
    platform: Platform, token: dict[str, str], issuer: Client
) -> None:
    wallet, stranger = Wallet(client=platform.onboard()), platform.onboard()
    wallet.onboard()
    wallet.ask("/v1/preapprovals", {"token": token, "receiver": wallet.party})
    mint = {"token": token, "receiver": wallet.party, "amount": "5"}
    assert issuer.post("/v1/mints", mint).status_code == 200
    move = {"token": token, "sender": wallet.party, "receiver": stranger.party, "amount": "5"}
    waiting = wallet.client.post("/v1/transfers", move).json()
    path = f"/v1/operations/{waiting['id']}:cancel"
    assert stranger.post(path).status_code == 404
    cancelled = wallet.client.post(path)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert wallet.client.post(path).headers["Idempotency-Hit"] == "true"
    assert wallet.ask("/v1/transfers", move)["state"] == "completed", "the inputs are free again"


def test_other_curves_sign_too(platform: Platform) -> None:
    client, key = platform.onboard(), ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    public = {"curve": "p256", "data": base64.b64encode(der).decode()}
    found = client.post("/v1/parties/external:prepare", {"public_key": public}).json()
    signature = key.sign(base64.b64decode(found["hash"]), ec.ECDSA(hashes.SHA256()))
    order = {
        "public_key": public,
        "topology": found["topology"],
        "signature": base64.b64encode(signature).decode(),
        "name": "On another curve",
    }
    made = client.post("/v1/parties/external", order)
    assert (made.status_code, made.json()["result"]) == (200, {"party": found["party"]}), made.text
