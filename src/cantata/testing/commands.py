"""Commands written with contract classes, as a ledger under test takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from cantata.lang import Choice, ContractId, Interface, Template
from cantata.lf.model import Ref
from cantata.sandbox.engine import Command as EngineCommand
from cantata.sandbox.engine import CreateAndExerciseCommand, CreateCommand, ExerciseCommand
from cantata.testing.bridge import bridge
from cantata.testing.names import names_of

C = TypeVar("C", bound=Template | Interface)
T = TypeVar("T", bound=Template)
P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

RefOf = Callable[[type], Ref]
"""Gives the reference of a contract class on a ledger."""


@dataclass(frozen=True, slots=True)
class Command(Generic[R_co]):
    """A command and how its result is read; `compile` needs a ledger's references."""

    compile: Callable[[RefOf], EngineCommand]
    read: Callable[[Any], R_co]


def create(payload: T) -> Command[ContractId[T]]:
    """Create a contract; the result is its id."""
    cls = type(payload)
    value = bridge(cls).to_value(payload)
    return Command(lambda ref_of: CreateCommand(ref_of(cls), value), ContractId)


def exercise(
    contract_id: ContractId[C], choice: Choice[C, P, R], /, *args: P.args, **arguments: P.kwargs
) -> Command[R]:
    """Exercise a choice; the result is the choice's."""
    names = names_of(choice)
    value = names.argument(*args, **arguments)
    return Command(
        lambda ref_of: ExerciseCommand(ref_of(names.owner), str(contract_id), names.name, value),
        names.result.to_object,
    )


def create_and_exercise(
    payload: T, choice: Choice[T, P, R], /, *args: P.args, **arguments: P.kwargs
) -> Command[R]:
    """Create a contract and exercise a choice of it; the result is the choice's."""
    cls, names = type(payload), names_of(choice)
    contract = bridge(cls).to_value(payload)
    value = names.argument(*args, **arguments)
    return Command(
        lambda ref_of: CreateAndExerciseCommand(ref_of(cls), contract, names.name, value),
        names.result.to_object,
    )


def archive(contract_id: ContractId[Any], template: type[Template | Interface]) -> Command[None]:
    """Archive a contract of a template or interface."""
    return Command(
        lambda ref_of: ExerciseCommand(ref_of(template), str(contract_id), "Archive", ()),
        lambda _unit: None,
    )
