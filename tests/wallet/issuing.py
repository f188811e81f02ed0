"""What issuers do over REST: come in, create and mint; and what their registries disclose."""

from __future__ import annotations

import time
from typing import Any

import httpx2

from tests.api.platform.running import Client

HEARD_SECONDS_MAX = 120


def issuer(http: httpx2.Client, symbol: str) -> Client:
    """Let an issuer in, and have her create her token."""
    body = {"email": f"{symbol.lower()}@example.com"}
    found = Client(http=http).post("/v1/onboarding", body).json()
    client = Client(http=http, token=found["session"]["access_token"], party=found["party"])
    wanted = {"issuer": client.party, "name": f"{symbol} coin", "symbol": symbol, "currency": "USD"}
    created = client.post("/v1/tokens", wanted)
    assert created.status_code == httpx2.codes.OK, created.text
    return client


def await_offset(url: str, offset: int) -> None:
    """Wait until the registry has heard of an offset."""
    end = time.monotonic() + HEARD_SECONDS_MAX
    while True:
        answer = httpx2.get(f"{url}/registry/metadata/v1/info", trust_env=False).raise_for_status()
        if int(answer.headers["x-ledger-offset"]) >= offset:
            return
        assert time.monotonic() < end, "ingestion does not get on"
        time.sleep(0.1)


def mint(by: Client, symbol: str, receiver: str, amount: str) -> None:
    """Mint under the receiver's consent: the issuer acts alone."""
    named = {"admin": by.party, "id": symbol}
    body = {"token": named, "receiver": receiver, "amount": amount, "memo": "first issue"}
    minted = by.post("/v1/mints", body)
    assert minted.status_code == httpx2.codes.OK, minted.text


def factory(url: str, admin: str, symbol: str) -> Any:
    """Give the factory of an instrument as its registry discloses it."""
    times = {"requestedAt": "2026-01-01T00:00:00Z", "executeBefore": "2099-01-01T00:00:00Z"}
    empty: dict[str, Any] = {"values": {}}
    transfer = {
        "sender": admin,
        "receiver": admin,
        "amount": "1",
        "instrumentId": {"admin": admin, "id": symbol},
        "inputHoldingCids": [],
        "meta": empty,
        **times,
    }
    arguments = {
        "expectedAdmin": admin,
        "transfer": transfer,
        "extraArgs": {"context": empty, "meta": empty},
    }
    body = {"choiceArguments": arguments, "excludeDebugFields": True}
    path = "/registry/transfer-instruction/v1/transfer-factory"
    answer = httpx2.post(url + path, json=body, trust_env=False).raise_for_status().json()
    shown = answer["choiceContext"]["disclosedContracts"]
    return next(each for each in shown if each["contractId"] == answer["factoryId"])
