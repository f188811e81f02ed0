"""The base classes of generated templates, interfaces and choices, and commands from them."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Self, TypeAlias, TypeVar

from cantata.lf.codegen.support.classes import Record
from cantata.lf.codegen.support.codec import Codec
from cantata.lf.codegen.support.forms import ChoiceForm, ContractForm
from cantata.lf.codegen.support.values import ContractId

T = TypeVar("T")
R = TypeVar("R")
V = TypeVar("V")

Command: TypeAlias = dict[str, dict[str, Any]]
"""An element of `commands` of the JSON Ledger API v2."""


class Template(Record):
    """A template: an object is the payload of a contract.

    `TEMPLATE_ID` names the template by package name, as commands and filters want it;
    `PACKAGE_ID` is the package that the class was generated from.
    """

    __slots__ = ()
    TEMPLATE_ID: ClassVar[str]
    PACKAGE_ID: ClassVar[str]

    def create_command(self) -> Command:
        """Give the command that creates the contract."""
        arguments = {"templateId": self.TEMPLATE_ID, "createArguments": self.to_json()}
        return {"CreateCommand": arguments}

    @classmethod
    def __ledger_template__(cls) -> ContractForm[Self, ContractId[Self]]:
        """Tell a client what the template is on a ledger."""
        return ContractForm(cls.TEMPLATE_ID, cls.codec(), ContractId)


class Interface(Generic[V]):
    """An interface with a view of type V; never instantiated, it marks contract ids."""

    __slots__ = ()
    INTERFACE_ID: ClassVar[str]
    PACKAGE_ID: ClassVar[str]

    @classmethod
    def view_from_json(cls, data: Any) -> V:
        """Read a view, the `viewValue` of a created event."""
        view: V = cls._view().from_json(data)
        return view

    @classmethod
    def __ledger_interface__(cls) -> ContractForm[V, ContractId[Self]]:
        """Tell a client what the interface is on a ledger."""
        return ContractForm(cls.INTERFACE_ID, cls._view(), ContractId)

    @classmethod
    def _view(cls) -> Codec[Any]:
        """Give the codec of the view; each generated interface has its own."""
        raise TypeError(f"{cls.__name__} is no generated interface")


class Exercise(Generic[T, R]):
    """What all choices share: T is the template or interface, R the type of the result."""

    __slots__ = ()
    CHOICE: ClassVar[str]
    TARGET_ID: ClassVar[str]

    def exercise_command(self, contract_id: ContractId[T]) -> Command:
        """Give the command that exercises the choice on a contract."""
        arguments = {
            "templateId": self.TARGET_ID,
            "contractId": str(contract_id),
            "choice": self.CHOICE,
            "choiceArgument": self.argument_to_json(),
        }
        return {"ExerciseCommand": arguments}

    def create_and_exercise_command(self, payload: Template) -> Command:
        """Give the command that creates a contract and exercises the choice of its template."""
        arguments = {
            "templateId": payload.TEMPLATE_ID,
            "createArguments": payload.to_json(),
            "choice": self.CHOICE,
            "choiceArgument": self.argument_to_json(),
        }
        return {"CreateAndExerciseCommand": arguments}

    def argument_to_json(self) -> Any:
        """Give the argument of the choice as JSON data."""
        raise TypeError(f"{type(self).__name__} is no generated choice")

    @classmethod
    def result_from_json(cls, data: Any) -> R:
        """Read the result, the `exerciseResult` of an exercised event."""
        result: R = cls._result().from_json(data)
        return result

    def __ledger_choice__(self) -> ChoiceForm[R]:
        """Tell a client what the choice is on a ledger, with this argument."""
        return ChoiceForm(self.TARGET_ID, self.CHOICE, self.argument_to_json(), self._result())

    @classmethod
    def _result(cls) -> Codec[Any]:
        """Give the codec of the result; each generated choice has its own."""
        raise TypeError(f"{cls.__name__} is no generated choice")


class Choice(Exercise[T, R], Record):
    """A choice whose argument is a record of its own: the object is the argument."""

    __slots__ = ()

    def argument_to_json(self) -> Any:
        """Give the argument of the choice as JSON data."""
        return self.to_json()


class ChoiceOf(Exercise[T, R]):
    """A choice whose argument is of another type: the object has it as `argument`."""

    __slots__ = ()
    argument: Any

    def argument_to_json(self) -> Any:
        """Give the argument of the choice as JSON data."""
        return self._argument().to_json(self.argument)

    def to_json(self) -> Any:
        """Give the argument of the choice as JSON data."""
        return self.argument_to_json()

    @classmethod
    def _argument(cls) -> Codec[Any]:
        """Give the codec of the argument; each generated choice has its own."""
        raise TypeError(f"{cls.__name__} is no generated choice")
