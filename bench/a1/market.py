"""A token on a running sandbox, set up over HTTP: parties, holdings, and requests to move them."""

from __future__ import annotations

import http.client
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from bench.a1.process import Generator, Server, Taken

Json = dict[str, Any]

RULES = "#cantata-tokens:Cantata.Tokens.Rules:TokenRules"
TOKEN_FACTORY = "#cantata-tokens:Cantata.Tokens.Factory:TokenFactory"
INSTRUMENT = "#cantata-tokens:Cantata.Tokens.Instrument:Instrument"
TOKEN = "#cantata-tokens:Cantata.Tokens.Token:Token"
API = "#splice-api-token-transfer-instruction-v1:Splice.Api.Token.TransferInstructionV1"
FACTORY, INSTRUCTION = f"{API}:TransferFactory", f"{API}:TransferInstruction"
SUBMIT = "/v2/commands/submit-and-wait"
SUBMIT_FOR = "/v2/commands/submit-and-wait-for-transaction"
NOTHING: Json = {"values": {}}
EACH, CENTS = 100, 100
SPLIT_MAX = 100
SETUP_IN_FLIGHT = 32
OPEN_FOR = timedelta(days=1)
SLACK = timedelta(minutes=1)


class Held(NamedTuple):
    """A live holding: its id and its owner."""

    contract_id: str
    owner: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A contract as it is disclosed to others."""

    contract_id: str
    disclosed: Json


class Market:
    """An issuer and holders with equally many holdings of `EACH`; every holder takes transfers.

    Everything is made by the token package's own choices, through the API.
    """

    def __init__(
        self, server: Server, generator: Generator, *, parties: int, holdings: int
    ) -> None:
        self.server, self.generator = server, generator
        self._random = random.Random(holdings)
        self._numbers = count()
        now = datetime.now(UTC)
        self._requested, self._deadline = _time(now - SLACK), _time(now + OPEN_FOR)
        self.issuer = self._allocate(["Issuer"])[0]
        self.holders = self._allocate([f"Holder{number}" for number in range(parties)])
        self._of = {"admin": self.issuer, "id": "Bench"}
        self._rules, self._factory = self._create_rules()
        self._consents = self._preapprove()
        each = holdings // parties
        self.fresh = self._issue(each)
        self.total, self.count = EACH * len(self.fresh), len(self.fresh)
        self._random.shuffle(self.fresh)

    def end(self) -> int:
        """Give the ledger's end."""
        offset: int = self.ask("GET", "/v2/state/ledger-end")["offset"]
        return offset

    def direct(self, transfers: int) -> list[bytes]:
        """Make requests that pay half of a holding each under the receiver's pre-approval."""
        self.count += transfers
        return [
            self._transfer(held, receiver, EACH // 2, self._consents[receiver])
            for held, receiver in self._chosen(transfers)
        ]

    def offers(self, transfers: int) -> tuple[list[bytes], list[str]]:
        """Make requests that offer a whole holding each, and give the receivers."""
        chosen = self._chosen(transfers)
        bodies = [self._transfer(held, receiver, EACH, None) for held, receiver in chosen]
        return bodies, [receiver for _, receiver in chosen]

    def accepts(self, offered: Taken, receivers: Sequence[str]) -> list[bytes]:
        """Make requests that accept what was offered."""
        return [
            self._accept(answer["transaction"]["events"], receiver)
            for answer, receiver in zip(offered.answers, receivers, strict=True)
        ]

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """Ask the sandbox; stop the benchmark unless it answers well."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        content = None if body is None else json.dumps(body).encode()
        connection.request(method, path, content, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {said.decode()}")
        return json.loads(said)

    def _allocate(self, hints: Sequence[str]) -> list[str]:
        bodies = [json.dumps({"partyIdHint": hint}).encode() for hint in hints]
        taken = self.generator.send(
            self.server.port, "/v2/parties", bodies, SETUP_IN_FLIGHT, keep=True
        )
        return [answer["partyDetails"]["party"] for answer in taken.answers]

    def _create_rules(self) -> tuple[Shown, Shown]:
        of: Json = {"instrumentId": self._of}
        terms: Json = {
            **of,
            "decimals": "2",
            "paused": [],
            "accountsRequired": False,
            "countries": [],
            "approver": None,
        }
        creations = [_create(RULES, terms), _create(TOKEN_FACTORY, of)]
        (rules,), (factory,) = self._created([([self.issuer], made, ()) for made in creations])
        return rules, factory

    def _preapprove(self) -> dict[str, Shown]:
        orders = [
            (
                [holder],
                _exercise(
                    TOKEN_FACTORY,
                    self._factory.contract_id,
                    "TokenFactory_Preapprove",
                    {"receiver": holder, "expiresAt": None},
                ),
                (self._factory,),
            )
            for holder in self.holders
        ]
        created = self._created(orders)
        return {holder: shown[0] for holder, shown in zip(self.holders, created, strict=True)}

    def _issue(self, each: int) -> list[Held]:
        """Mint for one holder after the other, then let all split what they have."""
        supply = f"{EACH * each * len(self.holders)}"
        terms: Json = {
            "instrumentId": self._of,
            "name": "Bench",
            "symbol": "BEN",
            "decimals": "2",
            "cap": supply,
            "supply": "0",
            "paused": [],
            "meta": NOTHING,
        }
        ((instrument,),) = self._created([([self.issuer], _create(INSTRUMENT, terms), ())])
        orders = []
        for holder in self.holders:
            left = each
            while left:
                size = min(SPLIT_MAX, left)
                left -= size
                given = {"receiver": holder, "amount": f"{EACH * size}", "meta": NOTHING}
                mint = _exercise(INSTRUMENT, instrument.contract_id, "Instrument_Mint", given)
                body = self._body([self.issuer, holder], mint, (), show=[self.issuer, holder])
                events = self.ask("POST", SUBMIT_FOR, json.loads(body))["transaction"]["events"]
                held, instrument = sorted(_shown(events), key=_is_instrument)
                split = {
                    "owner": holder,
                    "inputHoldingCids": [held.contract_id],
                    "amounts": [f"{EACH}"] * size,
                    "extraArgs": self._terms(),
                }
                command = _exercise(
                    TOKEN_FACTORY, self._factory.contract_id, "TokenFactory_Split", split
                )
                orders.append(([holder], command, (self._factory, self._rules)))
        return [
            Held(shown.contract_id, by[0])
            for (by, _, _), made in zip(orders, self._created(orders), strict=True)
            for shown in made
        ]

    def _created(
        self, orders: Sequence[tuple[list[str], Json, Sequence[Shown]]]
    ) -> list[list[Shown]]:
        """Submit commands and give the contracts that each made."""
        bodies = [self._body(by, command, shown, show=by) for by, command, shown in orders]
        taken = self.generator.send(
            self.server.port, SUBMIT_FOR, bodies, SETUP_IN_FLIGHT, keep=True
        )
        return [_shown(answer["transaction"]["events"]) for answer in taken.answers]

    def _chosen(self, transfers: int) -> list[tuple[Held, str]]:
        """Take holdings that were not moved yet, and choose who gets them."""
        if transfers > len(self.fresh):
            raise SystemExit("there are no holdings left that were not moved yet")
        taken, self.fresh = self.fresh[:transfers], self.fresh[transfers:]
        return [(held, self._other(held.owner)) for held in taken]

    def _other(self, party: str) -> str:
        while True:
            receiver = self._random.choice(self.holders)
            if receiver != party:
                return receiver

    def _transfer(self, held: Held, receiver: str, amount: int, consent: Shown | None) -> bytes:
        argument = {
            "expectedAdmin": self.issuer,
            "transfer": {
                "sender": held.owner,
                "receiver": receiver,
                "amount": f"{amount}.0",
                "instrumentId": self._of,
                "requestedAt": self._requested,
                "executeBefore": self._deadline,
                "inputHoldingCids": [held.contract_id],
                "meta": NOTHING,
            },
            "extraArgs": self._terms(consent),
        }
        command = _exercise(
            FACTORY, self._factory.contract_id, "TransferFactory_Transfer", argument
        )
        shown = [self._factory, self._rules]
        shown += [] if consent is None else [consent]
        show = [held.owner] if consent is None else ()
        return self._body([held.owner], command, shown, show=show)

    def _accept(self, events: Iterable[Json], receiver: str) -> bytes:
        """Accept an offer; the locked holding is disclosed to the receiver."""
        locked, offer = _shown(events)
        given = {"extraArgs": self._terms()}
        command = _exercise(INSTRUCTION, offer.contract_id, "TransferInstruction_Accept", given)
        return self._body([receiver], command, (locked, self._rules))

    def _terms(self, consent: Shown | None = None) -> Json:
        """Give the extra arguments of a choice: the context names the rules, and a consent."""
        named = {"token-rules": self._rules}
        if consent is not None:
            named["transfer-preapproval"] = consent
        values = {
            key: {"tag": "AV_ContractId", "value": each.contract_id} for key, each in named.items()
        }
        return {"context": {"values": values}, "meta": NOTHING}

    def _body(
        self,
        by: Sequence[str],
        command: Json,
        shown: Sequence[Shown],
        *,
        show: Sequence[str] = (),
    ) -> bytes:
        """Write a submission; with parties in `show` one that asks for its transaction."""
        commands: Json = {
            "commands": [command],
            "commandId": f"bench-{next(self._numbers)}",
            "userId": "bench",
            "actAs": by,
            "disclosedContracts": [each.disclosed for each in shown],
        }
        if not show:
            return _compact(commands)
        blobs = {"value": {"includeCreatedEventBlob": True}}
        every = {"identifierFilter": {"WildcardFilter": blobs}}
        wanted = {
            "eventFormat": {
                "filtersByParty": {party: {"cumulative": [every]} for party in show},
                "verbose": False,
            },
            "transactionShape": "TRANSACTION_SHAPE_ACS_DELTA",
        }
        return _compact({"commands": commands, "transactionFormat": wanted})


def _create(template: str, arguments: Json) -> Json:
    return {"CreateCommand": {"templateId": template, "createArguments": arguments}}


def _exercise(template: str, contract_id: str, choice: str, argument: Json) -> Json:
    return {
        "ExerciseCommand": {
            "templateId": template,
            "contractId": contract_id,
            "choice": choice,
            "choiceArgument": argument,
        }
    }


def _shown(events: Iterable[Json]) -> list[Shown]:
    """Give the contracts that a transaction made, in the order of their nodes."""
    return [
        Shown(
            made["contractId"],
            {
                "templateId": made["templateId"],
                "contractId": made["contractId"],
                "createdEventBlob": made["createdEventBlob"],
                "synchronizerId": "",
            },
        )
        for event in events
        if (made := event.get("CreatedEvent"))
    ]


def _is_instrument(shown: Shown) -> bool:
    return str(shown.disclosed["templateId"]).endswith(":Instrument")


def _compact(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
