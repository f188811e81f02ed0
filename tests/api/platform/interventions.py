"""Short words for tests about what issuers do to their tokens and to holders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from httpx2 import Response

from cantata.kernel.time import RelTime, SystemClock
from tests.api.platform.running import Client, Platform
from tests.api.platform.test_story import new_token

DOCUMENT = "ab" * 32
LATER = "2099-01-01T00:00:00Z"
PAST = "2020-01-01T00:00:00Z"


@dataclass
class Market:
    """A token, its issuer, two holders, and somebody who approves."""

    platform: Platform
    issuer: Client
    alice: Client
    bob: Client
    auditor: Client
    token: dict[str, str]

    @classmethod
    def open(cls, platform: Platform, symbol: str, **terms: Any) -> Market:
        """Onboard all, and create the token; `approver=True` names the auditor."""
        issuer, alice, bob, auditor = (platform.onboard() for _ in range(4))
        if terms.pop("approver", False):
            terms["approver"] = auditor.party
        return cls(platform, issuer, alice, bob, auditor, new_token(issuer, symbol, **terms))

    @property
    def path(self) -> str:
        return f"/v1/tokens/{self.token['admin']}/{self.token['id']}"

    def post(self, client: Client, verb: str, body: Any = None, **more: Any) -> Response:
        return client.post(f"{self.path}{verb}", body, **more)

    def mint(self, client: Client, amount: str) -> None:
        body = {"token": self.token, "receiver": client.party, "amount": amount}
        done(self.issuer.post("/v1/mints", body))

    def transfer(self, sender: Client, receiver: Client, amount: str, **more: Any) -> Response:
        body = {"token": self.token, "sender": sender.party, "receiver": receiver.party}
        return sender.post("/v1/transfers", {**body, "amount": amount, **more})

    def precheck(self, sender: Client, receiver: Client, amount: str) -> dict[str, Any]:
        body = {"token": self.token, "sender": sender.party, "receiver": receiver.party}
        answer = sender.post("/v1/transfers:precheck", {**body, "amount": amount})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        assert found["allowed"] == (found["reason"] == 0)
        assert found["allowed"] or found["remedy"] or found["reason"] == 99
        return found

    def agree(self, client: Client) -> None:
        body = {"token": self.token, "receiver": client.party}
        done(client.post("/v1/preapprovals", body))

    def enrol(self, client: Client, **changes: Any) -> Response:
        body = {
            "holder": client.party,
            "country": "DE",
            "verified_until": LATER,
            "reason": "passport seen",
            **changes,
        }
        return self.post(self.issuer, "/accounts", body)

    def change(self, client: Client, verb: str, **more: Any) -> Response:
        body = {"reason": "review", **more}
        return self.post(self.issuer, f"/accounts/{client.party}:{verb}", body)

    def freeze(self, client: Client, verb: str, amount: str) -> Response:
        body = {"amount": amount, "reason": "court"}
        return self.post(self.issuer, f"/holders/{client.party}:{verb}", body)

    def grant(self, role: str, client: Client) -> None:
        named = f"{role}@{self.token['admin']}/{self.token['id']}"
        answer = self.issuer.post("/v1/roles:grant", {"role": named, "user": client.user})
        assert answer.status_code == 200, answer.text

    def let_act(self, client: Client) -> None:
        body = {"party": self.issuer.party, "user": client.user, "right": "act_as"}
        answer = self.issuer.post("/v1/parties/rights:give", body)
        assert answer.status_code == 200, answer.text

    def balance(self, client: Client) -> tuple[str, str]:
        """Give what is free and what is locked."""
        query = {"admin": self.token["admin"], "symbol": self.token["id"]}
        items = client.get("/v1/balances", **query).json()["items"]
        return (items[0]["free"], items[0]["locked"]) if items else ("0", "0")

    def supply(self) -> str:
        found = self.issuer.get(f"{self.path}/supply").json()
        assert found["supply"] == found["holdings"]
        return str(found["supply"])


def done(answer: Response) -> dict[str, Any]:
    """Want an operation that succeeded."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["state"] == "completed", found
    return found


def refused(answer: Response, status: int, code: str) -> dict[str, Any]:
    """Want a problem."""
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found.get("code")) == (status, code), answer.text
    return found


def in_seconds(seconds: int) -> str:
    """Give a time from now."""
    return str(SystemClock().now() + RelTime.of(seconds=seconds))
