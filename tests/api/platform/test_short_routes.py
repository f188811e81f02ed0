"""The short routes of the requirement document, from onboarding to burning."""

from __future__ import annotations

import uuid

import httpx2

from tests.api.platform.running import Client, Platform


def onboarded(http: httpx2.Client) -> Client:
    email = f"{uuid.uuid4().hex}@example.com"
    answer = Client(http=http).post("/api/onboard", {"email": email})
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    return Client(http=http, token=data["token"], party=data["partyId"])


def test_the_life_of_a_token(platform: Platform) -> None:
    life_of_a_token(platform.http)


def life_of_a_token(http: httpx2.Client) -> None:
    """Play onboarding to burning on an API that is nobody's yet or somebody's already."""
    issuer, holder = onboarded(http), onboarded(http)
    wanted = {
        "tokenName": "TestToken",
        "currency": "USD",
        "quantityPrecision": 2,
        "pricePrecision": 2,
    }
    created = issuer.post("/api/tokens", wanted)
    assert created.status_code == 200, created.text
    body = created.json()
    assert body["success"] is True
    assert body["contract"]["tokenName"] == "TestToken"
    assert body["contract"]["currency"] == "USD"
    assert body["contract"]["contractAddress"].startswith("00")
    assert body["metadata"]["requestId"]
    token = body["contract"]["tokenId"]

    mint = {"recipientPartyId": issuer.party, "tokenId": token, "amount": "50"}
    minted = issuer.post("/api/mint", mint).json()["data"]
    assert (minted["status"], len(minted["transactionHash"])) == ("CONFIRMED", 68)
    transfer = {"recipientPartyId": holder.party, "tokenId": token, "amount": "20"}
    offer = issuer.post("/api/transfer", transfer).json()["data"]["offerId"]
    held = issuer.get("/api/holdings").json()["data"][0]
    assert (held["freeCollateral"], held["lockedCollateral"]) == ("30.0", "20.0")
    assert holder.post(f"/v1/offers/{offer}:accept").status_code == 200
    burned = holder.post("/api/burn", {"tokenId": token, "amount": "5"})
    assert burned.status_code == 200, burned.text
    assert holder.get("/api/holdings").json()["data"][0]["totalBalance"] == "15.0"
    types = [each["type"] for each in holder.get("/api/transactions").json()["data"]]
    assert types == ["BURN", "TRANSFER_IN"]
    assert token in [each["tokenId"] for each in issuer.get("/api/tokens").json()["data"]]


def test_refusals_have_the_envelope(platform: Platform) -> None:
    caller = onboarded(platform.http)
    answer = caller.post("/api/tokens", {"tokenName": "", "currency": "INVALID"})
    assert answer.status_code == 400
    assert "validation" in answer.json()["error"]
    assert answer.json()["success"] is False
    assert platform.anonymous().get("/api/holdings").status_code == 401
    assert platform.anonymous().post("/api/onboard", {"email": "nobody"}).status_code == 400
