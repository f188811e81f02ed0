"""A desk that takes submissions as JSON text and has contracts of the token package at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.token_desk import OFFER_OPEN_FOR, reason
from bench.token_desk import Desk as TokenDesk
from cantata.contracts.token_standard import metadata_v1 as metadata
from cantata.contracts.token_standard import transfer_instruction_v1 as standard
from cantata.kernel.money import Decimal
from cantata.kernel.time import RelTime
from cantata.lang import ContractId
from cantata.lf.codec import JsonCodec, loads
from cantata.lf.codec.jsontext import dumps
from cantata.lf.model import Ref, TCon
from cantata.sandbox.commands import ACT_AS, READ_AS, CommandReader, submitting_parties
from cantata.sandbox.engine import (
    CreateCommand,
    EventFormat,
    ExerciseCommand,
    Filters,
    Submission,
    TypeRef,
    Update,
)
from cantata.sandbox.engine.commands import Command as EngineCommand
from cantata.sandbox.engine.commands import ExerciseByKeyCommand
from cantata.testing import Command, Ledger, archive, create, create_and_exercise, exercise
from cantata.tokens.contract.factory import TokenFactory
from cantata.tokens.contract.instrument import Instrument
from cantata.tokens.contract.preapproval import TransferPreapproval
from cantata.tokens.contract.token import Token

CONTRACTS = "cantata.tokens.contract"

Json = dict[str, Any]


@dataclass(slots=True)
class Desk:
    """A ledger, a reader of JSON commands, and good submissions to begin with."""

    ledger: Ledger
    samples: list[Json] = field(default_factory=list)
    reader: CommandReader = field(init=False)
    codec: JsonCodec = field(init=False)

    def __post_init__(self) -> None:
        self.codec = JsonCodec(self.ledger.packages.packages)
        self.reader = CommandReader(self.ledger.packages, self.codec)

    @classmethod
    def of_tokens(cls) -> Desk:
        """Open a token with holdings, an offer and a consent; samples use every choice."""
        desk = cls(Ledger(CONTRACTS))
        desk.samples = [desk.body(by, *commands) for by, commands in _token_samples(desk.ledger)]
        return desk

    @classmethod
    def of_dars(cls, paths: Iterable[Path], recorded: Iterable[Json] = ()) -> Desk:
        """Open a ledger with the packages of DARs, and recorded submissions as samples."""
        return cls(Ledger(*paths), list(recorded))

    def body(self, by: Iterable[str], *commands: Command[Any]) -> Json:
        """Write commands of contract classes as the body of a submission."""
        compiled = [command.compile(self.ledger.catalog.ref) for command in commands]
        return {
            "commands": [self.command(one) for one in compiled],
            "commandId": "fuzz",
            "actAs": sorted(map(str, by)),
            "readAs": [],
        }

    def command(self, command: EngineCommand) -> Json:
        """Write a command of the engine as JSON; contracts of tokens have no keys."""
        assert not isinstance(command, ExerciseByKeyCommand), command
        packages = self.ledger.packages.packages
        if isinstance(command, ExerciseCommand):
            ref = _resolved(command.target)
            module = packages.module(ref)
            owner: Any = module.templates.get(ref.name) or module.interfaces[ref.name]
            argument = self.codec.encode(command.argument, owner.choice(command.choice).arg_type)
            fields = {"templateId": str(ref), "contractId": command.contract_id}
            return {
                "ExerciseCommand": fields | {"choice": command.choice, "choiceArgument": argument}
            }
        ref = _resolved(command.template)
        if isinstance(command, CreateCommand):
            payload = self.codec.encode(command.argument, TCon(ref))
            return {"CreateCommand": {"templateId": str(ref), "createArguments": payload}}
        choice: Any = packages.template(ref).choice(command.choice)
        return {
            "CreateAndExerciseCommand": {
                "templateId": f"#{packages[ref.package].name}:{ref.module}:{ref.name}",
                "createArguments": self.codec.encode(command.create_argument, TCon(ref)),
                "choice": command.choice,
                "choiceArgument": self.codec.encode(command.choice_argument, choice.arg_type),
            }
        }

    def submit_text(self, text: str) -> Update:
        """Submit the JSON text of a body."""
        body = loads(text)
        return self.submit(body if isinstance(body, Mapping) else {"commands": body})

    def submit(self, body: Mapping[str, Any]) -> Update:
        """Submit a body with all contracts of the ledger disclosed."""
        act_as = submitting_parties(body.get("actAs"), ACT_AS)
        read_as = submitting_parties(body.get("readAs") or [], READ_AS)
        preference = _texts(body.get("packageIdSelectionPreference"))
        commands = self.reader.read(body.get("commands"), preference=preference)
        every = EventFormat(any_party=Filters())
        active = tuple(event.contract for event in self.ledger.engine.active_contracts(every))

        def submission(now: int, seed: bytes, command_id: str) -> Submission:
            return Submission(
                act_as=act_as,
                read_as=read_as,
                commands=commands,
                ledger_time=now,
                seed=seed,
                disclosed=active,
                package_preference=preference,
                command_id=command_id,
            )

        return self.ledger.commit(submission)

    def state(self) -> tuple[int, Sequence[str]]:
        """Give the end of the log and the active contracts."""
        every = EventFormat(any_party=Filters())
        engine = self.ledger.engine
        active = [event.contract.contract_id for event in engine.active_contracts(every)]
        return engine.end(), active

    def contract_ids(self) -> list[str]:
        """Give the ids of the active contracts."""
        return list(self.state()[1])


def _resolved(ref: TypeRef) -> Ref:
    assert isinstance(ref, Ref), "commands of contract classes name a package by its id"
    return ref


def _texts(data: object) -> tuple[str, ...]:
    """Give the texts of a list; anything else is no preference."""
    return tuple(item for item in data if isinstance(item, str)) if isinstance(data, list) else ()


def text_of(body: object) -> str:
    """Write a body as JSON text."""
    return dumps(body)


def _token_samples(ledger: Ledger) -> list[tuple[list[str], list[Command[Any]]]]:
    """Open the token and give good submissions: who, and what."""
    issuer, alice, bob, carol = ledger.parties("Issuer", "Alice", "Bob", "Carol")
    desk = TokenDesk(ledger, issuer)
    desk.open("USD", "Dollar", "USD", cap=Decimal("1000000"))
    for holder in (alice, bob):
        desk.mint(holder, Decimal("100"), "first")
    consent = desk.preapprove(bob)
    offer = desk.offer(alice, carol, Decimal("30"), "rent")
    terms, factory, extras = desk.instrument, desk.factory, desk.extras
    of = terms.payload.instrument_id
    (held,) = desk.holdings(bob)
    mint: dict[str, Any] = {"receiver": bob, "amount": Decimal("5.25"), "meta": reason("more")}
    transfer = standard.Transfer(
        sender=bob,
        receiver=alice,
        amount=Decimal("12.50"),
        instrument_id=of,
        requested_at=ledger.now,
        execute_before=ledger.now + OFFER_OPEN_FOR,
        input_holding_cids=[held],
        meta=reason("memo"),
    )
    return [
        ([issuer], [create(terms.payload)]),
        ([issuer, bob], [exercise(terms.contract_id, Instrument.mint, **mint)]),
        ([issuer, bob], [create_and_exercise(terms.payload, Instrument.mint, **mint)]),
        (
            [bob],
            [
                exercise(
                    ContractId[standard.TransferFactory](factory.contract_id),
                    standard.TransferFactory.transfer_factory_transfer,
                    arg=standard.TransferFactory_Transfer(
                        expected_admin=issuer, transfer=transfer, extra_args=extras
                    ),
                )
            ],
        ),
        (
            [bob],
            [
                exercise(
                    factory.contract_id,
                    TokenFactory.split,
                    owner=bob,
                    input_holding_cids=[held],
                    amounts=[Decimal("1"), Decimal("2.5")],
                    extra_args=extras,
                )
            ],
        ),
        ([carol], [_accept(offer, extras)]),
        ([issuer, bob], [archive(held, Token)]),
        (
            [carol],
            [
                exercise(
                    factory.contract_id,
                    TokenFactory.preapprove,
                    receiver=carol,
                    expires_at=ledger.now + RelTime.of(days=1),
                ),
                exercise(
                    factory.contract_id, TokenFactory.preapprove, receiver=carol, expires_at=None
                ),
            ],
        ),
        ([bob], [exercise(consent, TransferPreapproval.cancel, actor=bob)]),
    ]


def _accept(
    offer: ContractId[standard.TransferInstruction], extras: metadata.ExtraArgs
) -> Command[Any]:
    arg = standard.TransferInstruction_Accept(extra_args=extras)
    return exercise(offer, standard.TransferInstruction.transfer_instruction_accept, arg=arg)
