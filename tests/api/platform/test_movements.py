"""What movements leave behind, over REST: no dust, no difference, nothing for strangers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from cantata.storage.database import Database
from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import balance, new_token

TINY = 100
"""Holdings that one split makes."""


@pytest.fixture(scope="module")
def issuer(platform: Platform) -> Client:
    return platform.onboard()


def minted(issuer: Client, token: dict[str, str], receiver: Client, amount: str) -> None:
    body = {"token": token, "receiver": receiver.party, "amount": amount}
    assert issuer.post("/v1/mints", body).status_code == 200


def agreed(receiver: Client, token: dict[str, str]) -> None:
    body = {"token": token, "receiver": receiver.party}
    assert receiver.post("/v1/preapprovals", body).status_code == 200


def sent(sender: Client, token: dict[str, str], receiver: Client, amount: str) -> Any:
    parties = {"sender": sender.party, "receiver": receiver.party}
    return sender.post("/v1/transfers", {"token": token, **parties, "amount": amount}, wait=30)


def holdings(client: Client, token: dict[str, str]) -> list[dict[str, Any]]:
    """Give all holdings of a client, page by page."""
    found: list[dict[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        named = {"admin": token["admin"], "symbol": token["id"], **more}
        page = client.get("/v1/holdings", limit=200, **named).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        more = {"cursor": page["next_cursor"]}


def supply(issuer: Client, token: dict[str, str]) -> Decimal:
    found = issuer.get(f"/v1/tokens/{token['admin']}/{token['id']}/supply").json()
    assert found["supply"] == found["holdings"]
    return Decimal(found["supply"])


def rows(platform: Platform, statement: str, **given: Any) -> Any:
    async def look() -> Any:
        async with Database(platform.stored) as database, database.read() as session:
            return await session.all(text(statement), given)

    return asyncio.run(look())


def test_the_full_balance_leaves_nothing_behind(platform: Platform, issuer: Client) -> None:
    alice, bob = platform.onboard(), platform.onboard()
    token = new_token(issuer, "FULL")
    agreed(bob, token)
    minted(issuer, token, alice, "12.34")
    minted(issuer, token, alice, "0.66")
    assert sent(alice, token, bob, "13.00").status_code == 200
    assert holdings(alice, token) == []
    assert balance(alice, token) == ("0", "0")
    assert [each["amount"] for each in holdings(bob, token)] == ["13.0"]
    assert rows(platform, "SELECT 1 FROM holdings WHERE amount <= 0") == []


def test_both_burns_reduce_the_supply_by_what_is_burned(platform: Platform, issuer: Client) -> None:
    alice, token = platform.onboard(), new_token(issuer, "ASH")
    minted(issuer, token, alice, "10.00")
    minted(issuer, token, issuer, "5.00")
    before = supply(issuer, token)
    for owner, amount in ((alice, "2.50"), (issuer, "1.25")):
        body = {"token": token, "owner": owner.party, "amount": amount}
        assert owner.post("/v1/burns", body).status_code == 200
        after = supply(issuer, token)
        assert before - after == Decimal(amount)
        before = after


def test_five_hundred_tiny_holdings_pay_in_one_call(platform: Platform, issuer: Client) -> None:
    alice, bob = platform.onboard(), platform.onboard()
    token = new_token(issuer, "DUST")
    agreed(bob, token)
    for _ in range(5):
        minted(issuer, token, alice, "1.00")
        split = {"token": token, "owner": alice.party, "amounts": ["0.01"] * TINY}
        assert alice.post("/v1/rearrangements", split, wait=30).status_code == 200
    assert len(holdings(alice, token)) == 5 * TINY
    paid = sent(alice, token, bob, "4.98")
    assert paid.status_code == 200, paid.text
    assert balance(bob, token) == ("4.98", "0.0")
    assert balance(alice, token) == ("0.02", "0.0")
    made = rows(
        platform,
        "SELECT count(*) AS made FROM holdings WHERE instrument = 'DUST' AND admin = :admin"
        " AND created_offset = :offset AND archived_offset IS DISTINCT FROM :offset",
        admin=token["admin"],
        offset=paid.json()["offset"],
    )
    assert made[0].made <= 2
    assert supply(issuer, token) == Decimal(5)


def test_two_at_once_that_fit_both_succeed(platform: Platform, issuer: Client) -> None:
    alice, bob = platform.onboard(), platform.onboard()
    token = new_token(issuer, "FIT")
    agreed(bob, token)
    minted(issuer, token, alice, "10.00")
    answers = at_once(lambda: sent(alice, token, bob, "5.00"), lambda: sent(alice, token, bob, "5"))
    assert [each.status_code for each in answers] == [200, 200]
    assert balance(bob, token) == ("10.0", "0.0")
    assert holdings(alice, token) == []


def test_of_two_at_once_that_do_not_fit_one_succeeds(platform: Platform, issuer: Client) -> None:
    alice, bob = platform.onboard(), platform.onboard()
    token = new_token(issuer, "TIGHT")
    agreed(bob, token)
    minted(issuer, token, alice, "10.00")
    answers = at_once(lambda: sent(alice, token, bob, "6.00"), lambda: sent(alice, token, bob, "6"))
    assert sorted(each.status_code for each in answers) == [200, 422]
    refused = next(each for each in answers if each.status_code == 422)
    assert refused.json()["code"] == "INSUFFICIENT_FUNDS"
    assert balance(bob, token) == ("6.0", "0.0")
    assert balance(alice, token) == ("4.0", "0.0")


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def test_strangers_see_nothing(platform: Platform, issuer: Client) -> None:
    """Neither holdings, offers and movements of others, nor who holds a token."""
    alice, bob, eve = (platform.onboard() for _ in range(3))
    token = new_token(issuer, "QUIET")
    minted(issuer, token, alice, "5.00")
    offered = sent(alice, token, bob, "1.00").json()
    offer, operation = offered["result"]["offer"], offered["id"]
    for path in ("/v1/holdings", "/v1/balances", "/v1/offers", "/v1/transactions"):
        assert eve.get(path).json()["items"] == [], path
        assert eve.get(path, party=alice.party).status_code == 404, path
    assert eve.get(f"/v1/operations/{operation}").status_code == 404
    for how, party in (("accept", bob), ("reject", bob), ("withdraw", alice)):
        answer = eve.post(f"/v1/offers/{offer}:{how}")
        assert (answer.status_code, answer.json()["code"]) == (404, "OFFER_UNKNOWN"), party.party
    address = f"/v1/tokens/{token['admin']}/{token['id']}"
    assert eve.get(f"{address}/holders").status_code in {403, 404}
    assert alice.get(f"{address}/holders").status_code in {403, 404}
    stolen = {"token": token, "sender": alice.party, "receiver": eve.party, "amount": "1.00"}
    assert eve.post("/v1/transfers", stolen).status_code == 404
