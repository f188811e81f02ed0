"""Updates over a WebSocket: woken up by each commit, of what the parties may see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.api.market import Market, opened
from tests.api.process import Sandbox

AUTH = Subprotocol("daml.ws.auth")


@pytest.fixture(scope="module")
def market(sandbox: Sandbox, shared: Path) -> Market:
    return opened(sandbox, shared)


def following(market: Market, party: str) -> dict[str, Any]:
    case = {"WildcardFilter": {"value": {"includeCreatedEventBlob": False}}}
    filters = {party: {"cumulative": [{"identifierFilter": case}]}}
    transactions = {
        "eventFormat": {"filtersByParty": filters, "verbose": True},
        "transactionShape": "TRANSACTION_SHAPE_ACS_DELTA",
    }
    begin = market.sandbox.get("/v2/state/ledger-end").json["offset"]
    return {"beginExclusive": begin, "updateFormat": {"includeTransactions": transactions}}


def test_a_stream_is_woken_up(market: Market) -> None:
    market.issue("before")
    address = f"ws://{market.sandbox.host}:{market.sandbox.port}/v2/updates"
    with connect(address, subprotocols=[AUTH]) as stream:
        stream.send(json.dumps(following(market, market.bob)))
        assert "OffsetCheckpoint" in json.loads(stream.recv(10))["update"]
        market.issue("hidden")
        shown = market.issue("shown", market.bob)
        update = json.loads(stream.recv(10))["update"]["Transaction"]["value"]
        assert (update["updateId"], update["commandId"]) == (shown["updateId"], "")
