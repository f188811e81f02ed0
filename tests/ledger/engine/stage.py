"""A ledger with the vectors' packages, and short words for what tests do on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from cantata.lf.model import Ref
from cantata.sandbox.engine import (
    Command,
    Contract,
    CreateAndExerciseCommand,
    CreateCommand,
    Engine,
    ExerciseCommand,
    Ledger,
    Mode,
    Submission,
    Transaction,
    TypeRef,
)
from tests.vectors.ledger.scenario import engine

NOW = 1_700_000_000_000_000
ARCHIVE = ()


@dataclass(slots=True)
class Stage:
    """A fresh ledger; every submission has a seed and a command id of its own."""

    folder: Path
    mode: Mode = Mode.NUCK
    ledger: Ledger = field(init=False)
    submitted: int = 0

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.engine)

    @property
    def engine(self) -> Engine:
        """The engine, shared by all stages."""
        return engine(self.folder)

    def ref(self, name: str, package: str = "vec-main") -> Ref:
        """Give a template or interface of a package by name."""
        package_id = self.engine.packages.resolution()[package]
        module = {"vec-main": "M", "vec-iface": "I"}.get(package, "U")
        return Ref(package_id, module, name)

    def version(self, version: str) -> Ref:
        """Give template U:T of a version of vec-up."""
        packages = self.engine.packages.packages
        (found,) = [
            package.id
            for package in packages.values()
            if package.name == "vec-up" and package.version == version
        ]
        return Ref(found, "U", "T")

    def submission(self, party: str, *commands: Command, **more: Any) -> Submission:
        """Make a submission."""
        self.submitted += 1
        submission = Submission(
            act_as=frozenset(party.split()),
            commands=commands,
            ledger_time=NOW,
            mode=self.mode,
            seed=sha256(b"%d" % self.submitted).digest(),
            command_id=f"command-{self.submitted}",
        )
        return replace(submission, **more)

    def submit(self, party: str, *commands: Command, **more: Any) -> Transaction:
        """Submit commands and give the transaction."""
        submission = self.submission(party, *commands, **more)
        submission, transaction = self.ledger.prepare(submission)
        self.ledger.commit(submission, transaction)
        return transaction

    def create(self, party: str, template: TypeRef | str, *payload: Any, **more: Any) -> Contract:
        """Create one contract and give it."""
        ref = self.ref(template) if isinstance(template, str) else template
        transaction = self.submit(party, CreateCommand(ref, payload), **more)
        return transaction.created[0].contract

    def asset(self, issuer: str = "alice", owner: str = "bob", amount: str = "5") -> Contract:
        """Create an Asset."""
        return self.create(issuer, "Asset", issuer, owner, numeric(amount), None)

    def runner(self, party: str = "alice", other: str = "bob") -> Contract:
        """Create a Runner, whose choices try things out."""
        return self.create(party, "Runner", party, other)

    def exercise(
        self, party: str, contract: Contract, choice: str, argument: Any = (), **more: Any
    ) -> Transaction:
        """Exercise a choice of a contract's own template."""
        command = ExerciseCommand(contract.template, contract.contract_id, choice, argument)
        return self.submit(party, command, **more)

    def create_and_exercise(self, party: str, *args: Any) -> Transaction:
        """Create a contract and exercise a choice of it."""
        template, payload, choice, argument = args
        command = CreateAndExerciseCommand(self.ref(template), payload, choice, argument)
        return self.submit(party, command)


def numeric(text: str) -> Decimal:
    """Give a Decimal of LF."""
    return Decimal(text).quantize(Decimal("1e-10"))
