"""Commands made of contract classes, and what they gave as objects of these classes.

Contract classes are those of the contract language and those generated from DARs: whatever tells
what it is on a ledger as `cantata.lf.codegen.support.forms` describes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, Protocol, TypeVar

from cantata.ledger.errors import MalformedAnswer
from cantata.ledger.model.events import CreatedEvent, Event, ExercisedEvent
from cantata.ledger.model.updates import Transaction
from cantata.lf.codegen.support.forms import ChoiceForm, ContractForm
from cantata.lf.codegen.support.ledger import Command, Template

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
I_co = TypeVar("I_co", covariant=True)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

__all__ = [
    "Active",
    "Choice",
    "InterfaceClass",
    "TemplateClass",
    "TypedCommand",
    "archive",
    "create",
    "create_and_exercise",
    "exercise",
    "json_of",
    "results_of",
]


class TemplateClass(Protocol[T, I_co]):
    """The class of a template, or an object of it: T are its objects, I its contract ids."""

    def __ledger_template__(self) -> ContractForm[T, I_co]:
        """Tell what the template is on a ledger."""
        ...


class InterfaceClass(Protocol[T, I_co]):
    """The class of an interface: T are its views, I its contract ids."""

    def __ledger_interface__(self) -> ContractForm[T, I_co]:
        """Tell what the interface is on a ledger."""
        ...


class Choice(Protocol[P, R]):
    """A choice: one of the contract language, or a generated one, which has its arguments."""

    def __ledger_choice__(self, *args: P.args, **arguments: P.kwargs) -> ChoiceForm[R]:
        """Tell what the choice is on a ledger."""
        ...


@dataclass(frozen=True, slots=True)
class TypedCommand(Generic[R_co]):
    """A command as the API wants it, and how to read what it gave."""

    json: Command
    read: Callable[[Any], R_co]


@dataclass(frozen=True, slots=True)
class Active(Generic[T_co, I_co]):
    """An active contract: its payload (or view) as an object, and the event that made it."""

    contract_id: I_co
    payload: T_co
    event: CreatedEvent


def create(payload: TemplateClass[Any, I_co]) -> TypedCommand[I_co]:
    """Create a contract; the result is its id."""
    form = payload.__ledger_template__()
    return TypedCommand({"CreateCommand": _creation(form, payload)}, form.contract_id)


def exercise(
    contract_id: str, choice: Choice[P, R], /, *args: P.args, **arguments: P.kwargs
) -> TypedCommand[R]:
    """Exercise a choice of a template or an interface; the result is the choice's."""
    form = choice.__ledger_choice__(*args, **arguments)
    wanted = {
        "templateId": form.identifier,
        "contractId": str(contract_id),
        "choice": form.name,
        "choiceArgument": form.argument,
    }
    return TypedCommand({"ExerciseCommand": wanted}, form.result.from_json)


def create_and_exercise(
    payload: TemplateClass[Any, Any], choice: Choice[P, R], /, *args: P.args, **arguments: P.kwargs
) -> TypedCommand[R]:
    """Create a contract and exercise a choice of its template; the result is the choice's."""
    form = choice.__ledger_choice__(*args, **arguments)
    wanted = {
        **_creation(payload.__ledger_template__(), payload),
        "choice": form.name,
        "choiceArgument": form.argument,
    }
    return TypedCommand({"CreateAndExerciseCommand": wanted}, form.result.from_json)


def archive(contract_id: str, template: TemplateClass[Any, Any]) -> TypedCommand[None]:
    """Archive a contract of a template."""
    wanted = {
        "templateId": template.__ledger_template__().identifier,
        "contractId": str(contract_id),
        "choice": "Archive",
        "choiceArgument": {},
    }
    return TypedCommand({"ExerciseCommand": wanted}, lambda _unit: None)


def json_of(command: Command | Template | TypedCommand[Any]) -> Command:
    """Give a command as the API wants it; a payload means to create it."""
    if isinstance(command, TypedCommand):
        return command.json
    return command.create_command() if isinstance(command, Template) else command


def results_of(
    transaction: Transaction, commands: Iterable[Command | TypedCommand[Any]]
) -> tuple[Any, ...]:
    """Give what each command gave, from the roots of the transaction that they made.

    That is the id of a created contract or the result of a choice, as an object for a typed
    command and as JSON for another. The transaction has to be one of the shape LEDGER_EFFECTS, as
    the submitting parties see it.
    """
    roots = _roots(transaction.events)
    results = []
    for command in commands:
        given = json_of(command)
        root = next(roots, None)
        if "CreateAndExerciseCommand" in given:
            root = next(roots, None)
        if root is None:
            raise MalformedAnswer("the transaction has fewer roots than there were commands")
        value = root.contract_id if isinstance(root, CreatedEvent) else root.result
        results.append(command.read(value) if isinstance(command, TypedCommand) else value)
    return tuple(results)


def _creation(form: ContractForm[Any, Any], payload: Any) -> dict[str, Any]:
    return {"templateId": form.identifier, "createArguments": form.codec.to_json(payload)}


def _roots(events: Iterable[Event]) -> Iterator[CreatedEvent | ExercisedEvent]:
    within = -1
    for event in events:
        if event.node_id <= within or not isinstance(event, CreatedEvent | ExercisedEvent):
            continue
        if isinstance(event, ExercisedEvent):
            within = event.last_descendant
        yield event
