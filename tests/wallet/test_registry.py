"""The wallet SDK with registries of ours, for tokens that our own automation has made.

No part of the SDK is stood in for: what it asks is answered by the registry over HTTP, from the
projections of a running ingestion, and what it builds from that is signed and recorded.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from cantata.storage.database import Database
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.registry.api import registry_app
from tests.api.process import ROOT
from tests.integration.tokens.loop import Loop, looping
from tests.integration.world import token_ledger
from tests.wallet.conftest import SECRET, USER
from tests.wallet.play import Stage, Told, build, token

SETTLEMENT = ROOT / "src" / "cantata" / "settlement" / "contract"
NAMES = ["alice", "bob", "venue"]


def test_tokens_by_their_registries(
    stage: Stage, database_settings: DatabaseSettings, token_dar: Path, tmp_path: Path
) -> None:
    with token_ledger(tmp_path, token_dar) as ledger:
        told = asyncio.run(_play(stage, database_settings, ledger.url, tmp_path))
    _check_transfers(told)
    _check_settlement(told)
    _check_history(told)


async def _play(stage: Stage, settings: DatabaseSettings, url: str, folder: Path) -> Told:
    common = {"url": url, "token": token(SECRET, USER), "user": USER}
    async with looping(settings, url) as loop, _serving(loop.database) as registry:
        await loop.ledger.packages.deploy(build(SETTLEMENT, folder).dar.read_bytes())
        tokens = {name: await _token(loop, name) for name in ("GOLD", "CASH")}
        urls = {name: f"{registry}/registrars/{of['admin']}" for name, of in tokens.items()}
        consents = {
            "alice": await _factory(urls["GOLD"], tokens["GOLD"]),
            "bob": await _factory(urls["CASH"], tokens["CASH"]),
        }
        opened = await asyncio.to_thread(
            stage.play, "wallets", names=NAMES, consents=consents, **common
        )
        wallets = opened["wallets"]
        await loop.ingested(max(each["completionOffset"] for each in opened.all("consent")))
        await _mint(loop, tokens["GOLD"], wallets["alice"]["party"], "100")
        await _mint(loop, tokens["CASH"], wallets["bob"]["party"], "1000")
        told = await asyncio.to_thread(
            stage.play,
            "registry",
            registries=urls,
            admins={name: of["admin"] for name, of in tokens.items()},
            wallets=wallets,
            **common,
        )
    assert told["assets"] == [
        [name, tokens[name]["admin"], urls[name]] for name in ("GOLD", "CASH")
    ]
    assert told["found"] == tokens["GOLD"]["admin"]
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


async def _token(loop: Loop, name: str) -> dict[str, str]:
    return await loop.token(await loop.party(f"issuer-{name.lower()}"), name)


async def _mint(loop: Loop, of: dict[str, str], receiver: str, amount: str) -> None:
    """Mint under the receiver's consent: the issuer acts alone."""
    await loop.do(
        "tokens.mint", (of["admin"],), receiver=receiver, amount=amount, memo="first issue", **of
    )


async def _factory(url: str, of: dict[str, str]) -> Any:
    """Give the factory of an instrument as its registry discloses it."""
    party = of["admin"]
    times = {"requestedAt": "2026-01-01T00:00:00Z", "executeBefore": "2099-01-01T00:00:00Z"}
    empty: dict[str, Any] = {"values": {}}
    transfer = {
        "sender": party,
        "receiver": party,
        "amount": "1",
        "instrumentId": {"admin": party, "id": of["instrument"]},
        "inputHoldingCids": [],
        "meta": empty,
        **times,
    }
    arguments = {
        "expectedAdmin": party,
        "transfer": transfer,
        "extraArgs": {"context": empty, "meta": empty},
    }
    body = {"choiceArguments": arguments, "excludeDebugFields": True}
    async with httpx2.AsyncClient() as http:
        path = "/registry/transfer-instruction/v1/transfer-factory"
        answer = (await http.post(url + path, json=body)).raise_for_status().json()
    shown = answer["choiceContext"]["disclosedContracts"]
    return next(each for each in shown if each["contractId"] == answer["factoryId"])


@asynccontextmanager
async def _serving(database: Database) -> AsyncIterator[str]:
    """Serve the registry on a free port; give its address."""
    app = registry_app(database)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
