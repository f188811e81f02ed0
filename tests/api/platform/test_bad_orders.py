"""Bad orders of issuers and holders: a typed problem, and nothing changes."""

from __future__ import annotations

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_bad_input import NAMESPACE, refused
from tests.api.platform.test_story import balance, new_token
from tests.api.platform.unchanged import nothing_changes


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def holder(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture(scope="module")
def token(issuer: Client) -> dict[str, str]:
    found = new_token(issuer, "SAFE", cap="1000")
    body = {"token": found, "receiver": issuer.party, "amount": "100"}
    assert issuer.post("/v1/mints", body).status_code == 200
    return found


def test_bad_creations_make_no_token(issuer: Client, token: dict[str, str]) -> None:
    body = {"issuer": issuer.party, "name": "A", "symbol": "NEW", "currency": "USD"}
    with nothing_changes(issuer, token):
        large = {**body, "meta": {"a": "x" * 1_000_000}}
        refused(issuer.post("/v1/tokens", large), 413, "BODY_TOO_LARGE")
        long_ = {**body, "meta": {"a": "x" * 1_001}}
        refused(issuer.post("/v1/tokens", long_), 422, "VALIDATION_FAILED")
        many = {**body, "meta": {f"k{n}": "v" for n in range(51)}}
        refused(issuer.post("/v1/tokens", many), 422, "VALIDATION_FAILED")
        refused(issuer.post("/v1/tokens", {**body, "currency": "XYZ"}), 422, "CURRENCY_UNKNOWN")
        refused(issuer.post("/v1/tokens", {**body, "currency": "usd"}), 422, "CURRENCY_UNKNOWN")
        refused(issuer.post("/v1/tokens", {**body, "symbol": "SAFE"}), 409, "SYMBOL_TAKEN")
        refused(issuer.post("/v1/tokens", {**body, "decimals": 11}), 422, "VALIDATION_FAILED")
        refused(issuer.post("/v1/tokens", {**body, "cap": "0"}), 422, "AMOUNT_NOT_POSITIVE")
    other = issuer.get(f"/v1/tokens/{issuer.party}/NEW")
    refused(other, 404, "INSTRUMENT_UNKNOWN")


def test_another_issuer_may_use_the_symbol(platform: Platform, token: dict[str, str]) -> None:
    assert new_token(platform.onboard(), token["id"])["id"] == token["id"]


def test_bad_transfers_move_nothing(
    platform: Platform, issuer: Client, holder: Client, token: dict[str, str]
) -> None:
    body = {"token": token, "sender": issuer.party, "receiver": holder.party, "amount": "60"}
    assert issuer.post("/v1/transfers", body).status_code == 200
    unlisted = {**body, "amount": "1", "receiver": f"bob::{NAMESPACE}"}
    with nothing_changes(issuer, token):
        free = balance(issuer, token)[0]
        assert float(free) < 60, "the offer has locked the rest"
        refused(issuer.post("/v1/transfers", body), 422, "INSUFFICIENT_FUNDS")
        to_self = {**body, "amount": "1", "receiver": issuer.party}
        refused(issuer.post("/v1/transfers", to_self), 422, "TRANSFER_TO_SELF")
        refused(issuer.post("/v1/transfers", unlisted), 422, "PARTY_UNKNOWN")
        late = {**body, "amount": "1", "execute_before": "2020-01-01T00:00:00Z"}
        refused(issuer.post("/v1/transfers", late), 422, "DEADLINE_TOO_EARLY")
        never = {**body, "amount": "1", "execute_before": "tomorrow"}
        refused(issuer.post("/v1/transfers", never), 422, "INVALID_FIELD")
        foreign = {**body, "amount": "1", "sender": holder.party}
        refused(issuer.post("/v1/transfers", foreign), 404, "NOT_FOUND")


def test_wrong_roles_do_nothing(
    platform: Platform, issuer: Client, holder: Client, token: dict[str, str]
) -> None:
    mint = {"token": token, "receiver": holder.party, "amount": "1"}
    with nothing_changes(issuer, token):
        refused(holder.post("/v1/mints", mint), 403, "NOT_ALLOWED")
        over = {**mint, "amount": "1000"}
        refused(issuer.post("/v1/mints", over), 422, "CAP_EXCEEDED")
        burn = {"token": token, "owner": issuer.party, "amount": "1"}
        refused(holder.post("/v1/burns", burn), 403, "NOT_ALLOWED")
        others = {**burn, "owner": platform.onboard().party}
        refused(holder.post("/v1/burns", others), 404, "NOT_FOUND")
        nobody = {**mint, "receiver": f"bob::{NAMESPACE}"}
        refused(issuer.post("/v1/mints", nobody), 422, "PARTY_UNKNOWN")
