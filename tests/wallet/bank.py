"""An exchange on a running platform, as its own staff and systems use it: over REST alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.api.platform.running import Client
from tests.faults.platform.processes import Platform

V1 = "/v1/exchange"
PATIENCE_SECONDS = 120
WHY = {"reason": "the customer asked"}
ADMIN_KEY = "admin.key"


@dataclass(frozen=True, kw_only=True)
class Bank:
    """An exchange that lists one token; `operator` may do everything there."""

    operator: Client
    token: Mapping[str, str]
    account: Mapping[str, Any]

    @property
    def treasury(self) -> str:
        """The party that customers pay."""
        return self.operator.party

    def deposit(self, amount: str, state: str) -> dict[str, Any]:
        """Wait until the one deposit of an amount is in a state; give it."""

        def found() -> dict[str, Any] | None:
            items = self._get("deposits", state=state)["items"]
            mine = [each for each in items if float(each["amount"]) == float(amount)]
            assert len(mine) <= 1, mine
            return mine[0] if mine else None

        deposit: dict[str, Any] = until(found, f"a deposit of {amount} that is {state}")
        return deposit

    def withdraw(self, amount: str, receiver: str, key: str) -> str:
        """Ask for a withdrawal, twice under one key; give its id."""
        body = {
            "account": self.account["id"],
            "instrument": self.token,
            "amount": amount,
            "receiver": receiver,
            "memo": f"order {key}",
        }
        answers = [self.operator.post(f"{V1}/withdrawals", body, key=key, wait=0) for _ in "12"]
        assert [each.status_code for each in answers] == [202, 202], answers[0].text
        (identity,) = {each.json()["id"] for each in answers}
        return str(identity)

    def withdrawal(self, identity: str, *states: str) -> dict[str, Any]:
        """Wait until a withdrawal is in one of some states; give it."""

        def found() -> dict[str, Any] | None:
            shown: dict[str, Any] = self._get(f"withdrawals/{identity}")
            return shown if shown["state"] in states else None

        withdrawal: dict[str, Any] = until(found, f"withdrawal {identity} that is {states}")
        return withdrawal

    def attribute(self, deposit: Mapping[str, Any]) -> None:
        """Credit a deposit in suspense to the customer."""
        body = {"account": self.account["id"], **WHY}
        answer = self.operator.post(f"{V1}/deposits/{deposit['id']}:attribute", body)
        assert answer.status_code == 200, answer.text

    def refund(self, deposit: Mapping[str, Any]) -> str:
        """Give a deposit in suspense back to its sender; give the withdrawal's id."""
        answer = self.operator.post(f"{V1}/deposits/{deposit['id']}:refund", WHY, wait=0)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def cancel(self, identity: str) -> None:
        """Take a withdrawal back."""
        answer = self.operator.post(f"{V1}/withdrawals/{identity}:cancel")
        assert answer.status_code == 200, answer.text

    def balance(self) -> tuple[str, str]:
        """Give what the customer may withdraw, and what is held."""
        (item,) = self._get(f"accounts/{self.account['id']}/balances")["items"]
        return item["available"], item["held"]

    def totals(self) -> dict[str, str]:
        """Give what each kind of account has in the journal, if anything; it has to balance."""
        found = self._get("journal/totals")
        assert found["balanced"]
        return {each["kind"]: each["amount"] for each in found["items"] if float(each["amount"])}

    def _get(self, what: str, **query: Any) -> dict[str, Any]:
        answer = self.operator.get(f"{V1}/{what}", **query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def opened(
    running: Platform,
    operator: Client,
    token: Mapping[str, str],
    url: str,
    packages: Sequence[str] = ("cantata-tokens",),
) -> Bank:
    """Open an exchange whose treasury is the operator's party, and an account of one customer.

    It lists one token, whose registry answers at an address.
    """
    key = (running.folder / ADMIN_KEY).read_text(encoding="utf-8").strip()
    grant = {"role": "EXCHANGE_OPERATOR", "user": operator.user}
    granted = Client(http=operator.http, token=key).post("/v1/roles:grant", grant)
    assert granted.status_code == 200, granted.text
    _made(operator, "treasuries", {"party": operator.party, "name": "main"})
    _made(operator, "registries", {"admin": token["admin"], "url": url, **WHY})
    policy = {"withdrawal_fee": "0.10", "reject_fee": "0.05", "accept_margin_seconds": 1}
    listing = {"packages": list(packages), "listing": "open", "policy": policy}
    _made(operator, "instruments", {"instrument": dict(token), **listing, **WHY})
    account = _made(operator, "accounts", {"reference": "alice", "treasury": operator.party})
    return Bank(operator=operator, token=token, account=account)


def until(look: Callable[[], Any], what: str) -> Any:
    """Look until there is something; give it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < end, f"there is no {what}"
        time.sleep(0.2)
    return found


def let_in(http: httpx2.Client, email: str) -> Client:
    """Let somebody in; give her as a caller."""
    found = Client(http=http).post("/v1/onboarding", {"email": email}).json()
    token = found["session"]["access_token"]
    return Client(http=http, token=token, party=found["party"], user=found["user"])


def _made(client: Client, what: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = client.post(f"{V1}/{what}", dict(body))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
