"""A customer of an exchange whose wallet is the wallet SDK, unmodified.

The token was made by our API and its transfers go through our registry; the exchange is used over
REST alone, on everything that `cantata up` runs. Neither side knows anything of the other but what
is on the ledger: a party and a memo in one direction, a party in the other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.faults.platform.processes import Platform, platform
from tests.wallet.bank import Bank, let_in, opened
from tests.wallet.conftest import SECRET, USER
from tests.wallet.issuing import await_offset, factory, issuer, mint
from tests.wallet.play import Stage, Told, token

SYMBOL = "GOLD"


class Customer:
    """Somebody with two wallets: one consented to direct transfers, one did not."""

    def __init__(self, stage: Stage, common: Mapping[str, Any], wallets: Mapping[str, Any]) -> None:
        self._stage = stage
        self._common = common
        self._wallets = wallets

    def party(self, name: str) -> str:
        return str(self._wallets[name]["party"])

    def does(self, *acts: Mapping[str, Any]) -> Told:
        """Have the SDK do some things, one after the other."""
        given = {**self._common, "symbol": SYMBOL, "wallets": self._wallets}
        return self._stage.play("exchange", acts=list(acts), **given)


@pytest.mark.slow
def test_a_customer_with_the_wallet_sdk(stage: Stage) -> None:
    # Not below pytest's own folder, which each run of pytest closes to the database's user again.
    with (
        tempfile.TemporaryDirectory(prefix="cantata-wallet-", ignore_cleanup_errors=True) as named,
        platform(Path(named)) as running,
        httpx2.Client(base_url=running.api_url, timeout=60, trust_env=False) as http,
    ):
        bank, customer = _founded(stage, running, http)
        _pays_in_by_offer(bank, customer)
        _pays_in_directly(bank, customer)
        _is_paid_directly(bank, customer)
        _is_paid_by_offers(bank, customer)
        _has_what_is_left(bank, customer)


def _founded(stage: Stage, running: Platform, http: httpx2.Client) -> tuple[Bank, Customer]:
    """Make a token, open an exchange that lists it, and wallets of a customer."""
    common = {"url": running.ledger_url, "token": token(SECRET, USER), "user": USER}
    admin = issuer(http, SYMBOL)
    url = f"{running.api_url}/registrars/{admin.party}"
    consents = {"alice": factory(url, admin.party, SYMBOL)}
    made = stage.play("wallets", names=["alice", "bob"], consents=consents, **common)
    await_offset(url, max(each["completionOffset"] for each in made.all("consent")))
    mint(admin, SYMBOL, made["wallets"]["alice"]["party"], "1000")
    operator = let_in(http, "operator@example.com")
    bank = opened(running, operator, {"admin": admin.party, "id": SYMBOL}, url)
    return bank, Customer(stage, {**common, "registry": url}, made["wallets"])


def _pays_in_by_offer(bank: Bank, customer: Customer) -> None:
    """Without a pre-approval she offers: what names her is accepted, what names nobody is left."""
    memo = f"Acme account: {bank.account['memo_shown'].lower()}"
    told = customer.does(
        _pay("with memo", bank, "30", memo),
        _pay("without", bank, "5", ""),
    )
    credited = bank.deposit("30", "credited")
    assert (credited["memo"], credited["account"]) == (memo, bank.account["id"])
    assert credited["sender"] == customer.party("alice")
    assert credited["update_id"] != told["with memo"]["updateId"], "the acceptance made it ours"
    left = bank.deposit("5", "offered")
    assert (left["reason"], left["account"]) == ("no_account", None)
    told = customer.does(
        {"name": "offers", "act": "offers", "who": "alice"},
        {"name": "back", "act": "answer", "who": "alice", "how": "withdraw", "amount": 5},
    )
    assert [Decimal(each["amount"]) for each in told["offers"]] == [5]
    bank.deposit("5", "withdrawn")
    assert bank.balance() == ("30.0", "0.0")


def _pays_in_directly(bank: Bank, customer: Customer) -> None:
    """With a pre-approval it is ours at once: credited by memo, else kept until support decides."""
    consent = {"token": dict(bank.token), "receiver": bank.treasury}
    assert bank.operator.post("/v1/preapprovals", consent).status_code == 200
    told = customer.does(
        _pay("address", bank, "20", bank.account["address"]),
        _pay("nobody's", bank, "4", "thanks for everything"),
        _pay("lost", bank, "3", "ABCD-EFGH-JKM0"),
    )
    credited = bank.deposit("20", "credited")
    assert credited["update_id"] == told["address"]["updateId"]
    bank.attribute(bank.deposit("4", "suspense"))
    assert bank.balance() == ("54.0", "0.0")
    refund = bank.refund(bank.deposit("3", "suspense"))
    assert bank.withdrawal(refund, "completed")["receiver"] == customer.party("alice")
    bank.deposit("3", "refunded")
    assert bank.balance() == ("54.0", "0.0")


def _is_paid_directly(bank: Bank, customer: Customer) -> None:
    """To a wallet that consented a withdrawal is paid at once; her memo is there to be read."""
    paid = bank.withdrawal(bank.withdraw("10", customer.party("alice"), "one"), "completed")
    assert paid["offer"] is None
    assert bank.balance() == ("43.9", "0.0")
    look = {"act": "shown", "who": "alice", "updateId": paid["update_id"]}
    told = customer.does({"name": "received", **look})
    (received,) = told["received"]
    assert (received["type"], received["sender"]) == ("TransferIn", bank.treasury)
    assert received["reason"] == "order one"
    assert list(map(Decimal, received["amounts"])) == [10]


def _is_paid_by_offers(bank: Bank, customer: Customer) -> None:
    """To another wallet a withdrawal is offered: accepted, rejected, or cancelled meanwhile."""
    bob = customer.party("bob")
    ids = {amount: bank.withdraw(amount, bob, amount) for amount in ("7", "6", "2")}
    for identity in ids.values():
        bank.withdrawal(identity, "offered")
    assert bank.balance() == ("28.6", "15.3")
    bank.cancel(ids["2"])
    bank.withdrawal(ids["2"], "withdrawn")
    told = customer.does(
        {"name": "offers", "act": "offers", "who": "bob"},
        {"name": "accept", "act": "answer", "who": "bob", "how": "accept", "amount": 7},
        {"name": "reject", "act": "answer", "who": "bob", "how": "reject", "amount": 6},
        {"name": "nothing", "act": "offers", "who": "bob"},
        {"name": "amounts", "act": "amounts", "who": "bob"},
    )
    seen = {Decimal(each["amount"]): each["memo"] for each in told["offers"]}
    assert seen == {Decimal(7): "order 7", Decimal(6): "order 6"}
    assert told["nothing"] == []
    assert list(map(Decimal, told["amounts"])) == [7]
    accepted = bank.withdrawal(ids["7"], "completed")
    assert accepted["end_update_id"] == told["accept"]["updateId"]
    bank.withdrawal(ids["6"], "rejected")
    assert bank.balance() == ("36.75", "0.0")


def _has_what_is_left(bank: Bank, customer: Customer) -> None:
    """Wallets and books agree to the last unit."""
    told = customer.does({"name": "amounts", "act": "amounts", "who": "alice"})
    assert sum(map(Decimal, told["amounts"])) == 1000 - 30 - 20 - 4 + 10
    totals = {kind: Decimal(amount) for kind, amount in bank.totals().items()}
    assert totals == {
        "treasury": Decimal(37),
        "customer": Decimal("-36.75"),
        "fees": Decimal("-0.25"),
    }


def _pay(name: str, bank: Bank, amount: str, memo: str) -> dict[str, Any]:
    asked = {"receiver": bank.treasury, "amount": amount, "memo": memo}
    return {"name": name, "act": "pay", "who": "alice", **asked}
