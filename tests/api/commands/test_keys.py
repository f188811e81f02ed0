"""Contract keys over HTTP: in commands, in events, and in refusals."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.process import Reply, Sandbox
from tests.ledger.keys.bank import NAME, bank, dar

AT = "/v2/commands/submit-and-wait-for-transaction"
ACC, DESK = f"#{NAME}:M:Acc", f"#{NAME}:M:Desk"

Json = dict[str, Any]


@dataclass
class Branch:
    """A sandbox with the package of accounts, a bank and its customer."""

    sandbox: Sandbox
    bank: str
    ann: str
    eve: str
    submitted: int = 0

    def post(self, party: str, *commands: Json, **more: Any) -> Reply:
        """Submit commands of a party; give the answer."""
        self.submitted += 1
        body = {
            "commands": list(commands),
            "commandId": f"keys-{self.submitted}",
            "actAs": [party],
            "userId": "tester",
            **more,
        }
        return self.sandbox.post(AT, {"commands": body, "transactionFormat": self.format(party)})

    def format(self, party: str, *, blob: bool = False) -> Json:
        """Ask for everything that a party sees."""
        wildcard = {"WildcardFilter": {"value": {"includeCreatedEventBlob": blob}}}
        filters = {party: {"cumulative": [{"identifierFilter": wildcard}]}}
        return {
            "eventFormat": {"filtersByParty": filters, "verbose": True},
            "transactionShape": "TRANSACTION_SHAPE_LEDGER_EFFECTS",
        }

    def events(self, party: str, *commands: Json, **more: Any) -> list[Json]:
        """Submit commands; give the events of the transaction."""
        reply = self.post(party, *commands, **more)
        assert reply.status == 200, reply.text
        return [next(iter(event.values())) for event in reply.json["transaction"]["events"]]

    def key(self, number: int) -> Json:
        """Give the key of an account."""
        return {"bank": self.bank, "number": str(number)}

    def account(self, number: int, balance: int) -> Json:
        """Give the command that opens an account."""
        arguments = {
            "bank": self.bank,
            "owner": self.ann,
            "number": str(number),
            "balance": str(balance),
        }
        return {"CreateCommand": {"templateId": ACC, "createArguments": arguments}}

    def by_key(self, number: int, choice: str, argument: Any) -> Json:
        """Give a command by key."""
        return {
            "ExerciseByKeyCommand": {
                "templateId": ACC,
                "contractKey": self.key(number),
                "choice": choice,
                "choiceArgument": argument,
            }
        }

    def blob(self, party: str, contract_id: str) -> str:
        """Give the blob of an active contract."""
        end = self.sandbox.get("/v2/state/ledger-end").json["offset"]
        asked = self.format(party, blob=True)["eventFormat"]
        found = self.sandbox.post(
            "/v2/state/active-contracts", {"eventFormat": asked, "activeAtOffset": end}
        ).json
        for each in found:
            event = each["contractEntry"]["JsActiveContract"]["createdEvent"]
            if event["contractId"] == contract_id:
                assert event["contractKey"] is not None
                return str(event["createdEventBlob"])
        raise AssertionError(f"{contract_id} is not active")


@pytest.fixture(scope="module")
def branch(sandbox: Sandbox) -> Branch:
    """A sandbox with the package."""
    reply = sandbox.request("POST", "/v2/packages", dar(), {})
    assert reply.status == 200, reply.text
    parties = [
        sandbox.post("/v2/parties", {"partyIdHint": hint}).json["partyDetails"]["party"]
        for hint in ("bank", "ann", "eve")
    ]
    return Branch(sandbox, *parties)


def test_an_event_shows_key_and_hash(branch: Branch) -> None:
    (first,) = branch.events(branch.bank, branch.account(1, 10))
    (second,) = branch.events(branch.bank, branch.account(1, 20))
    (other,) = branch.events(branch.bank, branch.account(2, 30))
    assert first["contractKey"] == branch.key(1)
    assert len(base64.b64decode(first["contractKeyHash"])) == 32
    assert first["contractKeyHash"] == second["contractKeyHash"] != other["contractKeyHash"]


def test_a_key_stands_for_the_youngest(branch: Branch) -> None:
    branch.events(branch.bank, branch.account(3, 10))
    (young,) = branch.events(branch.bank, branch.account(3, 20))
    (read,) = branch.events(branch.ann, branch.by_key(3, "Get", {}))
    assert (read["contractId"], read["exerciseResult"]) == (young["contractId"], "20")
    closed, *_ = branch.events(branch.bank, branch.by_key(3, "Close", {}))
    assert closed["contractId"] == young["contractId"]
    (read,) = branch.events(branch.ann, branch.by_key(3, "Get", {}))
    assert read["exerciseResult"] == "10"


def test_a_key_stands_for_what_the_same_submission_creates(branch: Branch) -> None:
    created, exercised, changed = branch.events(
        branch.bank, branch.account(4, 1), branch.by_key(4, "SetBal", {"balance": "9"})
    )
    assert exercised["contractId"] == created["contractId"]
    assert changed["contractKeyHash"] == created["contractKeyHash"]
    assert changed["createArgument"]["balance"] == "9"


def test_a_key_without_contract_is_not_found(branch: Branch) -> None:
    branch.events(branch.bank, branch.account(5, 1))
    for party, number in ((branch.bank, 404), (branch.eve, 5)):
        reply = branch.post(party, branch.by_key(number, "Get", {}))
        assert (reply.status, reply.json["code"]) == (404, "CONTRACT_KEY_NOT_FOUND")
        kinds = [kind for kind, _ in reply.json["resources"]]
        assert kinds == [
            "ErrorResource(TEMPLATE_ID)",
            "ErrorResource(CONTRACT_KEY)",
            "ErrorResource(PACKAGE_NAME)",
        ]
        assert reply.json["resources"][0][1] == f"{bank().id}:M:Acc"


def test_a_disclosed_contract_is_found_by_its_key(branch: Branch) -> None:
    (account,) = branch.events(branch.bank, branch.account(6, 1))
    desk = {"operator": branch.eve, "client": branch.eve}
    command = {
        "CreateAndExerciseCommand": {
            "templateId": DESK,
            "createArguments": desk,
            "choice": "FetchAcc",
            "choiceArgument": {"who": branch.eve, "key": branch.key(6)},
        }
    }
    hidden = branch.post(branch.eve, command)
    assert hidden.json["code"] == "CONTRACT_KEY_NOT_FOUND"
    blob = branch.blob(branch.bank, account["contractId"])
    shown = branch.post(branch.eve, command, disclosedContracts=[_disclosed(blob)])
    assert shown.json["code"] == "DAML_AUTHORIZATION_ERROR"
    content = bytearray(base64.b64decode(blob))
    place = content.index(base64.b64decode(account["contractKeyHash"]))
    content[place] ^= 1
    forged = base64.b64encode(bytes(content)).decode()
    lost = branch.post(branch.eve, command, disclosedContracts=[_disclosed(forged)])
    assert lost.json["code"] == "CONTRACT_KEY_NOT_FOUND"


def _disclosed(blob: str) -> Json:
    return {"contractId": "", "createdEventBlob": blob, "synchronizerId": "", "templateId": None}


@pytest.mark.parametrize(
    "template, key, code",
    [
        (ACC, {"bank": "nobody::1220"}, "COMMAND_PREPROCESSING_FAILED"),
        (ACC, "x", "INVALID_ARGUMENT"),
        (DESK, {}, "INVALID_ARGUMENT"),
        (f"#{NAME}:M:Nope", {}, "TEMPLATES_OR_INTERFACES_NOT_FOUND"),
    ],
)
def test_malformed_keys_are_refused(branch: Branch, template: str, key: Any, code: str) -> None:
    command = branch.by_key(1, "Get", {})
    command["ExerciseByKeyCommand"] |= {"templateId": template, "contractKey": key}
    if template == DESK:
        command["ExerciseByKeyCommand"] |= {"choice": "FetchOdd"}
        command["ExerciseByKeyCommand"] |= {"choiceArgument": {"who": branch.bank, "key": []}}
    exercised = branch.post(branch.bank, command)
    assert exercised.json["code"] == code, exercised.text
    wanted = [{"templateId": template, "contractKey": key}]
    prefetched = branch.post(branch.bank, branch.account(7, 1), prefetchContractKeys=wanted)
    assert prefetched.json["code"] == code, prefetched.text


def test_keys_may_be_named_beforehand(branch: Branch) -> None:
    wanted = [{"templateId": ACC, "contractKey": branch.key(8), "limit": 3}]
    (created,) = branch.events(branch.bank, branch.account(8, 1), prefetchContractKeys=wanted)
    assert created["contractKey"] == branch.key(8)
