"""Bad input is refused with a typed problem, and nothing changes."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import balance, new_token

PROBLEM = "application/problem+json"
NAMESPACE = "1220" + "ab" * 32


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def token(issuer: Client) -> dict[str, str]:
    found = new_token(issuer, "BAD", cap="1000")
    body = {"token": found, "receiver": issuer.party, "amount": "100"}
    assert issuer.post("/v1/mints", body).status_code == 200
    return found


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    found: dict[str, Any] = answer.json()
    assert (found["code"], found["status"]) == (code, status), found
    assert found["request_id"] == answer.headers["X-Request-Id"]
    assert found["title"]
    assert found["detail"]
    return found


@pytest.mark.parametrize(
    "amount",
    ["1e3", "0x10", "1,000", " 1", "1 ", "1.", ".5", "NaN", "-0", "-1", "+1", "١", "Infinity",
     "12abc", "01", "", "1" * 29, "1_0"],
)  # fmt: skip
def test_amount_grammar(issuer: Client, token: dict[str, str], amount: str) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": amount}
    found = refused(issuer.post("/v1/mints", body), 422, "AMOUNT_MALFORMED")
    assert found["errors"][0]["field"] == "body.amount"


@pytest.mark.parametrize("amount", [1, 1.5, 0, True, None, ["1"]])
def test_amounts_are_strings(issuer: Client, token: dict[str, str], amount: Any) -> None:
    body = {"token": token, "receiver": issuer.party, "amount": amount}
    refused(issuer.post("/v1/mints", body), 422, "AMOUNT_MUST_BE_STRING")


def test_precision_is_never_rounded(issuer: Client, token: dict[str, str]) -> None:
    body = {"token": token, "receiver": issuer.party}
    found = refused(
        issuer.post("/v1/mints", {**body, "amount": "0.001"}), 422, "PRECISION_EXCEEDED"
    )
    assert "2" in found["detail"]
    eleven = {**body, "amount": "0.00000000001"}
    refused(issuer.post("/v1/mints", eleven), 422, "PRECISION_EXCEEDED")
    refused(issuer.post("/v1/mints", {**body, "amount": "0"}), 422, "AMOUNT_NOT_POSITIVE")
    assert balance(issuer, token) == ("100.0", "0.0")


def test_ten_decimals_are_fine_where_the_token_has_them(issuer: Client) -> None:
    fine = new_token(issuer, "FINE", decimals=10)
    body = {"token": fine, "receiver": issuer.party, "amount": "0.0000000001"}
    assert issuer.post("/v1/mints", body).status_code == 200
    assert balance(issuer, fine)[0] == "0.0000000001"


@pytest.mark.parametrize(
    "party",
    ["alice", f"::{NAMESPACE}", f"a::b::{NAMESPACE}", f"a::{NAMESPACE} ",
     f"{'a' * 186}::{NAMESPACE}",
     f"a<b::{NAMESPACE}", f"a::{NAMESPACE.upper()}", "a::1220ab", f" ::{NAMESPACE}\n", ""],
)  # fmt: skip
def test_party_grammar_refuses(issuer: Client, token: dict[str, str], party: str) -> None:
    body = {"token": token, "receiver": party, "amount": "1"}
    found = issuer.post("/v1/mints", body)
    assert found.status_code == 422
    assert found.json()["errors"][0]["field"] == "body.receiver"


@pytest.mark.parametrize("hint", ["alice", "a b:c-_9", "a" * 185])
def test_party_grammar_admits(issuer: Client, token: dict[str, str], hint: str) -> None:
    """A party of sound form is looked for, and is unknown only because nobody made it."""
    body = {"token": token, "receiver": f"{hint}::{NAMESPACE}", "amount": "1"}
    refused(issuer.post("/v1/mints", body), 422, "PARTY_UNKNOWN")


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "A<B & C Fund", "Gold 🥇👩‍🚀", "=1+1", "Señor"],
)
def test_names_are_kept_as_typed(issuer: Client, name: str) -> None:
    symbol = f"N{uuid.uuid4().hex[:8]}"
    new_token(issuer, symbol, name=name)
    found = issuer.get(f"/v1/tokens/{issuer.party}/{symbol}")
    assert found.json()["name"] == name
    assert found.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["a\u202eb", "a\u2066b", "a\u0000b", "a\nb", "Sen\u0303or", "\ud800", " padded", "", "x" * 201],
)  # fmt: skip
def test_names_that_deceive_are_refused(issuer: Client, name: str) -> None:
    body = {"issuer": issuer.party, "name": name, "symbol": "X", "currency": "USD"}
    answer = issuer.http.post(
        "/v1/tokens",
        content=json.dumps(body),
        headers={
            "Authorization": f"Bearer {issuer.token}",
            "Idempotency-Key": str(uuid.uuid4()),
            "Content-Type": "application/json",
        },
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "body.name"


def test_creation_refuses(issuer: Client, token: dict[str, str]) -> None:
    body = {"issuer": issuer.party, "name": "A", "symbol": "A", "currency": "USD"}
    refused(issuer.post("/v1/tokens", {**body, "symbol": "BAD"}), 409, "SYMBOL_TAKEN")
    refused(issuer.post("/v1/tokens", {**body, "currency": "ABC"}), 422, "CURRENCY_UNKNOWN")
    refused(issuer.post("/v1/tokens", {**body, "decimals": 11}), 422, "VALIDATION_FAILED")
    refused(issuer.post("/v1/tokens", {**body, "cap": "0.001"}), 422, "CAP_TOO_PRECISE")
    refused(issuer.post("/v1/tokens", {**body, "unknown": 1}), 422, "VALIDATION_FAILED")
    large = {**body, "meta": {"a": "x" * 1_000_000}}
    refused(issuer.post("/v1/tokens", large), 413, "BODY_TOO_LARGE")


def test_movements_refuse(platform: Platform, issuer: Client, token: dict[str, str]) -> None:
    stranger = platform.onboard()
    mint = {"token": token, "receiver": issuer.party, "amount": "901"}
    refused(issuer.post("/v1/mints", mint), 422, "CAP_EXCEEDED")
    refused(stranger.post("/v1/mints", {**mint, "amount": "1"}), 403, "NOT_ALLOWED")
    move = {"token": token, "sender": issuer.party, "receiver": stranger.party, "amount": "1"}
    refused(issuer.post("/v1/transfers", {**move, "amount": "101"}), 422, "INSUFFICIENT_FUNDS")
    to_self = {**move, "receiver": issuer.party}
    refused(issuer.post("/v1/transfers", to_self), 422, "TRANSFER_TO_SELF")
    late = {**move, "execute_before": "2020-01-01T00:00:00Z"}
    refused(issuer.post("/v1/transfers", late), 422, "DEADLINE_TOO_EARLY")
    refused(stranger.post("/v1/transfers", move), 404, "NOT_FOUND")
    other = {**move, "token": {**token, "id": "NONE"}}
    refused(issuer.post("/v1/transfers", other), 404, "INSTRUMENT_UNKNOWN")
    burn = {"token": token, "owner": issuer.party, "amount": "101"}
    refused(issuer.post("/v1/burns", burn), 422, "INSUFFICIENT_FUNDS")
    assert balance(issuer, token) == ("100.0", "0.0")


def test_requests_refuse(platform: Platform, issuer: Client) -> None:
    bearer = {"Authorization": f"Bearer {issuer.token}"}
    sent = bearer | {"Content-Type": "application/json", "Idempotency-Key": "k"}
    http = platform.http
    refused(http.post("/v1/tokens", content="{", headers=sent), 400, "MALFORMED_JSON")
    refused(http.post("/v1/mints", json={}, headers=bearer), 400, "IDEMPOTENCY_KEY_MISSING")
    refused(http.get("/v1/nothing", headers=bearer), 404, "NOT_FOUND")
    refused(http.delete("/v1/tokens", headers=bearer), 405, "METHOD_NOT_ALLOWED")
    refused(http.get("/v1/tokens?cursor=abc", headers=bearer), 400, "CURSOR_REFUSED")
    for header in ("", "Basic abc", "Bearer", "Bearer a b", f"Bearer Bearer {issuer.token}", "x"):
        answer = http.get("/v1/me", headers={"Authorization": header})
        refused(answer, 401, "NOT_AUTHENTICATED")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
