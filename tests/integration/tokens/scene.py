"""Stories in which the registry is asked and the ledger is told what it said."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from cantata.ledger.errors import DamlFailure
from cantata.ledger.submission import Disclosed, Submission
from cantata.storage.settings import DatabaseSettings
from cantata.tokens.registry.api import registry_app
from tests.api.process import Sandbox
from tests.integration.tokens.loop import LATE, Loop, looping
from tests.integration.tokens.standard import Client, client

EARLY = "2026-01-01T00:00:00Z"
EMPTY: dict[str, Any] = {"values": {}}
_TRANSFERS = "#splice-api-token-transfer-instruction-v1:Splice.Api.Token.TransferInstructionV1:"
FACTORY = f"{_TRANSFERS}TransferFactory"
INSTRUCTION = f"{_TRANSFERS}TransferInstruction"
ALLOCATE = (
    "#splice-api-token-allocation-instruction-v1:"
    "Splice.Api.Token.AllocationInstructionV1:AllocationFactory"
)
ALLOCATION = "#splice-api-token-allocation-v1:Splice.Api.Token.AllocationV1:Allocation"
OFFERS = "transfer-instruction"


class Scene:
    """A loop and a registry above its database."""

    def __init__(self, loop: Loop, registry: Client) -> None:
        self.loop = loop
        self.registry = registry

    async def token(self, name: str = "GOLD", **terms: Any) -> dict[str, str]:
        """Create an instrument of a new admin."""
        return await self.loop.token(await self.loop.party("admin"), name, **terms)

    async def act(
        self,
        act_as: list[str],
        interface: str,
        contract: str,
        choice: str,
        answer: Any,
        **more: Any,
    ) -> int:
        """Exercise a choice with what the registry gave; wait until it is ingested."""
        context = answer.get("choiceContext", answer)
        extra = {"context": context["choiceContextData"], "meta": EMPTY}
        command = {
            "ExerciseCommand": {
                "templateId": interface,
                "contractId": contract,
                "choice": choice,
                "choiceArgument": {**more, "extraArgs": extra},
            }
        }
        shown = [
            Disclosed(
                each["createdEventBlob"],
                each["contractId"],
                each["templateId"],
                each["synchronizerId"],
            )
            for each in context["disclosedContracts"]
        ]
        return await self.submit(act_as, command, *shown)

    async def submit(self, act_as: list[str], command: Any, *shown: Disclosed) -> int:
        """Submit a command; wait until it is ingested."""
        submission = Submission(
            commands=(command,), act_as=tuple(act_as), command_id=str(uuid4()), disclosed=shown
        )
        receipt = await self.loop.ledger.commands.submit(submission)
        await self.loop.ingested(receipt.offset)
        return receipt.offset

    async def move(self, sender: str, asked: Any, answer: Any) -> None:
        """Transfer by what the registry gave."""
        arguments = {name: value for name, value in asked.items() if name != "extraArgs"}
        choice = "TransferFactory_Transfer"
        await self.act([sender], FACTORY, answer["factoryId"], choice, answer, **arguments)

    async def refusal(self, party: str, *act: Any, **more: Any) -> str:
        """Act in vain; give the id of the contract's error."""
        with pytest.raises(DamlFailure) as refused:
            await self.act([party], *act, **more)
        return refused.value.error_id

    async def only(self, statement: str, **given: Any) -> str:
        """Give the only value of a query."""
        async with self.loop.database.read() as session:
            ((value,),) = await session.all(text(statement), given)
        return str(value)

    async def pending(self) -> str:
        """Give the one offer that waits."""
        return await self.only("SELECT contract_id FROM transfer_offers WHERE state = 'pending'")

    async def active(self, kind: str) -> str:
        """Give the one active contract of a kind."""
        return await self.only(
            "SELECT contract_id FROM disclosables WHERE kind = :kind AND archived_offset IS NULL",
            kind=kind,
        )


def play(
    settings: DatabaseSettings, sandbox: Sandbox, story: Callable[[Scene], Awaitable[None]]
) -> None:
    """Run a story."""

    async def run() -> None:
        async with AsyncExitStack() as stack:
            loop = await stack.enter_async_context(looping(settings, sandbox.url))
            http = await stack.enter_async_context(client(registry_app(loop.database)))
            await story(Scene(loop, Client(http)))

    asyncio.run(run())


def transfer(of: dict[str, str], sender: str, receiver: str, amount: str, *inputs: str) -> Any:
    """Give the arguments of a transfer without a context."""
    instrument = {"admin": of["admin"], "id": of["instrument"]}
    return {
        "expectedAdmin": of["admin"],
        "transfer": {
            "sender": sender,
            "receiver": receiver,
            "amount": amount,
            "instrumentId": instrument,
            "requestedAt": EARLY,
            "executeBefore": LATE,
            "inputHoldingCids": list(inputs),
            "meta": EMPTY,
        },
        "extraArgs": {"context": EMPTY, "meta": EMPTY},
    }


def allocation(of: dict[str, str], sender: str, receiver: str, venue: str, *inputs: str) -> Any:
    """Give the arguments of an allocation without a context."""
    instrument = {"admin": of["admin"], "id": of["instrument"]}
    settlement = {
        "executor": venue,
        "settlementRef": {"id": "trade", "cid": None},
        "requestedAt": EARLY,
        "allocateBefore": LATE,
        "settleBefore": LATE,
        "meta": EMPTY,
    }
    leg = {"sender": sender, "receiver": receiver, "amount": "5", "instrumentId": instrument}
    specification = {
        "settlement": settlement,
        "transferLegId": "leg",
        "transferLeg": {**leg, "meta": EMPTY},
    }
    return {
        "expectedAdmin": of["admin"],
        "allocation": specification,
        "requestedAt": EARLY,
        "inputHoldingCids": list(inputs),
        "extraArgs": {"context": EMPTY, "meta": EMPTY},
    }
