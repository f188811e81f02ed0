"""An exchange at work, through REST alone: in, out, by hand, and what its own systems hear."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from cantata.exchange.webhooks.signing import verify
from cantata.kernel.time import SystemClock
from tests.api.platform.exchange import V1, House, made, opened, until
from tests.api.platform.running import Client, Platform, running_platform
from tests.api.process import Sandbox
from tests.integration.exchange.receiver import Receiver, receiving


@pytest.fixture(scope="module")
def platform(
    tmp_path_factory: pytest.TempPathFactory, module_settings: Any, shared_sandbox: Sandbox
) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("exchange")
    with running_platform(
        folder, module_settings, shared_sandbox.url, webhook_networks="127.0.0.0/8"
    ) as started:
        yield started


@pytest.fixture
def house(platform: Platform) -> House:
    return opened(platform, f"T{uuid.uuid4().hex[:8]}")


def deposited(house: House, amount: str = "100") -> dict[str, Any]:
    """Have the customer deposit; give the deposit."""
    house.pay(amount)
    found: dict[str, Any] = until(
        lambda: (
            house.reader.get(
                f"{V1}/deposits", account=house.account["id"], state="credited"
            ).json()["items"]
            or [None]
        )[0]
    )
    return found


def state(client: Client, what: str, identity: str) -> str:
    found: str = client.get(f"{V1}/{what}/{identity}").json()["state"]
    return found


def test_in_and_out(house: House) -> None:
    reader = house.reader
    deposit = deposited(house)
    assert (deposit["amount"], deposit["sender"]) == ("100.0", house.wallet.party)
    assert house.balance() == ("100.0", "0.0")

    tried = house.operator.post(f"{V1}/withdrawals", house.order("30"), dry_run="true")
    assert (tried.status_code, tried.json()["dry_run"]) == (200, True)
    assert house.balance() == ("100.0", "0.0")

    consent = {"token": house.token, "receiver": house.wallet.party}
    assert house.wallet.post("/v1/preapprovals", consent).status_code == 200
    key = str(uuid.uuid4())
    paid = house.operator.post(f"{V1}/withdrawals", house.order("30", memo="invoice 7"), key=key)
    assert paid.status_code == 200, paid.text
    assert paid.json()["state"] == "completed"
    identity = paid.json()["id"]
    again = house.operator.post(f"{V1}/withdrawals", house.order("30", memo="invoice 7"), key=key)
    assert (again.json()["id"], again.headers["Idempotency-Hit"]) == (identity, "true")
    other = house.operator.post(f"{V1}/withdrawals", house.order("31"), key=key)
    assert other.json()["code"] == "IDEMPOTENCY_CONFLICT"
    withdrawal = reader.get(f"{V1}/withdrawals/{identity}").json()
    assert (withdrawal["state"], withdrawal["amount"]) == ("completed", "30.0")
    assert house.balance() == ("70.0", "0.0")

    lines = reader.get(f"{V1}/accounts/{house.account['id']}/statement").json()["items"]
    assert [(each["amount"], each["balance"]) for each in lines] == [
        ("-30.0", "70.0"),
        ("100.0", "100.0"),
    ]
    treasury = reader.get(f"{V1}/treasuries/{house.treasury}").json()
    (position,) = treasury["positions"]
    assert (position["total"], position["locked"], position["reserved"]) == ("70.0", "0.0", "0.0")
    totals = reader.get(f"{V1}/journal/totals").json()
    assert totals["balanced"] is True
    mine = {
        each["kind"]: each["amount"]
        for each in totals["items"]
        if each["instrument"] == house.token and each["amount"] != "0.0"
    }
    assert mine == {"treasury": "70.0", "customer": "-70.0"}


def test_proofs_name_what_others_can_find(house: House) -> None:
    deposit = deposited(house)
    (step,) = house.reader.get(f"{V1}/deposits/{deposit['id']}/proof").json()["steps"]
    assert step["update_id"] == deposit["update_id"]
    assert (step["sender"], step["receiver"]) == (house.wallet.party, house.treasury)
    assert (step["kind"], step["amount"], step["offset"]) == (
        "TRANSFER_IN",
        "100.0",
        deposit["offset"],
    )
    assert step["record_time"] == deposit["record_time"]
    assert len(step["holdings_created"]) == 1
    assert step["memo"] == house.account["memo"]
    asked = house.operator.post(f"{V1}/withdrawals", house.order("5")).json()
    offered = f"{V1}/withdrawals/{asked['id']}"
    until(lambda: house.reader.get(offered).json()["state"] == "offered")
    offer = house.reader.get(offered).json()["offer"]
    assert house.wallet.post(f"/v1/offers/{offer}:accept").status_code == 200
    until(lambda: house.reader.get(offered).json()["state"] == "completed")
    proof = house.reader.get(f"{offered}/proof").json()
    assert [each["status"] for each in proof["steps"]] == ["PENDING", "COMPLETED"]
    assert proof["update_id"] == proof["steps"][-1]["update_id"]


def test_an_offer_is_taken_back(house: House) -> None:
    deposited(house)
    asked = house.operator.post(f"{V1}/withdrawals", house.order("40")).json()
    until(lambda: state(house.reader, "withdrawals", asked["id"]) == "offered")
    assert house.balance() == ("60.0", "40.0")
    listed = house.reader.get(f"{V1}/withdrawals", account=house.account["id"], state="offered")
    assert [each["id"] for each in listed.json()["items"]] == [asked["id"]]
    cancelled = house.operator.post(f"{V1}/withdrawals/{asked['id']}:cancel")
    assert cancelled.json()["cancel_wanted"] is True, cancelled.text
    until(lambda: state(house.reader, "withdrawals", asked["id"]) == "withdrawn")
    assert house.balance() == ("100.0", "0.0")
    over = house.operator.post(f"{V1}/withdrawals/{asked['id']}:cancel")
    assert (over.status_code, over.json()["code"]) == (409, "WITHDRAWAL_ENDED")


def test_suspense_is_attributed_or_paid_back(house: House) -> None:
    house.pay("10", "who am I")
    house.pay("11", "")
    listed = until(
        lambda: (
            found
            if len(
                found := house.reader.get(
                    f"{V1}/suspense",
                    admin=house.token["admin"],
                    instrument=house.token["id"],
                ).json()["items"]
            )
            == 2
            else None
        )
    )
    second, first = listed
    assert (first["memo"], first["reason"]) == ("who am I", "no_account")
    body = {"account": house.account["id"], "reason": "she showed the transfer", "reference": "#1"}
    done = house.support.post(f"{V1}/deposits/{first['id']}:attribute", body)
    assert (done.status_code, done.json()["state"]) == (200, "credited"), done.text
    assert house.balance() == ("10.0", "0.0")
    blank = house.support.post(f"{V1}/deposits/{first['id']}:attribute", {**body, "reason": " "})
    assert blank.status_code == 422
    consent = {"token": house.token, "receiver": house.wallet.party}
    assert house.wallet.post("/v1/preapprovals", consent).status_code == 200
    back = house.operator.post(f"{V1}/deposits/{second['id']}:refund", {"reason": "wrong wallet"})
    assert back.status_code == 200, back.text
    until(lambda: state(house.reader, "deposits", second["id"]) == "refunded")
    refund = house.reader.get(f"{V1}/withdrawals/{back.json()['id']}").json()
    assert (refund["kind"], refund["deposit"], refund["receiver"]) == (
        "refund",
        second["id"],
        house.wallet.party,
    )
    operations = house.reader.get(f"{V1}/operations").json()["items"]
    assert back.json()["id"] in [each["id"] for each in operations]


def test_what_is_refused_and_what_changes_nothing(house: House) -> None:
    deposited(house, "10")
    pay, change = house.operator.post, "accounts/{}".format(house.account["id"])
    for order, code in (
        (house.order("11"), "BALANCE_TOO_LOW"),
        (house.order("1", house.treasury), "RECEIVER_IS_OURS"),
        (house.order("0"), "AMOUNT_NOT_POSITIVE"),
        (house.order("1.00000000001"), "PRECISION_EXCEEDED"),
        (house.order("1", "stranger::1220" + "ab" * 32), "PARTY_UNKNOWN"),
        ({**house.order("1"), "amount": 1}, "AMOUNT_MUST_BE_STRING"),
        ({**house.order("1"), "account": str(uuid.uuid4())}, "CUSTOMER_UNKNOWN"),
        (
            {**house.order("1"), "instrument": {**house.token, "id": "NONE"}},
            "INSTRUMENT_NOT_LISTED",
        ),
    ):
        refused = pay(f"{V1}/withdrawals", order)
        assert refused.json().get("code") == code, refused.text
    assert pay(f"{V1}/{change}:block", {"reason": "police"}).json()["state"] == "blocked"
    assert pay(f"{V1}/withdrawals", house.order("1")).json()["code"] == "CUSTOMER_NOT_OPEN"
    assert pay(f"{V1}/{change}:close", {"reason": "x"}).json()["code"] == "CUSTOMER_REFUSED"
    assert pay(f"{V1}/{change}:open", {"reason": "cleared"}).json()["state"] == "open"
    where = f"treasuries/{house.treasury}"
    off = pay(f"{V1}/{where}:disable-withdrawals", {"reason": "drill"})
    assert off.json()["withdrawals_enabled"] is False
    assert pay(f"{V1}/withdrawals", house.order("1")).json()["code"] == "WITHDRAWALS_DISABLED"
    assert pay(f"{V1}/{where}:enable-withdrawals", {"reason": "over"}).status_code == 200
    assert house.balance() == ("10.0", "0.0")


def test_a_listing_is_changed_and_bounded(house: House) -> None:
    fee = {"withdrawal_fee": "0.5", "deposit_minimum": "2", "offer_ttl_seconds": 86_400}
    body = {"instrument": house.token, "policy": fee, "reason": "new fees"}
    changed = house.operator.post(f"{V1}/instruments:change", body)
    assert changed.status_code == 200, changed.text
    policy = changed.json()["policy"]
    assert (policy["withdrawal_fee"], policy["offer_ttl_seconds"]) == ("0.5000000000", 86_400)
    key = {"admin": house.token["admin"], "instrument": house.token["id"]}
    (listed,) = house.reader.get(f"{V1}/instruments", **key).json()["items"]
    assert listed == changed.json()
    again = {"packages": ["cantata-tokens"], **body, "policy": {}}
    assert house.operator.post(f"{V1}/instruments", again).json()["code"] == "INSTRUMENT_LISTED"
    worse = {**body, "policy": {"withdrawal_fee": "0.0000000001"}}
    assert house.operator.post(f"{V1}/instruments:change", worse).json()["code"] == (
        "LISTING_REFUSED"
    )
    refreshed = {"instrument": house.token, "reason": "look"}
    assert house.operator.post(f"{V1}/instruments:refresh", refreshed).status_code == 200
    wrong = {"admin": house.wallet.party, "url": f"own:/registrars/{house.issuer.party}"}
    answer = house.operator.post(f"{V1}/registries", {**wrong, "reason": "x"})
    assert answer.status_code in {404, 422}, answer.text


def test_lists_go_page_by_page(house: House) -> None:
    for number in range(3):
        made(
            house.operator,
            "accounts",
            {"reference": f"page {number} {uuid.uuid4()}", "treasury": house.treasury},
        )
    seen: list[str] = []
    cursor = None
    while True:
        page = house.reader.get(f"{V1}/accounts", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [each["reference"] for each in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(set(seen))
    assert house.account["reference"] in seen
    stolen = house.reader.get(f"{V1}/withdrawals", cursor="AAAA")
    assert stolen.json()["code"] == "CURSOR_REFUSED"
    found = house.reader.get(f"{V1}/accounts", reference=house.account["reference"]).json()
    assert [each["id"] for each in found["items"]] == [house.account["id"]]


def test_its_own_systems_hear_of_it(house: House) -> None:
    with receiving() as receiver:
        hook = made(
            house.operator,
            "webhooks",
            {"url": f"{receiver.url}/news", "topics": ["exchange.deposit.*"]},
        )
        deposit = deposited(house, "12.5")
        (body,) = until(lambda: heard(receiver, hook["secret"], deposit["id"]))
        assert body["type"] == "exchange.deposit.credited"
        assert body["data"]["amount"] == "12.5000000000"
        path = f"{V1}/webhooks/{hook['id']}"
        (delivery,) = (
            each
            for each in until(
                lambda: house.reader.get(f"{path}/deliveries", state="delivered").json()["items"]
            )
            if each["subject"] == f"deposit/{deposit['id']}"
        )
        assert house.reader.get(f"{path}/deliveries/{delivery['id']}").json() == delivery
        again = house.support.post(f"{path}/deliveries/{delivery['id']}:replay")
        assert again.json() == {"count": 1}
        until(lambda: len(heard(receiver, hook["secret"], deposit["id"])) == 2)
        rotated = house.operator.post(f"{path}:rotate", {"overlap_seconds": 60}, key="r")
        assert rotated.json()["secrets"] == 2
        assert rotated.json()["secret"] != hook["secret"]
        twice = house.operator.post(f"{path}:rotate", {"overlap_seconds": 60}, key="r")
        assert twice.headers["Idempotency-Hit"] == "true"
        assert twice.json().get("secret") is None
        for verb, after in (("pause", "paused"), ("resume", "active"), ("remove", "removed")):
            assert house.operator.post(f"{path}:{verb}").json()["state"] == after
        assert house.reader.get(path).json()["code"] == "WEBHOOK_UNKNOWN"
    for url in ("http://example.com/", "https://10.0.0.1/", "https://user@example.com/"):
        refused = house.operator.post(f"{V1}/webhooks", {"url": url})
        assert refused.json()["code"] == "WEBHOOK_URL_REFUSED", refused.text
    body = {"url": "https://example.com/", "topics": ["tokens.*"]}
    assert house.operator.post(f"{V1}/webhooks", body).json()["code"] == "WEBHOOK_TOPIC_REFUSED"


def heard(receiver: Receiver, secret: str, deposit: str) -> list[dict[str, Any]]:
    """Give what came about a deposit, all of it authentic."""
    found = []
    for headers, body in list(receiver.got):
        now = SystemClock().now().microseconds // 1_000_000
        assert verify([secret], headers, body, now)
        content = json.loads(body)
        if content["subject"] == f"deposit/{deposit}":
            found.append(content)
    return found
