"""An intent: the commands as they were sent, and the terms under which they may be recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

from cantata.lf.interactive.errors import InteractiveError


class MalformedIntent(InteractiveError):
    """A command that is none of the JSON Ledger API's; `place` says which."""

    code: ClassVar[str] = "INVALID_FIELD"

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place} is no command: {reason}")
        self.place = place


class Aspect(Enum):
    """In what a prepared transaction differs from an intent."""

    TREE = "tree"
    ROOTS = "root nodes"
    ACTION = "action"
    TEMPLATE = "template"
    PACKAGE = "package"
    CONTRACT = "contract"
    CHOICE = "choice"
    ARGUMENT = "argument"
    ACT_AS = "submitting parties"
    AUTHORITY = "authority"
    COMMAND_ID = "command id"
    SYNCHRONIZER = "synchronizer"
    INPUT = "input contract"
    BLOB = "contract blob"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which a prepared transaction is not what was wanted; texts are shortened."""

    aspect: Aspect
    place: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"{self.aspect.value} at {self.place}: wanted {self.wanted}, found {self.found}"


@dataclass(frozen=True, slots=True)
class WantedCreate:
    """Create a contract; `argument` is JSON as it was sent, or a `Value`.

    `template` is ``#package-name:Module:Entity`` or ``package-id:Module:Entity``.
    """

    template: str
    argument: Any


@dataclass(frozen=True, slots=True)
class WantedExercise:
    """Exercise a choice; `target` names a template or an interface.

    `contract_id` None means the contract that the command before it creates.
    """

    target: str
    contract_id: str | None
    choice: str
    argument: Any


Wanted = WantedCreate | WantedExercise


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a party wants to sign; what is None is not compared.

    `synchronizer_id` may be the logical id. `inputs` are the ids of all contracts that may be
    used. `packages` are, by package name, the ids of versions that may be used; a name that it
    does not have may not be used at all. Times are in microseconds, ends included.
    """

    commands: tuple[Wanted, ...]
    act_as: frozenset[str]
    command_id: str | None = None
    synchronizer_id: str | None = None
    inputs: Collection[str] | None = None
    packages: Mapping[str, Collection[str]] | None = None
    prepared_between: tuple[int, int] | None = None
    max_record_time: int | None = None


def wanted_commands(commands: Sequence[Any]) -> tuple[Wanted, ...]:
    """Give commands of the JSON Ledger API as they are wanted; raise `MalformedIntent`.

    Commands by key are not compared, since what a key means is not theirs to say.
    """
    wanted: list[Wanted] = []
    for index, command in enumerate(commands):
        place = f"commands[{index}]"
        if not isinstance(command, Mapping) or len(command) != 1:
            raise MalformedIntent(place, "it is no object with one member")
        case, body = next(iter(command.items()))
        try:
            wanted.extend(_CASES[case](body))
        except (KeyError, TypeError):
            raise MalformedIntent(place, f"the case {str(case)[:80]!r} or a field of it") from None
    return tuple(wanted)


def _create(body: Mapping[str, Any]) -> list[Wanted]:
    return [WantedCreate(body["templateId"], body["createArguments"])]


def _exercise(body: Mapping[str, Any]) -> list[Wanted]:
    return [
        WantedExercise(
            body["templateId"], body["contractId"], body["choice"], body["choiceArgument"]
        )
    ]


def _create_and_exercise(body: Mapping[str, Any]) -> list[Wanted]:
    template = body["templateId"]
    return [
        WantedCreate(template, body["createArguments"]),
        WantedExercise(template, None, body["choice"], body["choiceArgument"]),
    ]


_CASES = {
    "CreateCommand": _create,
    "ExerciseCommand": _exercise,
    "CreateAndExerciseCommand": _create_and_exercise,
}
