"""Submitting commands of contract classes on behalf of parties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, Protocol, TypeVar

from cantata.kernel.errors import CantataError
from cantata.lang import Choice, ContractId, Interface, Party, Template, WrongType
from cantata.lf.runtime.errors import InternalError
from cantata.sandbox.engine import Command as EngineCommand
from cantata.sandbox.engine import Contract, Submission, Transaction, Update
from cantata.testing import commands
from cantata.testing.commands import Command
from cantata.testing.failures import Expected, require_refusal
from cantata.testing.results import results_of

C = TypeVar("C", bound=Template | Interface)
T = TypeVar("T", bound=Template)
P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M")

Submit = Callable[[int, bytes, str], Submission]
"""Makes a submission of the ledger time, a seed and a command id."""


class Submits(Protocol):
    """What a submitter needs of its ledger."""

    catalog: Any

    def commit(self, submission: Submit) -> Update:
        """Submit what is made of the time, a seed and a command id."""
        ...

    def prepare(self, submission: Submit) -> Transaction:
        """Interpret what is made of the time, a seed and a command id; record nothing."""
        ...

    def notes(self, error: CantataError) -> Iterable[str]:
        """Give what the ledger knows about a refusal beyond its text."""
        ...

    def read_json(self, commands: Sequence[Mapping[str, Any]]) -> tuple[EngineCommand, ...]:
        """Read commands of the JSON Ledger API."""
        ...

    def listing(self, update: Update) -> dict[str, Any]:
        """Give an update as JSON data."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """A submission that was committed: its update, and what each command gave."""

    update: Update
    results: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Submitter:
    """Acts as some parties on a ledger under test."""

    ledger: Submits
    act_as: frozenset[Party]
    read_as: frozenset[Party]
    disclosed: tuple[Contract, ...]

    def create(self, payload: T) -> ContractId[T]:
        """Create a contract and give its id."""
        __tracebackhide__ = True
        return self._only(commands.create(payload))

    def exercise(
        self,
        contract_id: ContractId[C],
        choice: Choice[C, P, R],
        /,
        *args: P.args,
        **arguments: P.kwargs,
    ) -> R:
        """Exercise a choice of a template or an interface and give its result."""
        __tracebackhide__ = True
        return self._only(commands.exercise(contract_id, choice, *args, **arguments))

    def archive(self, contract_id: ContractId[Any], template: type[Template | Interface]) -> None:
        """Archive a contract of a template or interface."""
        __tracebackhide__ = True
        self._only(commands.archive(contract_id, template))

    def submit(self, *given: Command[Any]) -> Done:
        """Submit commands as one transaction: all of them happen or none.

        A refusal comes with notes: its place in the contract's source, its values.
        """
        __tracebackhide__ = True
        compiled = self._compile(given)
        update = self._commit(compiled)
        values = results_of(update.tree, compiled)
        read = tuple(command.read(value) for command, value in zip(given, values, strict=True))
        return Done(update, read)

    def submit_json(self, *given: Mapping[str, Any]) -> dict[str, Any]:
        """Submit commands in the form of the JSON Ledger API as one transaction.

        Give the update as JSON data, see `Ledger.listing`. This needs no contract classes: it is
        the way to use a DAR of others.
        """
        __tracebackhide__ = True
        return self.ledger.listing(self._commit(self.ledger.read_json(given)))

    def submit_must_fail(self, expected: Expected, /, *given: Command[Any]) -> CantataError:
        """Submit commands that the ledger must refuse, and give its error.

        `expected` is the id of a requirement, Canton's error code, or the error's class. Raise
        AssertionError when they succeed or fail otherwise.
        """
        __tracebackhide__ = True
        try:
            done = self.submit(*given)
        except CantataError as error:
            require_refusal(error, expected)
            return error
        msg = f"expected a refusal with {expected}, but update {done.update.update_id} was made"
        raise AssertionError(msg)

    def prepare(self, *given: Command[Any]) -> Transaction:
        """Give the transaction that commands would make; nothing is recorded."""
        __tracebackhide__ = True
        return self._run(self.ledger.prepare, self._compile(given))

    def _compile(self, given: tuple[Command[Any], ...]) -> tuple[EngineCommand, ...]:
        for command in given:
            if not isinstance(command, Command):
                raise WrongType(
                    "submit", "commands, as create(…) and exercise(…) make them", command
                )
        return tuple(command.compile(self.ledger.catalog.ref) for command in given)

    def _commit(self, compiled: tuple[EngineCommand, ...]) -> Update:
        __tracebackhide__ = True
        return self._run(self.ledger.commit, compiled)

    def _run(self, act: Callable[[Submit], M], compiled: tuple[EngineCommand, ...]) -> M:
        __tracebackhide__ = True

        def submission(now: int, seed: bytes, command_id: str) -> Submission:
            return Submission(
                act_as=frozenset(str(party) for party in self.act_as),
                read_as=frozenset(str(party) for party in self.read_as),
                commands=compiled,
                ledger_time=now,
                seed=seed,
                disclosed=self.disclosed,
                command_id=command_id,
            )

        try:
            return act(submission)
        except InternalError:
            raise
        except CantataError as error:
            for note in self.ledger.notes(error):
                error.add_note(note)
            raise error.with_traceback(None)  # noqa: B904 - the engine's frames say nothing

    def _only(self, command: Command[R]) -> R:
        __tracebackhide__ = True
        result: R = self.submit(command).results[0]
        return result
