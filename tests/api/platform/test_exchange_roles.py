"""Every route of the exchange refuses who has no role for it, and lets pass who has."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from cantata.api.app import described
from tests.api.platform.exchange import V1, House, opened
from tests.api.platform.running import Client, Platform

SOME = str(uuid.uuid4())
REASON = {"reason": "because"}
PARTY = "nobody::1220" + "ab" * 32
TOKEN = {"admin": PARTY, "id": "NONE"}
LISTED = {"instrument": TOKEN, "packages": ["p"], **REASON}
ORDER = {"account": SOME, "instrument": TOKEN, "amount": "1", "receiver": PARTY}

DAR = {"admin": PARTY, "package": "p", **REASON}

READS = (
    *("preapprovals", "treasuries/{party}/rewards"),
    *("treasuries", "treasuries/{party}", "registries", "instruments", "accounts"),
    *("accounts/{account}", "accounts/{account}/balances", "accounts/{account}/statement"),
    *("deposits", "suspense", "deposits/{deposit}", "deposits/{deposit}/proof", "stuck"),
    *("withdrawals", "withdrawals/{withdrawal}", "withdrawals/{withdrawal}/proof"),
    *("journal", "journal/totals", "operations", "webhooks", "webhooks/{webhook}"),
    "dars",
    *("webhooks/{webhook}/deliveries", "webhooks/{webhook}/deliveries/{delivery}"),
)
ASSISTS: dict[str, Any] = {
    "deposits/{deposit}:attribute": {"account": SOME, **REASON},
    "deposits/{deposit}:admit": REASON,
    "deposits/{deposit}:retry": REASON,
    "withdrawals/{withdrawal}:attribute": {"account": SOME, **REASON},
    "webhooks/{webhook}:replay": None,
    "webhooks/{webhook}/deliveries/{delivery}:replay": None,
}
OPERATES: dict[str, Any] = {
    "treasuries": {"party": PARTY, "name": "main"},
    "treasuries/{party}:enable-withdrawals": REASON,
    "treasuries/{party}:disable-withdrawals": REASON,
    "treasuries/{party}:reward": {"mode": "traffic", **REASON},
    "preapprovals": {"treasury": PARTY, "instrument": TOKEN, **REASON},
    "preapprovals:drop": {"treasury": PARTY, "instrument": TOKEN, **REASON},
    "registries": {"admin": PARTY, "url": "https://registry.invalid", **REASON},
    "instruments": LISTED,
    "instruments:change": {"instrument": TOKEN, **REASON},
    "instruments:refresh": {"instrument": TOKEN, **REASON},
    "accounts": {"reference": "x", "treasury": PARTY},
    "accounts/{account}:open": REASON,
    "accounts/{account}:block": REASON,
    "accounts/{account}:close": REASON,
    "deposits/{deposit}:refund": REASON,
    "withdrawals": ORDER,
    "dars": None,
    "withdrawals/{withdrawal}:cancel": None,
    "webhooks": {"url": "https://example.com/hook"},
    "webhooks/{webhook}:rotate": {},
    "webhooks/{webhook}:pause": None,
    "webhooks/{webhook}:resume": None,
    "webhooks/{webhook}:remove": None,
}
CALLS = (
    *(("GET", path, None) for path in READS),
    *(("POST", path, body) for path, body in (*ASSISTS.items(), *OPERATES.items())),
)


@pytest.fixture(scope="module")
def house(platform: Platform) -> House:
    return opened(platform, "ROLES")


def asked(client: Client, method: str, path: str, body: Any) -> int:
    place = re.sub(r"\{party\}", PARTY, path)
    place = re.sub(r"\{[a-z]+\}", SOME, place)
    if method == "GET":
        return client.get(f"{V1}/{place}").status_code
    named = DAR if path == "dars" else {}
    return client.post(f"{V1}/{place}", body, wait=0, dry_run="true", **named).status_code


def test_the_calls_are_all_there_are() -> None:
    routes = {
        (method.upper(), path.removeprefix(f"{V1}/"))
        for path, operations in described()["paths"].items()
        if path.startswith(f"{V1}/")
        for method in operations
    }
    assert {(method, path) for method, path, _ in CALLS} == routes


@pytest.mark.parametrize("method, path, body", CALLS)
def test_who_may(
    platform: Platform, house: House, method: str, path: str, body: dict[str, Any] | None
) -> None:
    allowed = {house.operator.user}
    if method == "GET":
        allowed |= {house.support.user, house.reader.user}
    if path in ASSISTS:
        allowed.add(house.support.user)
    assert asked(platform.anonymous(), method, path, body) == 401
    for client in (house.nobody, house.reader, house.support, house.operator):
        status = asked(client, method, path, body)
        if client.user in allowed:
            assert status in {200, 404, 409, 422}, (status, path)
        else:
            assert status == 403, (status, path)
    assert asked(platform.administrator(), method, path, body) == 403


def test_only_an_operator_bears_a_shortfall(house: House) -> None:
    body = {"account": SOME, "bear_shortfall": True, **REASON}
    path = f"{V1}/withdrawals/{SOME}:attribute"
    assert house.support.post(path, body).json()["code"] == "NOT_ALLOWED"
    assert house.operator.post(path, body).json()["code"] == "WITHDRAWAL_UNKNOWN"


def test_a_treasury_is_a_party_of_ones_own(platform: Platform, house: House) -> None:
    body = {"party": house.wallet.party, "name": "theirs"}
    refused = house.operator.post(f"{V1}/treasuries", body)
    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")


def test_keys_are_bounded_to_paying_so_much(platform: Platform, house: House) -> None:
    named = f"{house.token['admin']}/{house.token['id']}"
    scopes = [{"operation": "exchange.withdraw", "token": named, "ceiling": "5"}]
    key = house.operator.post("/v1/keys", {"name": "payer", "scopes": scopes}).json()["secret"]
    robot = Client(http=platform.http, token=key)
    over = robot.post(f"{V1}/withdrawals", house.order("5.01"))
    assert (over.status_code, over.json()["code"]) == (403, "NOT_ALLOWED")
    within = robot.post(f"{V1}/withdrawals", house.order("5"))
    assert within.json()["code"] == "BALANCE_TOO_LOW", within.text
    assert robot.get(f"{V1}/accounts").status_code == 403
    assert robot.get(f"{V1}/deposits").status_code == 403


def test_a_role_that_was_taken_lets_nothing_pass(platform: Platform, house: House) -> None:
    clerk = platform.onboard()
    grant = {"role": "EXCHANGE_READER", "user": clerk.user}
    assert house.operator.post("/v1/roles:grant", grant).status_code == 403
    assert platform.administrator().post("/v1/roles:grant", grant).status_code == 200
    assert clerk.get(f"{V1}/treasuries").status_code == 200
    assert platform.administrator().post("/v1/roles:revoke", grant).status_code == 200
    assert clerk.get(f"{V1}/treasuries").status_code == 403
