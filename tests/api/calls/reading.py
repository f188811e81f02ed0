"""Calls of what reads the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.api.calls.call import READERS, USERS, Call, at, with_body
from tests.api.scene import Scene, events, transactions, updates

UNKNOWN = "1220" + "0" * 64
UNKNOWN_CONTRACT = "00" + "0" * 64 + "ca111220" + "0" * 64


def _acs(scene: Scene) -> dict[str, Any]:
    return {"activeAtOffset": scene.end(), "eventFormat": events(scene.alice)}


def _updates(scene: Scene) -> dict[str, Any]:
    begin = scene.asset["offset"] - 1
    return {
        "beginExclusive": begin,
        "endInclusive": begin + 1,
        "updateFormat": updates(scene.alice),
    }


def _legacy(scene: Scene) -> dict[str, Any]:
    begin = scene.asset["offset"] - 1
    filters: dict[str, Any] = {"filtersByParty": {scene.alice: {"cumulative": []}}}
    return {
        "beginExclusive": begin,
        "endInclusive": begin + 1,
        "filter": filters,
        "verbose": True,
    }


def _page(scene: Scene) -> dict[str, Any]:
    return {
        "beginOffsetExclusive": 0,
        "endOffsetInclusive": scene.asset["offset"],
        "updateFormat": updates(scene.alice),
    }


STATE: Mapping[str, Call] = {
    "GET /v2/state/ledger-end": Call(at("/v2/state/ledger-end"), USERS),
    "GET /v2/state/latest-pruned-offsets": Call(at("/v2/state/latest-pruned-offsets"), USERS),
    "GET /v2/state/connected-synchronizers": Call(
        at("/v2/state/connected-synchronizers"),
        USERS,
        at("/v2/state/connected-synchronizers?party=%21"),
    ),
    "POST /v2/state/active-contracts": Call(
        with_body("/v2/state/active-contracts?limit=5", _acs),
        READERS,
        at("/v2/state/active-contracts", {"activeAtOffset": 0}),
    ),
    "POST /v2/state/active-contracts-page": Call(
        with_body("/v2/state/active-contracts-page", _acs),
        READERS,
        with_body(
            "/v2/state/active-contracts-page", lambda scene: {**_acs(scene), "pageToken": "AAAA"}
        ),
    ),
}

UPDATES: Mapping[str, Call] = {
    "POST /v2/updates": Call(
        with_body("/v2/updates", _updates),
        READERS,
        with_body("/v2/updates", lambda scene: {**_updates(scene), "beginExclusive": -1}),
    ),
    "POST /v2/updates/flats": Call(
        with_body("/v2/updates/flats", _legacy),
        READERS,
        with_body("/v2/updates/flats", lambda scene: {**_legacy(scene), "beginExclusive": -1}),
    ),
    "POST /v2/updates/trees": Call(
        with_body("/v2/updates/trees", _legacy),
        READERS,
        with_body("/v2/updates/trees", lambda scene: {**_legacy(scene), "beginExclusive": -1}),
    ),
    "POST /v2/updates/get-updates-page": Call(
        with_body("/v2/updates/get-updates-page", _page),
        READERS,
        with_body(
            "/v2/updates/get-updates-page", lambda scene: {**_page(scene), "pageToken": "AAAA"}
        ),
    ),
    "POST /v2/updates/update-by-offset": Call(
        with_body(
            "/v2/updates/update-by-offset",
            lambda scene: {
                "offset": scene.asset["offset"],
                "updateFormat": updates(scene.alice),
            },
        ),
        READERS,
        with_body(
            "/v2/updates/update-by-offset",
            lambda scene: {"offset": 2**40, "updateFormat": updates(scene.alice)},
        ),
        404,
    ),
    "POST /v2/updates/update-by-id": Call(
        with_body(
            "/v2/updates/update-by-id",
            lambda scene: {
                "updateId": scene.asset["updateId"],
                "updateFormat": updates(scene.alice),
            },
        ),
        READERS,
        with_body(
            "/v2/updates/update-by-id",
            lambda scene: {"updateId": UNKNOWN, "updateFormat": updates(scene.alice)},
        ),
        404,
    ),
    "POST /v2/updates/transaction-by-offset": Call(
        with_body(
            "/v2/updates/transaction-by-offset",
            lambda scene: {
                "offset": scene.asset["offset"],
                "transactionFormat": transactions(scene.alice),
            },
        ),
        READERS,
        with_body(
            "/v2/updates/transaction-by-offset",
            lambda scene: {"offset": 0, "transactionFormat": transactions(scene.alice)},
        ),
    ),
    "POST /v2/updates/transaction-by-id": Call(
        with_body(
            "/v2/updates/transaction-by-id",
            lambda scene: {
                "updateId": scene.asset["updateId"],
                "transactionFormat": transactions(scene.alice),
            },
        ),
        READERS,
        with_body(
            "/v2/updates/transaction-by-id",
            lambda scene: {
                "updateId": UNKNOWN,
                "transactionFormat": transactions(scene.alice),
            },
        ),
        404,
    ),
    "GET /v2/updates/transaction-tree-by-offset/{offset}": Call(
        lambda scene: (
            f"/v2/updates/transaction-tree-by-offset/{scene.asset['offset']}?parties={scene.alice}",
            None,
        ),
        READERS,
        at("/v2/updates/transaction-tree-by-offset/x"),
    ),
    "GET /v2/updates/transaction-tree-by-id/{update-id}": Call(
        lambda scene: (
            f"/v2/updates/transaction-tree-by-id/{scene.asset['updateId']}?parties={scene.alice}",
            None,
        ),
        READERS,
        lambda scene: (
            f"/v2/updates/transaction-tree-by-id/{UNKNOWN}?parties={scene.alice}",
            None,
        ),
        404,
    ),
    "POST /v2/events/events-by-contract-id": Call(
        with_body(
            "/v2/events/events-by-contract-id",
            lambda scene: {"contractId": scene.contract_id, "eventFormat": events(scene.alice)},
        ),
        READERS,
        with_body(
            "/v2/events/events-by-contract-id",
            lambda scene: {"contractId": UNKNOWN_CONTRACT, "eventFormat": events(scene.alice)},
        ),
        404,
    ),
    "POST /v2/contracts/contract-by-id": Call(
        with_body(
            "/v2/contracts/contract-by-id",
            lambda scene: {"contractId": scene.contract_id, "queryingParties": [scene.alice]},
        ),
        READERS,
        with_body(
            "/v2/contracts/contract-by-id",
            lambda scene: {"contractId": UNKNOWN_CONTRACT, "queryingParties": [scene.alice]},
        ),
        404,
    ),
}
