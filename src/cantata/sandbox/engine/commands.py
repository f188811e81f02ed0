"""Commands and submissions: what a party asks the ledger to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from cantata.lf.model import Ref
from cantata.sandbox.engine.contract import Contract


class Mode(Enum):
    """What a rolled back try block may undo."""

    NO_KEY = "NoKey"
    """Protocol 34: creates and consuming exercises may be rolled back."""

    NUCK = "NUCK"
    """Protocol 35: rolling back a create or a consuming exercise is refused."""


@dataclass(frozen=True, slots=True)
class NamedRef:
    """A template or interface by package name (``#name:Module:Entity``): the preferred version."""

    package_name: str
    module: str
    name: str

    def __str__(self) -> str:
        return f"#{self.package_name}:{self.module}:{self.name}"


TypeRef = Ref | NamedRef


@dataclass(frozen=True, slots=True)
class CreateCommand:
    """Create a contract; `argument` is the payload of the template, typed or untyped."""

    template: TypeRef
    argument: Any


@dataclass(frozen=True, slots=True)
class ExerciseCommand:
    """Exercise a choice; `target` names a template or an interface."""

    target: TypeRef
    contract_id: str
    choice: str
    argument: Any


@dataclass(frozen=True, slots=True)
class CreateAndExerciseCommand:
    """Create a contract and exercise a choice of it in the same transaction."""

    template: TypeRef
    create_argument: Any
    choice: str
    choice_argument: Any


@dataclass(frozen=True, slots=True)
class ExerciseByKeyCommand:
    """Exercise a choice of the first contract of a template that has a key."""

    template: TypeRef
    key: Any
    choice: str
    argument: Any


Command = CreateCommand | ExerciseCommand | CreateAndExerciseCommand | ExerciseByKeyCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Commands of one submission: they form one transaction or none.

    `act_as` authorizes, `read_as` only makes contracts visible. Times are microseconds since
    1970; `preparation_time` (default: the ledger time) goes into contract ids. `seed` is 32
    unpredictable bytes: the same submission with the same seed gives the same ids.
    `package_preference` are package ids to prefer over the highest vetted version of their name;
    `resolution`, when given, replaces the whole map from package name to package id.
    """

    act_as: frozenset[str]
    commands: tuple[Command, ...]
    ledger_time: int
    seed: bytes
    read_as: frozenset[str] = frozenset()
    preparation_time: int | None = None
    disclosed: tuple[Contract, ...] = ()
    package_preference: tuple[str, ...] = ()
    resolution: Mapping[str, str] | None = None
    mode: Mode = Mode.NUCK
    command_id: str = ""
    user_id: str = ""
    workflow_id: str = ""
    submission_id: str = ""
    trace_id: str = ""
    external_hash: str = ""
