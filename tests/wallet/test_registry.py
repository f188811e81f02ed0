"""The wallet SDK with registries of ours, for tokens that were made by our API.

Everything runs as `cantata up` starts it; issuers come in, create and mint over REST. No part of
the SDK is stood in for: what it asks is answered by the registry, from the projections of the
running ingestion, and what it builds from that is signed and recorded.
"""

from __future__ import annotations

import asyncio
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2

from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from tests.api.platform.running import Client
from tests.api.process import ROOT
from tests.faults.platform.processes import Platform, platform
from tests.wallet.conftest import SECRET, USER
from tests.wallet.play import Stage, Told, build, token

SETTLEMENT = ROOT / "src" / "cantata" / "settlement" / "contract"
NAMES = ["alice", "bob", "venue"]
TOKENS = ("GOLD", "CASH")
HEARD_SECONDS_MAX = 30


def test_tokens_by_their_registries(stage: Stage, tmp_path: Path) -> None:
    with (
        platform(tmp_path) as running,
        httpx2.Client(base_url=running.api_url, timeout=60, trust_env=False) as http,
    ):
        asyncio.run(_deploy(running.ledger_url, build(SETTLEMENT, tmp_path).dar.read_bytes()))
        told = _play(stage, running, http)
    _check_transfers(told)
    _check_settlement(told)
    _check_history(told)


def _play(stage: Stage, running: Platform, http: httpx2.Client) -> Told:
    common = {"url": running.ledger_url, "token": token(SECRET, USER), "user": USER}
    issuers = {name: _issuer(http, name) for name in TOKENS}
    admins = {name: issuer.party for name, issuer in issuers.items()}
    urls = {name: f"{running.api_url}/registrars/{admin}" for name, admin in admins.items()}
    consents = {
        "alice": _factory(urls["GOLD"], admins["GOLD"], "GOLD"),
        "bob": _factory(urls["CASH"], admins["CASH"], "CASH"),
    }
    opened = stage.play("wallets", names=NAMES, consents=consents, **common)
    wallets = opened["wallets"]
    _await(urls["GOLD"], max(each["completionOffset"] for each in opened.all("consent")))
    _mint(issuers["GOLD"], "GOLD", wallets["alice"]["party"], "100")
    _mint(issuers["CASH"], "CASH", wallets["bob"]["party"], "1000")
    told = stage.play("registry", registries=urls, admins=admins, wallets=wallets, **common)
    assert told["assets"] == [[name, admins[name], urls[name]] for name in TOKENS]
    assert told["found"] == admins["GOLD"]
    supply = issuers["GOLD"].get(f"/v1/tokens/{admins['GOLD']}/GOLD/supply").json()
    assert (supply["supply"], supply["holdings"]) == ("100.0", "100.0")
    return told


def _check_transfers(told: Told) -> None:
    (held,) = told["holdings"]
    assert held["interfaceViewValue"]["amount"] == "100.0000000000"
    assert held["activeContract"]["createdEvent"]["createdEventBlob"]
    (offer,) = told["pending"]
    status = offer["interfaceViewValue"]["status"]
    assert status == {"tag": "TransferPendingReceiverAcceptance", "value": {}}
    assert told["locked"] == [["70.0000000000"], ["70.0000000000", "30.0000000000"]]
    assert told["after accept"] == [["70.0000000000"], ["30.0000000000"]]
    assert told["nothing pending"] == []
    assert "transfer instruction" in told["accept again"]["error"]
    free, waiting = told["after answers"]
    assert (_sum(free), waiting) == (Decimal(70), [])
    assert (told["expired"]["code"], told["expired"]["errorCategory"]) == ("DAML_FAILURE", 9)
    assert told["after direct"] == [0, ["20.0000000000"]]
    assert len(told["before merge"]) > 1
    assert told["after merge"] == ["80.0000000000"]
    assert "sufficient funds" in told["insufficient"]["message"]


def _check_settlement(told: Told) -> None:
    assert told["requests"] == [["cash", "gold"]]
    assert told["allocations"] == ["cash", "gold"]
    assert told["allocated"] == [["73.0000000000"], ["300.0000000000"]]
    alice, bob = told["after settlement"]
    assert list(map(_sum, alice)) == [73, 700]
    assert list(map(_sum, bob)) == [27, 300]
    assert told["allocations left"] == []
    assert _sum(told["at the end"]) == 73


def _check_history(told: Told) -> None:
    for name in ("alice", "bob"):
        history = told[f"history of {name}"]
        assert isinstance(history["nextOffset"], int)
        assert history["nextOffset"] > 0
    labels = {
        event["label"]["type"]
        for transaction in told["history of alice"]["transactions"]
        for event in transaction["events"]
    }
    assert {"Mint", "MergeSplit", "TransferOut", "TransferIn"} <= labels
    one = told["one transaction"]["events"][0]
    assert one["label"]["type"] == "TransferIn"
    assert told["settlement"]["updateId"] == told["settle"]["updateId"]
    assert told["event"][-1]["update"]["Transaction"]


def _sum(amounts: list[str]) -> Decimal:
    return sum(map(Decimal, amounts), Decimal(0))


def _issuer(http: httpx2.Client, symbol: str) -> Client:
    """Let an issuer in, and have her create her token."""
    body = {"email": f"{symbol.lower()}@example.com"}
    found = Client(http=http).post("/v1/onboarding", body).json()
    issuer = Client(http=http, token=found["session"]["access_token"], party=found["party"])
    wanted = {"issuer": issuer.party, "name": f"{symbol} coin", "symbol": symbol, "currency": "USD"}
    created = issuer.post("/v1/tokens", wanted)
    assert created.status_code == httpx2.codes.OK, created.text
    return issuer


def _await(url: str, offset: int) -> None:
    """Wait until the registry has heard of an offset."""
    end = time.monotonic() + HEARD_SECONDS_MAX
    while True:
        answer = httpx2.get(f"{url}/registry/metadata/v1/info", trust_env=False).raise_for_status()
        if int(answer.headers["x-ledger-offset"]) >= offset:
            return
        assert time.monotonic() < end, "ingestion does not get on"
        time.sleep(0.1)


def _mint(issuer: Client, symbol: str, receiver: str, amount: str) -> None:
    """Mint under the receiver's consent: the issuer acts alone."""
    named = {"admin": issuer.party, "id": symbol}
    body = {"token": named, "receiver": receiver, "amount": amount, "memo": "first issue"}
    minted = issuer.post("/v1/mints", body)
    assert minted.status_code == httpx2.codes.OK, minted.text


def _factory(url: str, admin: str, symbol: str) -> Any:
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


async def _deploy(url: str, dar: bytes) -> None:
    async with LedgerClient(Settings(url=url, user_id=USER)) as ledger:
        await ledger.packages.deploy(dar)
