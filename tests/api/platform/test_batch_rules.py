"""Batches obey what single requests obey: limits, pauses, caps; and racing ones stay whole."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_bad_input import refused
from tests.api.platform.test_story import new_token

ALL, EACH = "all_or_nothing", "per_row"


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


@pytest.fixture
def token(issuer: Client) -> dict[str, str]:
    return new_token(issuer, f"R{uuid.uuid4().hex[:8]}", cap="100")


def ask(caller: Client, token: dict[str, str], kind: str, mode: str, *rows: Any) -> Any:
    body = {"operation": kind, "mode": mode, "token": token, "rows": list(rows)}
    return caller.post("/v1/batches", body, wait=30)


def mint(receiver: Client, amount: str) -> dict[str, str]:
    return {"receiver": receiver.party, "amount": amount}


def supply(caller: Client, token: dict[str, str]) -> Any:
    return caller.get(f"/v1/tokens/{token['admin']}/{token['id']}/supply").json()


def set_limits(issuer: Client, token: dict[str, str], **limits: Any) -> None:
    body = {"reason": "test", **limits}
    path = f"/v1/tokens/{token['admin']}/{token['id']}/limits"
    answer = issuer.post(path, body)
    assert answer.status_code == 200, answer.text


def test_limits_count_the_rows_above(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    alice, bob = platform.onboard(), platform.onboard()
    set_limits(issuer, token, balance="10", holders=1)
    over = refused(ask(issuer, token, "mint", ALL, mint(alice, "6"), mint(alice, "6")), 422,
                   "BATCH_REFUSED")  # fmt: skip
    assert [(e["line"], e["code"]) for e in over["errors"]] == [(2, "BALANCE_LIMIT")]
    many = ask(issuer, token, "mint", EACH, mint(alice, "6"), mint(bob, "1"), mint(alice, "4"))
    assert many.status_code == 200, many.text
    found = many.json()
    assert found["counts"] == {"refused": 1, "under_way": 0, "completed": 2, "failed": 0}
    rows = issuer.get(f"/v1/batches/{found['id']}/rows", state="refused").json()["items"]
    assert [(r["line"], r["errors"][0]["code"]) for r in rows] == [(2, "HOLDER_LIMIT")]
    pay = {"sender": alice.party, "receiver": issuer.party, "amount": "1"}
    set_limits(issuer, token, volume="1", window_seconds=3_600)
    volume = refused(ask(alice, token, "transfer", ALL, pay, pay), 422, "BATCH_REFUSED")
    assert [(e["line"], e["code"]) for e in volume["errors"]] == [(2, "VOLUME_LIMIT")]
    assert supply(issuer, token)["supply"] == "10.0"


def test_what_is_paused_is_paused_for_batches(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    assert ask(issuer, token, "mint", ALL, mint(issuer, "10")).status_code == 200
    path = f"/v1/tokens/{token['admin']}/{token['id']}"
    paused = issuer.post(f"{path}:pause", {"operations": ["mint", "transfer"], "reason": "test"})
    assert paused.status_code == 200, paused.text
    found = refused(ask(issuer, token, "mint", ALL, mint(issuer, "1")), 422, "BATCH_REFUSED")
    assert found["errors"][0]["code"] == "OPERATION_PAUSED"
    pay = {"sender": issuer.party, "receiver": platform.onboard().party, "amount": "1"}
    each = ask(issuer, token, "transfer", EACH, pay)
    assert each.json()["counts"]["refused"] == 1, each.text
    assert supply(issuer, token)["supply"] == "10.0"


def test_racing_batches_stay_whole(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    """Each fits under the cap alone and not beside another: one is minted whole, the rest not."""
    receivers = [platform.onboard() for _ in range(3)]

    def race(number: int) -> int:
        rows = [mint(each, "20") for each in receivers]
        return int(ask(issuer, token, "mint", ALL, *rows).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(race, range(4)))
    until = time.monotonic() + 30
    while supply(issuer, token)["supply"] == "0.0" and time.monotonic() < until:
        time.sleep(0.2)
    found = supply(issuer, token)
    assert (found["supply"], found["conserved"]) == ("60.0", True), statuses
    assert all(status in (200, 422) for status in statuses), statuses
    assert statuses.count(200) == 1


def test_racing_payments_of_one_holding(
    platform: Platform, issuer: Client, token: dict[str, str]
) -> None:
    alice = platform.onboard()
    assert ask(issuer, token, "mint", ALL, mint(alice, "50")).status_code == 200
    pay = {"sender": alice.party, "receiver": issuer.party, "amount": "10"}

    def race(number: int) -> int:
        return int(ask(alice, token, "transfer", ALL, pay, pay).status_code)

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(race, range(4)))
    assert statuses.count(200) == 2, statuses
    held = alice.get("/v1/balances", admin=token["admin"], symbol=token["id"]).json()["items"]
    assert held[0]["free"] == "10.0", "what is offered is locked"
    assert supply(issuer, token)["conserved"]
