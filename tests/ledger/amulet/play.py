"""Plays on with real Amulet where the recorded scenario ends: taps, transfers and their answers."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from cantata.kernel.time import Timestamp
from cantata.ledger.model.events import CreatedEvent, qualified_name
from cantata.lf.codec import jsontext
from cantata.sandbox.commands import CommandReader
from cantata.sandbox.engine import Ledger, Submission, Update
from tests.property.exchange.reader import Reader

SECOND = 1_000_000
API = "splice-api-token-transfer-instruction-v1:Splice.Api.Token.TransferInstructionV1"
AMULET = "Splice.Amulet:Amulet"

Json = dict[str, Any]


class Play:
    """A ledger with Amulet, and commands on what is active."""

    def __init__(self, ledger: Ledger, reader: Reader, dso: str) -> None:
        self._ledger, self._reader, self._dso = ledger, reader, dso
        self._commands = CommandReader(ledger.engine.packages, reader.codec)
        self._last = list(ledger.store.updates(None, 0, ledger.store.end()))[-1]
        self.now = self._last.effective_at

    def active(self, template: str) -> list[CreatedEvent]:
        """Give the active contracts of a template, oldest first."""
        found = self._reader.contracts(self._dso)
        return [event for event in found if qualified_name(event.template_id) == template]

    def submit(self, commands: Iterable[Json], actors: Iterable[str]) -> Update:
        """Submit commands with everything disclosed; the ledger's errors are raised."""
        self.now += SECOND
        sent = jsontext.loads(jsontext.dumps(list(commands)))
        seed = sha256(b"%d" % self.now).digest()
        everything = [event.contract_id for event in self._reader.contracts(self._dso)]
        known = [self._ledger.store.lookup(contract_id) for contract_id in everything]
        return self._ledger.submit(
            Submission(
                act_as=frozenset(actors),
                commands=self._commands.read(sent),
                ledger_time=self.now,
                seed=seed,
                disclosed=tuple(contract for contract in known if contract is not None),
                command_id=f"play-{self.now}",
            ),
            record_time=self.now,
        )

    def tap(self, receiver: str, amount: str) -> Json:
        """Give a party money."""
        rules = self.active("Splice.AmuletRules:AmuletRules")[0]
        argument = {"receiver": receiver, "amount": amount, "openRound": self._round()}
        return _exercise(rules.template_id, rules.contract_id, "AmuletRules_DevNet_Tap", argument)

    def transfer(self, sender: str, receiver: str, amount: str, memo: str) -> Json:
        """Transfer with all that the sender holds and that is not locked."""
        factory = self.active("Splice.ExternalPartyAmuletRules:ExternalPartyAmuletRules")[0]
        held = [event for event in self.active(AMULET) if _owner(event) == sender]
        wanted = {
            "sender": sender,
            "receiver": receiver,
            "amount": amount,
            "instrumentId": {"admin": self._dso, "id": "Amulet"},
            "requestedAt": str(Timestamp(self.now - SECOND)),
            "executeBefore": str(Timestamp(self.now + 600 * SECOND)),
            "inputHoldingCids": [event.contract_id for event in held],
            "meta": {"values": {"splice.lfdecentralizedtrust.org/reason": memo}},
        }
        argument = {"expectedAdmin": self._dso, "transfer": wanted, "extraArgs": self._extra()}
        choice = "TransferFactory_Transfer"
        return _exercise(f"#{API}:TransferFactory", factory.contract_id, choice, argument)

    def offers(self) -> list[CreatedEvent]:
        """Give the offers that wait."""
        return self.active("Splice.AmuletTransferInstruction:AmuletTransferInstruction")

    def answer(self, offer: CreatedEvent, step: str) -> Json:
        """Accept, reject or withdraw an offer."""
        argument = {"extraArgs": self._extra()}
        choice = f"TransferInstruction_{step}"
        return _exercise(f"#{API}:TransferInstruction", offer.contract_id, choice, argument)

    def _extra(self) -> Json:
        rules = self.active("Splice.AmuletRules:AmuletRules")[0].contract_id
        context = {
            "amulet-rules": {"tag": "AV_ContractId", "value": rules},
            "open-round": {"tag": "AV_ContractId", "value": self._round()},
            "expire-lock": {"tag": "AV_Bool", "value": True},
        }
        return {"context": {"values": context}, "meta": {"values": {}}}

    def _round(self) -> str:
        rounds = self.active("Splice.Round:OpenMiningRound")
        return min(rounds, key=lambda event: int(event.argument["round"]["number"])).contract_id


def _owner(event: CreatedEvent) -> str:
    return str(event.argument["owner"])


def _exercise(template: str, contract_id: str, choice: str, argument: Json) -> Json:
    return {
        "ExerciseCommand": {
            "templateId": template,
            "contractId": contract_id,
            "choice": choice,
            "choiceArgument": argument,
        }
    }
