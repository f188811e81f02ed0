"""The workload: transfers as a participant's stream tells them, about 5 KB and four events each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

PARTY = "1220" + "ab" * 32
PACKAGE = "c0ffee" + "00" * 29
ADMIN = f"admin::{PARTY}"
PARTIES_MAX = 1_000
EVENTS = 4
HOLDING = f"{PACKAGE}:Splice.Api.Token.HoldingV1:Holding"
FACTORY = f"{PACKAGE}:Splice.Api.Token.TransferInstructionV1:TransferFactory"
TOKEN = f"{PACKAGE}:Cantata.Tokens.Token:Token"
SYNCHRONIZER = f"global::{PARTY}"


def updates(first: int, count: int) -> Iterator[bytes]:
    """Give updates as text; senders take turns, each spends what his last transfer left."""
    marked = json.dumps(_update("@O@", "@T@", "@S@", "@R@", "@IN@", "@PAID@", "@REST@"))
    text = marked.replace('"@O@"', "@O@")
    for offset in range(first, first + count):
        seconds, micros = divmod(offset, 1_000)
        made = {
            "@O@": str(offset),
            "@T@": f"2026-01-01T{seconds // 3_600 % 24:02}:{seconds // 60 % 60:02}"
            f":{seconds % 60:02}.{micros:03}000Z",
            "@S@": f"holder{offset % PARTIES_MAX}::{PARTY}",
            "@R@": f"holder{(offset + 1) % PARTIES_MAX}::{PARTY}",
            "@IN@": contract(offset - PARTIES_MAX, 1),
            "@PAID@": contract(offset, 0),
            "@REST@": contract(offset, 1),
        }
        update = text
        for mark, value in made.items():
            update = update.replace(mark, value)
        yield update.encode()


def contract(offset: int, node: int) -> str:
    """Give the id of a contract of an update."""
    return f"00{offset:062x}{node:02x}ca121220" + f"{offset:064x}"


def _update(offset: Any, time: str, *rest: str) -> dict[str, Any]:
    sender, receiver, spent, paid, left = rest
    common = {
        "updateId": f"1220{'0' * 48}@O@",
        "commandId": "cantata:7a4f1b5e-0000-4000-8000-000000000000:1",
        "workflowId": "",
        "offset": offset,
        "effectiveAt": time,
        "recordTime": time,
        "synchronizerId": SYNCHRONIZER,
        "traceContext": {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-03", "tracestate": None},
        "externalTransactionHash": None,
        "paidTrafficCost": 0,
    }
    events = [
        {"ExercisedEvent": _transfer(offset, sender, receiver, spent, paid)},
        {"ExercisedEvent": _archive(offset, spent, sender)},
        {"CreatedEvent": _created(offset, 2, paid, receiver, "10.0000000000", time)},
        {"CreatedEvent": _created(offset, 3, left, sender, "990.0000000000", time)},
    ]
    return {"update": {"Transaction": {"value": {**common, "events": events}}}}


def _transfer(offset: Any, sender: str, receiver: str, spent: str, paid: str) -> dict[str, Any]:
    transfer = {
        "sender": sender,
        "receiver": receiver,
        "amount": "10.0000000000",
        "instrumentId": {"admin": ADMIN, "id": "GOLD"},
        "requestedAt": "2026-01-01T00:00:00Z",
        "executeBefore": "2026-01-02T00:00:00Z",
        "inputHoldingCids": [spent],
        "meta": {"values": {"splice.lfdecentralizedtrust.org/reason": "invoice 4711"}},
    }
    extra: dict[str, Any] = {"context": {"values": {}}, "meta": {"values": {}}}
    argument = {"expectedAdmin": ADMIN, "transfer": transfer, "extraArgs": extra}
    output = {
        "tag": "TransferInstructionResult_Completed",
        "value": {"receiverHoldingCids": [paid]},
    }
    return {
        **_exercised(offset, 0, "TransferFactory_Transfer", argument, sender),
        "interfaceId": FACTORY,
        "consuming": False,
        "exerciseResult": {"output": output, "senderChangeCids": [], "meta": {"values": {}}},
        "lastDescendantNodeId": 3,
    }


def _archive(offset: Any, spent: str, sender: str) -> dict[str, Any]:
    return {
        **_exercised(offset, 1, "Archive", {}, sender),
        "contractId": spent,
        "consuming": True,
        "exerciseResult": {},
        "lastDescendantNodeId": 1,
    }


def _exercised(
    offset: Any, node: int, choice: str, argument: dict[str, Any], sender: str
) -> dict[str, Any]:
    return {
        "offset": offset,
        "nodeId": node,
        "contractId": contract(0, 9),
        "templateId": TOKEN,
        "interfaceId": None,
        "choice": choice,
        "choiceArgument": argument,
        "actingParties": [sender, ADMIN],
        "witnessParties": [sender, ADMIN],
        "implementedInterfaces": [FACTORY],
        "packageName": "cantata-tokens",
        "acsDelta": True,
    }


def _created(
    offset: Any, node: int, contract_id: str, owner: str, amount: str, time: str
) -> dict[str, Any]:
    instrument = {"admin": ADMIN, "id": "GOLD"}
    view: dict[str, Any] = {
        "owner": owner,
        "instrumentId": instrument,
        "amount": amount,
        "lock": None,
        "meta": {"values": {}},
    }
    return {
        "offset": offset,
        "nodeId": node,
        "contractId": contract_id,
        "templateId": TOKEN,
        "contractKey": None,
        "createArgument": {"instrumentId": instrument, "owner": owner, "amount": amount},
        "createdEventBlob": "",
        "interfaceViews": [
            {
                "interfaceId": HOLDING,
                "viewStatus": {"code": 0, "message": "", "details": []},
                "viewValue": view,
            }
        ],
        "witnessParties": [owner, ADMIN],
        "signatories": [owner, ADMIN],
        "observers": [],
        "createdAt": time,
        "packageName": "cantata-tokens",
        "representativePackageId": PACKAGE,
        "implementedInterfaces": [HOLDING],
        "acsDelta": True,
    }
