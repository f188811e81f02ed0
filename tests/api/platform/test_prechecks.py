"""What is said of a transfer beforehand is what becomes of it: all reasons, random histories."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from httpx2 import Response

from cantata.kernel.money import Decimal
from tests.api.platform.interventions import LATER, Market, done, in_seconds, refused
from tests.api.platform.running import Client, Platform

STEPS = 40


def agrees(market: Market, sender: Client, receiver: Client, amount: str) -> int:
    """Ask, then do it: the answer must be what happens. Give the reason."""
    said = market.precheck(sender, receiver, amount)
    answer = market.transfer(sender, receiver, amount)
    happened = answer.status_code == 200 and answer.json()["state"] == "completed"
    assert said["allowed"] == happened, (said, answer.text)
    if not happened:
        assert said["code"] == answer.json()["code"], (said, answer.text)
    elif said["kind"] == "direct":
        assert answer.json()["result"]["offer"] is None
    else:
        done(sender.post(f"/v1/offers/{answer.json()['result']['offer']}:withdraw"))
    return int(said["reason"])


def limit(market: Market, **limits: Any) -> Response:
    return market.post(market.issuer, "/limits", {"reason": "charter", **limits})


def test_every_reason_is_reached(platform: Platform) -> None:
    market = Market.open(platform, "REASONS", accounts_required=True, countries=["DE"])
    alice, bob, carol = market.alice, market.bob, market.auditor
    reached: list[int] = []

    def meets(reason: int, amount: str = "1", receiver: Client = bob) -> None:
        assert agrees(market, alice, receiver, amount) == reason
        reached.append(reason)

    for client in (alice, carol):
        done(market.enrol(client))
    market.mint(alice, "100")
    meets(13)
    done(market.enrol(bob))
    meets(0)
    market.agree(bob)
    meets(0)
    meets(4, "1000")
    done(market.post(market.issuer, ":pause", {"operations": ["transfer"], "reason": "x"}))
    meets(1)
    done(market.post(market.issuer, ":unpause", {"reason": "x"}))
    for client, reason in ((alice, 2), (bob, 3)):
        done(market.change(client, "freeze"))
        meets(reason)
        done(market.change(client, "unfreeze"))
    done(market.change(bob, "verify", country="DE", verified_until=None))
    meets(5)
    done(market.change(bob, "verify", country="DE", verified_until=in_seconds(2)))
    time.sleep(2.1)
    meets(6)
    done(market.change(bob, "verify", country="FR", verified_until=LATER))
    meets(7)
    done(market.change(bob, "verify", country="DE", verified_until=LATER))
    done(market.change(alice, "lock-up", locked_until=LATER))
    meets(10)
    done(market.change(alice, "lock-up", locked_until=None))
    assert limit(market, holders=2).status_code == 200
    meets(8, receiver=carol)
    meets(0)
    assert limit(market, balance="5").status_code == 200
    meets(9, "4.01")
    meets(0)
    assert limit(market, volume="5", window_seconds=3600).status_code == 200
    meets(11, "3.01")
    meets(0)
    assert limit(market).status_code == 200
    done(market.post(market.issuer, ":close", {"reason": "over", "confirm": "REASONS"}))
    meets(12)
    assert set(reached) == set(range(14))
    assert market.supply() == "100.0"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_random_histories(platform: Platform, seed: int) -> None:
    chance = random.Random(seed)
    market = Market.open(platform, f"RANDOM{seed}", accounts_required=True, countries=["DE"])
    holders = [market.alice, market.bob, market.auditor]
    for client in holders[:2]:
        done(market.enrol(client))
        market.mint(client, "20")
    reasons: dict[int, int] = {}
    for _ in range(STEPS):
        _change(market, chance, holders)
        sender, receiver = chance.sample([*holders, market.issuer], 2)
        amount = chance.choice(["0.01", "1", "5", "15", "25"])
        reason = agrees(market, sender, receiver, amount)
        reasons[reason] = reasons.get(reason, 0) + 1
    assert reasons.get(0, 0) > 0, reasons
    assert len(reasons) > 2, reasons
    assert market.supply() == "40.0"


def _change(market: Market, chance: random.Random, holders: list[Client]) -> None:
    """Change something at random; what cannot be changed now is refused, and never fails."""
    client = chance.choice(holders)
    country = chance.choice(["DE", "DE", "FR"])
    until = chance.choice([LATER, LATER, None])
    changes: list[Any] = [
        lambda: market.change(client, chance.choice(["freeze", "unfreeze", "unfreeze"])),
        lambda: market.change(client, "verify", country=country, verified_until=until),
        lambda: market.change(client, "lock-up", locked_until=chance.choice([LATER, None, None])),
        lambda: market.change(client, "remove"),
        lambda: market.enrol(client),
        lambda: market.enrol(client),
        lambda: market.freeze(client, chance.choice(["freeze", "unfreeze"]), "3"),
        lambda: market.post(
            market.issuer, chance.choice([":pause", ":unpause", ":unpause"]), {"reason": "x"}
        ),
        lambda: limit(market, balance=chance.choice(["21", "30", None, None])),
        lambda: limit(market, volume=chance.choice(["9", "40"]), window_seconds=3600),
        lambda: limit(market, holders=chance.choice([2, 3, None])),
        lambda: client.post("/v1/preapprovals", {"token": market.token, "receiver": client.party}),
    ]
    answer = chance.choice(changes)()
    assert answer.status_code in (200, 404, 409, 422), answer.text


def test_limits_hold_for_mints_and_acceptances(platform: Platform) -> None:
    market = Market.open(platform, "LIMITS")
    alice, bob = market.alice, market.bob
    market.mint(alice, "50")
    offer = done(market.transfer(alice, bob, "10"))["result"]["offer"]
    assert limit(market, balance="9", holders=5).status_code == 200
    refused(bob.post(f"/v1/offers/{offer}:accept"), 422, "BALANCE_LIMIT")
    mint = {"token": market.token, "receiver": bob.party, "amount": "9.01"}
    refused(market.issuer.post("/v1/mints", mint), 422, "BALANCE_LIMIT")
    done(market.issuer.post("/v1/mints", {**mint, "amount": "9"}))
    refused(market.issuer.post("/v1/mints", {**mint, "amount": "0.01"}), 422, "BALANCE_LIMIT")
    own = {**mint, "receiver": market.issuer.party, "amount": "1000"}
    done(market.issuer.post("/v1/mints", own))
    found = market.alice.get(f"{market.path}/rules").json()["limits"]
    assert found == {"holders": 5, "balance": "9.0", "volume": None, "window_seconds": None}
    refused(market.post(alice, "/limits", {"reason": "mine"}), 403, "NOT_ALLOWED")
    refused(limit(market, balance="0.001"), 422, "CAP_TOO_PRECISE")
    refused(limit(market, balance="0"), 422, "AMOUNT_NOT_POSITIVE")
    assert limit(market, volume="5").status_code == 422
    assert limit(market, holders=0).status_code == 422


def test_limits_hold_however_many_come_at_once(platform: Platform) -> None:
    """Many transfers that fit one by one, and not together: what arrives is within the limit."""
    market = Market.open(platform, "CROWD")
    alice, bob = market.alice, market.bob
    market.agree(bob)
    for _ in range(8):
        market.mint(alice, "2")
    assert limit(market, balance="7").status_code == 200
    done(market.transfer(alice, bob, "2"))
    body = {"token": market.token, "sender": alice.party, "receiver": bob.party, "amount": "2"}
    waiting = [alice.post("/v1/transfers", body, wait=0) for _ in range(6)]
    ids = [each.json()["id"] for each in waiting if each.status_code == 202]
    ended = [
        alice.http.get(
            f"/v1/operations/{each}",
            headers={"Authorization": f"Bearer {alice.token}", "Prefer": "wait=20"},
        ).json()
        for each in ids
    ]
    assert {each["state"] for each in ended} <= {"completed", "failed"}
    assert sum(each["state"] == "completed" for each in ended) == 2
    assert Decimal(market.balance(bob)[0]) == Decimal("6")
    failed = [each["failure"]["code"] for each in ended if each["state"] == "failed"]
    assert set(failed) <= {"BALANCE_LIMIT"}, failed
