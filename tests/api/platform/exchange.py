"""An exchange on the running platform: its staff, a treasury, a listed token, a customer."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import new_token

V1 = "/v1/exchange"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class House:
    """Who works at an exchange, what it lists, and one customer of it with her wallet."""

    operator: Client
    support: Client
    reader: Client
    nobody: Client
    issuer: Client
    wallet: Client
    token: dict[str, str]
    account: dict[str, Any]

    @property
    def treasury(self) -> str:
        return self.operator.party

    def pay(self, amount: str, memo: str | None = None) -> dict[str, Any]:
        """Have the wallet pay into the treasury; give the operation."""
        body = {
            "token": self.token,
            "sender": self.wallet.party,
            "receiver": self.treasury,
            "amount": amount,
            "memo": self.account["memo"] if memo is None else memo,
        }
        answer = self.wallet.post("/v1/transfers", body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def order(self, amount: str, receiver: str | None = None, **more: Any) -> dict[str, Any]:
        return {
            "account": self.account["id"],
            "instrument": self.token,
            "amount": amount,
            "receiver": receiver or self.wallet.party,
            **more,
        }

    def balance(self) -> tuple[str, str]:
        """Give what the customer may withdraw, and what is held."""
        answer = self.reader.get(f"{V1}/accounts/{self.account['id']}/balances").json()
        items = answer["items"]
        return (items[0]["available"], items[0]["held"]) if items else ("0", "0")


def opened(platform: Platform, symbol: str = "GOLD", *, direct: bool = True) -> House:
    """Open an exchange through REST alone."""
    operator, support, reader, nobody = (platform.onboard() for _ in range(4))
    for client, role in ((operator, "OPERATOR"), (support, "SUPPORT"), (reader, "READER")):
        grant = {"role": f"EXCHANGE_{role}", "user": client.user}
        done = platform.administrator().post("/v1/roles:grant", grant)
        assert done.json() == {"changed": True}, done.text
    issuer, wallet = platform.onboard(), platform.onboard()
    token = new_token(issuer, symbol)
    mint = {"token": token, "receiver": wallet.party, "amount": "1000"}
    assert issuer.post("/v1/mints", mint).status_code == 200
    if direct:
        consent = {"token": token, "receiver": operator.party}
        assert operator.post("/v1/preapprovals", consent).status_code == 200
    name = f"treasury {uuid.uuid4()}"
    made(operator, "treasuries", {"party": operator.party, "name": name})
    registry = {"admin": issuer.party, "url": f"own:/registrars/{issuer.party}", "reason": "test"}
    made(operator, "registries", registry)
    listing = {"instrument": token, "packages": ["cantata-tokens"], "listing": "open"}
    made(operator, "instruments", {**listing, "reason": "test"})
    account = {"reference": f"customer {uuid.uuid4()}", "treasury": operator.party}
    return House(
        operator=operator,
        support=support,
        reader=reader,
        nobody=nobody,
        issuer=issuer,
        wallet=wallet,
        token=token,
        account=made(operator, "accounts", account),
    )


def made(client: Client, what: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"{V1}/{what}", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def until(is_so: Callable[[], Any]) -> Any:
    """Wait until something is so; give what it gave."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = is_so()
        if found:
            return found
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.1)
