"""The wallet SDK with registries of ours, for tokens that were made by our API.

Everything runs as `cantata up` starts it; issuers come in, create and mint over REST. No part of
the SDK is stood in for: what it asks is answered by the registry, from the projections of the
running ingestion, and what it builds from that is signed and recorded.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import httpx2

from cantata.ledger.client import LedgerClient
from cantata.ledger.settings import Settings
from tests.api.process import ROOT
from tests.faults.platform.processes import Platform, platform
from tests.wallet.conftest import SECRET, USER
from tests.wallet.issuing import await_offset, factory, issuer, mint
from tests.wallet.play import Stage, Told, build, token

SETTLEMENT = ROOT / "src" / "cantata" / "settlement" / "contract"
NAMES = ["alice", "bob", "venue"]
TOKENS = ("GOLD", "CASH")


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
    issuers = {name: issuer(http, name) for name in TOKENS}
    admins = {name: each.party for name, each in issuers.items()}
    urls = {name: f"{running.api_url}/registrars/{admin}" for name, admin in admins.items()}
    consents = {
        "alice": factory(urls["GOLD"], admins["GOLD"], "GOLD"),
        "bob": factory(urls["CASH"], admins["CASH"], "CASH"),
    }
    opened = stage.play("wallets", names=NAMES, consents=consents, **common)
    wallets = opened["wallets"]
    await_offset(urls["GOLD"], max(each["completionOffset"] for each in opened.all("consent")))
    mint(issuers["GOLD"], "GOLD", wallets["alice"]["party"], "100")
    mint(issuers["CASH"], "CASH", wallets["bob"]["party"], "1000")
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
    assert _sum(told["after withdrawal"]) == 73
    assert _sum(told["allocated again"]) == 66
    assert told["requests left"] == []
    assert _sum(told["at the end"]) == 73, "a cancelled trade gives back what was allocated"


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


async def _deploy(url: str, dar: bytes) -> None:
    async with LedgerClient(Settings(url=url, user_id=USER)) as ledger:
        await ledger.packages.deploy(dar)
