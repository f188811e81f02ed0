"""A sandbox as the state machines use it: commands and readings as plain JSON."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from cantata.testing.server import Sandbox

USER = "machine"
ANSWER_SECONDS_MAX = 30
BOARD = "#board:Board:"

Json = dict[str, Any]

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer: its status and its text."""

    status: int
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The code of a refusal, "" for a success."""
        return "" if self.status == 200 else str(self.json["code"])


def fresh(name: str) -> str:
    """Give a text that nothing else contains."""
    return f"{name}-{next(_numbers):08d}"


class Book:
    """Talks to one sandbox over one connection that is kept."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        address = urlsplit(sandbox.url)
        self._connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=ANSWER_SECONDS_MAX
        )

    def close(self) -> None:
        self._connection.close()

    def say(self, method: str, path: str, body: Any = None) -> Said:
        """Send JSON; raise OSError or HTTPException when there is no answer."""
        content = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, path, content)
            answer = self._connection.getresponse()
            return Said(answer.status, answer.read().decode())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def submit(self, act_as: list[str], *commands: Json, **more: Any) -> Said:
        """Submit and wait for the transaction, with all that the submitters see of it."""
        wildcard: Json = {"cumulative": []}
        filters = dict.fromkeys((*act_as, *more.get("readAs", ())), wildcard)
        wanted = {
            "eventFormat": {"filtersByParty": filters, "verbose": False},
            "transactionShape": "TRANSACTION_SHAPE_LEDGER_EFFECTS",
        }
        body = {"commands": submission(act_as, *commands, **more), "transactionFormat": wanted}
        return self.say("POST", "/v2/commands/submit-and-wait-for-transaction", body)

    def end(self) -> int:
        offset: int = self.say("GET", "/v2/state/ledger-end").json["offset"]
        return offset

    def active(self, party: str, *, blobs: bool = False) -> list[Json]:
        """Give the created events of the contracts that a party has a stake in."""
        return [
            entry["JsActiveContract"]["createdEvent"]
            for page in self._pages(
                "/v2/state/active-contracts-page",
                {"activeAtOffset": self.end(), "eventFormat": event_format(party, blobs=blobs)},
                "activeContracts",
            )
            for entry in [page["contractEntry"]]
        ]

    def updates(self, party: str, begin: int, shape: str = "LEDGER_EFFECTS") -> list[Json]:
        """Give what a party sees of the log after an offset, up to its end."""
        transactions = {
            "eventFormat": event_format(party),
            "transactionShape": f"TRANSACTION_SHAPE_{shape}",
        }
        body = {
            "beginOffsetExclusive": begin,
            "endOffsetInclusive": self.end(),
            "updateFormat": {"includeTransactions": transactions},
        }
        return self._pages("/v2/updates/get-updates-page", body, "updates")

    def _pages(self, path: str, body: Json, items: str) -> list[Json]:
        found: list[Json] = []
        token = None
        while True:
            more: Json = {} if token is None else {"pageToken": token}
            said = self.say("POST", path, {**body, **more})
            assert said.status == 200, said
            found += said.json[items]
            token = said.json.get("nextPageToken", None)
            if not token:
                return found


def submission(act_as: list[str], *commands: Json, **more: Any) -> Json:
    """Give `JsCommands`."""
    given = {"commandId": fresh("command"), "userId": USER, **more}
    return {"commands": list(commands), "actAs": act_as, **given}


def event_format(party: str, *, blobs: bool = False) -> Json:
    """Ask for everything that a party sees."""
    value = {"includeCreatedEventBlob": blobs}
    wildcard = {"cumulative": [{"identifierFilter": {"WildcardFilter": {"value": value}}}]}
    return {"filtersByParty": {party: wildcard}, "verbose": True}


def create(template: str, **fields: Any) -> Json:
    """Give a command that creates a contract."""
    return {"CreateCommand": {"templateId": template, "createArguments": fields}}


def exercise(template: str, contract_id: str, choice: str, argument: Any) -> Json:
    """Give a command that exercises a choice."""
    return {
        "ExerciseCommand": {
            "templateId": template,
            "contractId": contract_id,
            "choice": choice,
            "choiceArgument": argument,
        }
    }


def created(said: Said) -> list[Json]:
    """Give the created events of a transaction that was answered."""
    events = said.json["transaction"]["events"]
    return [each["CreatedEvent"] for each in events if "CreatedEvent" in each]
