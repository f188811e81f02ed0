"""Wallets outside of the exchange: they act on the ledger directly, and know what they did.

A wallet asks again under the same command id until the ledger has said what became of it; so what
it tells afterwards is true, whatever was lost on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime, SystemClock, Timestamp
from cantata.ledger.client import LedgerClient
from cantata.ledger.errors import LedgerError, Refusal
from cantata.ledger.formats import Wanted
from cantata.ledger.model.updates import Transaction
from cantata.ledger.outcome import Done
from cantata.ledger.submission import Disclosed, Submission
from cantata.tokens.history import holding_made

SECONDS_MAX = 600
"""How long a wallet tries: parts are killed meanwhile, on a machine that others use as well."""

PAUSE_SECONDS = 0.2
SKEW = RelTime.of(seconds=30)
OPEN_FOR = RelTime.of(hours=24)
"""How long an offer waits; a registry may allow no more than some weeks."""
INTERFACES = "#splice-api-token-transfer-instruction-v1:Splice.Api.Token.TransferInstructionV1"
TOKEN_FACTORY = "#cantata-tokens:Cantata.Tokens.Factory:TokenFactory"
REASON = "splice.lfdecentralizedtrust.org/reason"
SEEN = ("#splice-api-token-holding-v1:Splice.Api.Token.HoldingV1:Holding",)
_REGISTRY = "/registry/transfer-instruction/v1"


@dataclass(frozen=True)
class Token:
    """An instrument, and where its registry answers."""

    admin: str
    id: str
    registry: str

    @property
    def json(self) -> dict[str, str]:
        """Give the standard's id."""
        return {"admin": self.admin, "id": self.id}


@dataclass(frozen=True)
class Coin:
    """A holding that can be spent."""

    contract_id: str
    amount: Decimal


@dataclass(frozen=True)
class Payment:
    """An amount to be paid out of one coin, with a memo."""

    coin: Coin
    amount: Decimal
    memo: str


@dataclass(frozen=True)
class Route:
    """What a registry says that transfers go through, from a sender to a receiver."""

    factory: str
    kind: str
    context: Mapping[str, Any]
    disclosed: tuple[Disclosed, ...]


class Wallet:
    """A party on the ledger, with its own way of asking."""

    def __init__(self, ledger: LedgerClient, http: httpx2.AsyncClient, party: str) -> None:
        self.ledger = ledger
        self._http = http
        self.party = party

    async def route(self, token: Token, receiver: str) -> Route:
        """Ask the registry how a receiver is paid."""
        body = {"choiceArguments": self._argument(token, receiver, "1", [], "", {})}
        answer = await self._asked(f"{token.registry}{_REGISTRY}/transfer-factory", body)
        assert answer is not None
        context = answer["choiceContext"]
        return Route(
            answer["factoryId"],
            answer["transferKind"],
            context["choiceContextData"],
            _disclosed(context),
        )

    async def pay(
        self,
        command_id: str,
        token: Token,
        receiver: str,
        route: Route,
        payments: Sequence[Payment],
    ) -> Transaction:
        """Pay in one transaction, each payment out of a coin of its own."""
        commands = [
            _exercise(
                f"{INTERFACES}:TransferFactory",
                route.factory,
                "TransferFactory_Transfer",
                self._argument(
                    token,
                    receiver,
                    each.amount.to_wire(),
                    [each.coin.contract_id],
                    each.memo,
                    route.context,
                ),
            )
            for each in payments
        ]
        done = await self._done(command_id, commands, route.disclosed)
        assert done is not None, f"the ledger refused {command_id}"
        return done

    async def consent(self, command_id: str, route: Route) -> None:
        """Consent to direct transfers of an issuer of ours, for good."""
        argument = {"receiver": self.party, "expiresAt": None}
        command = _exercise(TOKEN_FACTORY, route.factory, "TokenFactory_Preapprove", argument)
        await self._done(command_id, [command], route.disclosed)

    async def answer(
        self, command_id: str, token: Token, offer: str, how: str
    ) -> Transaction | None:
        """Accept, reject or withdraw an offer; None if it has ended, or its time is over."""
        step = how.lower()
        url = f"{token.registry}{_REGISTRY}/{offer}/choice-contexts/{step}"
        context = await self._asked(url, {})
        if context is None:
            return None
        argument = {"extraArgs": _extra(context["choiceContextData"])}
        command = _exercise(
            f"{INTERFACES}:TransferInstruction", offer, f"TransferInstruction_{how}", argument
        )
        return await self._done(command_id, [command], _disclosed(context))

    async def _done(
        self, command_id: str, commands: list[Any], disclosed: tuple[Disclosed, ...]
    ) -> Transaction | None:
        """Submit until it is recorded; None if the ledger refuses it for good."""
        submission = Submission(
            commands=tuple(commands),
            act_as=(self.party,),
            command_id=command_id,
            disclosed=disclosed,
        )
        end = asyncio.get_running_loop().time() + SECONDS_MAX
        while True:
            try:
                outcome = await self.ledger.commands.transaction_outcome(
                    submission, wanted=Wanted((self.party,), interfaces=SEEN, everything=True)
                )
            except LedgerError as error:
                said: LedgerError = error
            else:
                if isinstance(outcome, Done):
                    return outcome.value
                said = outcome.error
            if isinstance(said, Refusal):
                return None
            assert asyncio.get_running_loop().time() < end, (command_id, said.message)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _asked(self, url: str, body: Any) -> Any:
        """Ask a registry until it answers; None if it knows of no such offer."""
        end = asyncio.get_running_loop().time() + SECONDS_MAX
        while True:
            try:
                answer = await self._http.post(url, json=body)
            except httpx2.TransportError:
                pass
            else:
                if answer.status_code == httpx2.codes.OK:
                    return answer.json()
                if answer.status_code == httpx2.codes.NOT_FOUND:
                    return None
                assert answer.status_code in {409, 429, 502, 503, 504}, answer.text
            assert asyncio.get_running_loop().time() < end, url
            await asyncio.sleep(PAUSE_SECONDS)

    def _argument(
        self,
        token: Token,
        receiver: str,
        amount: str,
        inputs: Sequence[str],
        memo: str,
        context: Mapping[str, Any],
    ) -> dict[str, Any]:
        transfer = {
            "sender": self.party,
            "receiver": receiver,
            "amount": amount,
            "instrumentId": token.json,
            "requestedAt": str(now() - SKEW),
            "executeBefore": str(now() + OPEN_FOR),
            "inputHoldingCids": list(inputs),
            "meta": {"values": {REASON: memo} if memo else {}},
        }
        return {
            "expectedAdmin": token.admin,
            "transfer": transfer,
            "extraArgs": _extra(context or {"values": {}}),
        }


def coins_of(transaction: Transaction, owner: str) -> list[Coin]:
    """Give the free holdings that a transaction left to an owner."""
    made = [holding_made(each, transaction.offset, None) for each in transaction.created]
    gone = {each.contract_id for each in transaction.exercised if each.is_consuming}
    return [
        Coin(each.contract_id, each.amount)
        for each in made
        if each is not None and each.owner == owner and each.lock is None
        if each.contract_id not in gone
    ]


def now() -> Timestamp:
    """Give the time."""
    return SystemClock().now()


def _extra(context: Mapping[str, Any]) -> dict[str, Any]:
    return {"context": dict(context), "meta": {"values": {}}}


def _exercise(template: str, contract_id: str, choice: str, argument: Any) -> dict[str, Any]:
    return {
        "ExerciseCommand": {
            "templateId": template,
            "contractId": contract_id,
            "choice": choice,
            "choiceArgument": argument,
        }
    }


def _disclosed(context: Mapping[str, Any]) -> tuple[Disclosed, ...]:
    return tuple(
        Disclosed(
            each["createdEventBlob"],
            each["contractId"],
            each["templateId"],
            each["synchronizerId"],
        )
        for each in context["disclosedContracts"]
    )
