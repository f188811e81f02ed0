"""The whole life of a token, through REST alone."""

from __future__ import annotations

from typing import Any

from tests.api.platform.running import Client, Platform


def new_token(issuer: Client, symbol: str = "GOLD", **more: Any) -> dict[str, str]:
    body = {"issuer": issuer.party, "name": f"Token {symbol}", "symbol": symbol, "currency": "USD"}
    answer = issuer.post("/v1/tokens", {**body, **more})
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "completed"
    return {"admin": issuer.party, "id": symbol}


def balance(client: Client, token: dict[str, str]) -> tuple[str, str]:
    found = client.get("/v1/balances", admin=token["admin"], symbol=token["id"]).json()
    return (
        (found["items"][0]["free"], found["items"][0]["locked"]) if found["items"] else ("0", "0")
    )


def test_the_story(platform: Platform) -> None:
    issuer, alice, bob = platform.onboard(), platform.onboard(), platform.onboard()
    token = new_token(issuer)

    minted = issuer.post("/v1/mints", {"token": token, "receiver": alice.party, "amount": "100.50"})
    assert minted.status_code == 200, minted.text
    assert balance(alice, token) == ("100.5", "0.0")

    body = {"token": token, "sender": alice.party, "receiver": bob.party, "amount": "30"}
    offered = alice.post("/v1/transfers", body)
    assert offered.status_code == 200, offered.text
    offer = offered.json()["result"]["offer"]
    assert balance(alice, token) == ("70.5", "30.0")
    assert balance(bob, token) == ("0", "0")
    assert bob.get("/v1/offers", state="pending").json()["items"][0]["offer"] == offer
    accepted = bob.post(f"/v1/offers/{offer}:accept")
    assert accepted.status_code == 200, accepted.text
    assert balance(bob, token) == ("30.0", "0.0")

    agreed = bob.post("/v1/preapprovals", {"token": token, "receiver": bob.party})
    assert agreed.status_code == 200, agreed.text
    direct = alice.post("/v1/transfers", {**body, "amount": "0.5"})
    assert direct.json()["result"]["offer"] is None, direct.text
    assert balance(bob, token) == ("30.5", "0.0")

    burned = bob.post("/v1/burns", {"token": token, "owner": bob.party, "amount": "10.5"})
    assert burned.status_code == 200, burned.text
    supply = issuer.get(f"/v1/tokens/{token['admin']}/GOLD/supply").json()
    assert (supply["supply"], supply["holdings"]) == ("90.0", "90.0")
    kinds = [each["kind"] for each in bob.get("/v1/transactions").json()["items"]]
    assert kinds == ["burn", "transfer_in", "transfer_in"]
