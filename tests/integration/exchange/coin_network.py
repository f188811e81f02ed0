"""Canton Coin on a ledger of ours: its real rules, faucet and a registry that answers for it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from cantata.kernel.ids import PartyId
from cantata.kernel.time import RelTime, SystemClock
from cantata.ledger.formats import Wanted
from cantata.ledger.model.events import ActiveContract
from cantata.ledger.submission import Disclosed, Submission
from cantata.tokens.model import InstrumentId
from tests.integration.tokens.loop import Loop
from tests.ledger.amulet.recording import lines

COIN = "Amulet"
PACKAGE = "splice-amulet"
RULES = f"#{PACKAGE}:Splice.AmuletRules:AmuletRules"
EXTERNAL_RULES = f"#{PACKAGE}:Splice.ExternalPartyAmuletRules:ExternalPartyAmuletRules"
ROUND = f"#{PACKAGE}:Splice.Round:OpenMiningRound"
OFFER = f"#{PACKAGE}:Splice.AmuletTransferInstruction:AmuletTransferInstruction"
LOCKED = f"#{PACKAGE}:Splice.Amulet:LockedAmulet"
_STANDARD = "#splice-api-token-transfer-instruction-v1:Splice.Api.Token.TransferInstructionV1"
_REASON = "splice.lfdecentralizedtrust.org/reason"
_CLOCK = SystemClock()

Json = Any


@dataclass(frozen=True, slots=True)
class CoinNetwork:
    """The coin of one DSO; `contracts` are its rules, its transfer factory and its open round."""

    loop: Loop
    dso: PartyId
    contracts: Mapping[str, ActiveContract]

    @property
    def coin(self) -> InstrumentId:
        return InstrumentId(self.dso, COIN)

    async def tap(self, party: str, amount: str) -> str:
        """Have the faucet of a test network give a party coins; give the contract."""
        argument = {"receiver": party, "amount": amount, "openRound": self._id(ROUND)}
        await self._act(party, RULES, self._id(RULES), "AmuletRules_DevNet_Tap", argument)
        wanted = Wanted(parties=(party,), templates=(f"#{PACKAGE}:Splice.Amulet:Amulet",))
        held = [each async for each in self.loop.ledger.state.active_contracts(wanted)]
        return max(held, key=lambda each: each.event.offset).event.contract_id

    async def offer(self, sender: str, receiver: str, amount: str, memo: str, coin: str) -> None:
        """Offer coins with a memo, as a wallet of the network does."""
        now = _CLOCK.now()
        transfer = {
            "sender": sender,
            "receiver": receiver,
            "amount": amount,
            "instrumentId": {"admin": self.dso, "id": COIN},
            "requestedAt": str(now - RelTime.of(minutes=1)),
            "executeBefore": str(now + RelTime.of(hours=20)),
            "inputHoldingCids": [coin],
            "meta": {"values": {_REASON: memo}},
        }
        context = {"context": self.context()["choiceContextData"], "meta": {"values": {}}}
        argument = {"expectedAdmin": self.dso, "transfer": transfer, "extraArgs": context}
        factory = self._id(EXTERNAL_RULES)
        name = f"{_STANDARD}:TransferFactory"
        await self._act(sender, name, factory, "TransferFactory_Transfer", argument)

    async def step(self, party: str, choice: str, instruction: str) -> None:
        """Accept or reject an offer, as a wallet of the network does."""
        locked = await self._locked_for(instruction)
        assert locked is not None, instruction
        context = self.context(locked)["choiceContextData"]
        argument = {"extraArgs": {"context": context, "meta": {"values": {}}}}
        name = f"{_STANDARD}:TransferInstruction"
        choice = f"TransferInstruction_{choice}"
        await self._act(party, name, instruction, choice, argument, locked)

    def context(self, locked: ActiveContract | None = None) -> Json:
        """Give what a choice of the coin needs besides its arguments."""
        named = {"amulet-rules": RULES, "open-round": ROUND}
        values: Json = {
            key: {"tag": "AV_ContractId", "value": self._id(each)} for key, each in named.items()
        }
        if locked is not None:
            values["expire-lock"] = {"tag": "AV_Bool", "value": True}
        return {
            "choiceContextData": {"values": values},
            "disclosedContracts": [each.to_json() for each in self._disclosed(locked)],
        }

    async def instruction_context(self, instruction: str) -> Json:
        """Give the context of a step of an offer; None if there is no such offer."""
        locked = await self._locked_for(instruction)
        return None if locked is None else self.context(locked)

    def factory(self, wanted: Json) -> Json:
        """Give the factory for a transfer: there are no pre-approvals here."""
        transfer = wanted["choiceArguments"]["transfer"]
        kind = "self" if transfer["sender"] == transfer["receiver"] else "offer"
        answer = {"factoryId": self._id(EXTERNAL_RULES), "transferKind": kind}
        return {**answer, "choiceContext": self.context()}

    def _id(self, template: str) -> str:
        return self.contracts[template].event.contract_id

    def _disclosed(self, *more: ActiveContract | None) -> tuple[Disclosed, ...]:
        shown = [*self.contracts.values(), *(each for each in more if each is not None)]
        return tuple(Disclosed.of(each.event, each.synchronizer_id) for each in shown)

    async def _locked_for(self, instruction: str) -> ActiveContract | None:
        """Give the coin that is locked for an offer."""
        wanted = Wanted(parties=(self.dso,), templates=(OFFER, LOCKED), blobs=True)
        active = self.loop.ledger.state.active_contracts(wanted)
        found = {each.event.contract_id: each async for each in active}
        if instruction not in found:
            return None
        argument: Json = found[instruction].event.argument
        (locked,) = argument["transfer"]["inputHoldingCids"]
        return found[locked]

    async def _act(
        self,
        party: str,
        template: str,
        contract: str,
        choice: str,
        argument: Json,
        locked: ActiveContract | None = None,
    ) -> None:
        command = {
            "ExerciseCommand": {
                "templateId": template,
                "contractId": contract,
                "choice": choice,
                "choiceArgument": argument,
            }
        }
        submission = Submission(
            commands=(command,),
            act_as=(party,),
            command_id=str(uuid4()),
            disclosed=self._disclosed(locked),
        )
        receipt = await self.loop.ledger.commands.submit(submission)
        await self.loop.ingested(receipt.offset)


async def founded(loop: Loop, recording: Path) -> CoinNetwork:
    """Found the network as it was founded on a real participant; its package has to be there."""
    dso = PartyId(await loop.party("DSO"))
    known: dict[str, str] = {}
    for row in lines(recording / "bootstrap.jsonl"):
        if not row["path"].startswith("/v2/commands/"):
            continue
        recorded = row["requestBody"]["commands"]
        known[recorded["actAs"][0]] = dso
        text = json.dumps(recorded["commands"])
        for theirs, ours in known.items():
            text = text.replace(theirs, ours)
        commands = tuple(json.loads(text))
        receipt = await loop.ledger.commands.submit(
            Submission(commands=commands, act_as=(dso,), command_id=str(uuid4()))
        )
        await loop.ingested(receipt.offset)
        if known.keys() == {recorded["actAs"][0]}:
            (created,) = row["responseBody"]["transaction"]["events"]
            rules = await _standing(loop, dso, RULES)
            known[created["CreatedEvent"]["contractId"]] = rules.event.contract_id
    names = (RULES, EXTERNAL_RULES, ROUND)
    return CoinNetwork(loop, dso, {name: await _standing(loop, dso, name) for name in names})


async def _standing(loop: Loop, dso: PartyId, template: str) -> ActiveContract:
    """Give the contract of a template, of several rounds the one that is open."""
    wanted = Wanted(parties=(dso,), templates=(template,), blobs=True)
    found = [each async for each in loop.ledger.state.active_contracts(wanted)]

    def opens(each: ActiveContract) -> str:
        argument: Json = each.event.argument
        return str(argument.get("opensAt", ""))

    return min(found, key=opens)


@contextmanager
def answering(network: CoinNetwork) -> Iterator[str]:
    """Run the registry of the network; give its address."""
    standard = {"splice-api-token-metadata-v1": 1, "splice-api-token-transfer-instruction-v1": 1}
    instrument = {
        "id": COIN,
        "name": COIN,
        "symbol": "CC",
        "decimals": 10,
        "supportedApis": standard,
    }
    metadata = "/registry/metadata/v1"
    told: dict[str, Json] = {
        f"{metadata}/info": {"adminId": network.dso, "supportedApis": standard},
        f"{metadata}/instruments": {"instruments": [instrument]},
        f"{metadata}/instruments/{COIN}": instrument,
    }

    loop = asyncio.get_running_loop()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(told.get(self.path.partition("?")[0]))

        def do_POST(self) -> None:
            wanted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith("/transfer-factory"):
                self._answer(network.factory(wanted))
            else:
                asked = network.instruction_context(self.path.split("/")[4])
                self._answer(asyncio.run_coroutine_threadsafe(asked, loop).result(60))

        def _answer(self, answer: Json) -> None:
            body = json.dumps(answer).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
