"""Base classes and decorators of templates, interfaces and their choices."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod as view
from collections.abc import Callable
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    Generic,
    Literal,
    NoReturn,
    ParamSpec,
    Self,
    TypeAlias,
    TypeVar,
    dataclass_transform,
)

from cantata.lang.surface.data import Data, field, seal
from cantata.lang.surface.errors import NoLedger
from cantata.lang.surface.values import ContractId, Party

if TYPE_CHECKING:
    # A client of ledgers needs these; contract code and its tests need not load them.
    from cantata.lf.codegen.support.forms import ChoiceForm, ContractForm

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)
F = TypeVar("F", bound=Callable[..., Any])

Kind: TypeAlias = Literal["consuming", "nonconsuming", "preconsuming", "postconsuming"]

__all__ = ["Choice", "Interface", "Template", "choice", "method", "view"]


class _Contract:
    """What templates and interfaces share: the contract's own id, for choice bodies."""

    @property
    def contract_id(self) -> ContractId[Self]:
        """The id of the contract whose choice is running; it exists on a ledger only."""
        raise NoLedger("contract_id")

    def signatories(self) -> list[Party]:
        """Give the parties who must agree to the contract and always see it."""
        return []

    def observers(self) -> list[Party]:
        """Give further parties who see the contract."""
        return []


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
class Template(_Contract, Data):
    """A template: the fields are the payload, the methods its rules, the choices its actions."""

    def __init_subclass__(cls) -> None:
        """Make the subclass a frozen dataclass."""
        super().__init_subclass__()
        seal(cls, kw_only=True)

    def ensure(self) -> bool:
        """Say whether the payload is legal; the ledger refuses a contract that is not."""
        return True

    @classmethod
    def __ledger_template__(cls) -> ContractForm[Self, ContractId[Self]]:
        """Tell a client what the template is on a ledger."""
        from cantata.lang.surface.forms import template_form  # noqa: PLC0415 - for clients only

        return template_form(cls)


class Interface(_Contract, ABC):
    """An interface: a view, abstract methods, and choices on whatever template implements it."""

    @classmethod
    def __ledger_interface__(cls) -> ContractForm[Any, ContractId[Self]]:
        """Tell a client what the interface is on a ledger."""
        from cantata.lang.surface.forms import interface_form  # noqa: PLC0415 - for clients only

        return interface_form(cls)


@dataclass(frozen=True, slots=True)
class Choice(Generic[S_contra, P, R_co]):
    """A choice, as ``exercise(cid, Token.burn, …)`` names it; it is never called directly."""

    body: Callable[Concatenate[S_contra, P], R_co]
    controllers: Callable[..., list[Party]]
    observers: Callable[..., list[Party]] | None
    kind: Kind
    name: str

    def __call__(self, *_args: object, **_arguments: object) -> NoReturn:
        """Refuse to run: a choice runs on a ledger, by `exercise`."""
        raise NoLedger("exercise")

    def __ledger_choice__(self, *args: P.args, **arguments: P.kwargs) -> ChoiceForm[R_co]:
        """Tell a client what the choice is on a ledger, with these arguments."""
        from cantata.lang.surface.forms import choice_form  # noqa: PLC0415 - for clients only

        return choice_form(self.body, self.name, args, dict(arguments))


def choice(
    *,
    controllers: Callable[..., list[Party]],
    observers: Callable[..., list[Party]] | None = None,
    kind: Kind = "consuming",
    consuming: bool = True,
    name: str = "",
) -> Callable[[Callable[Concatenate[S, P], R_co]], Choice[S, P, R_co]]:
    """Declare a choice of a template or an interface.

    `controllers` and `observers` are lambdas of the payload and, by name, of some of the choice's
    parameters. `consuming=False` keeps the contract active; `kind` may archive it before or
    after the body. `name` is the Daml name where that is not the method's in CamelCase.
    """
    chosen: Kind = kind if consuming else "nonconsuming"

    def declare(body: Callable[Concatenate[S, P], R_co]) -> Choice[S, P, R_co]:
        return Choice(body, controllers, observers, chosen, name)

    return declare


def method(*, daml: str = "", effects: bool = False) -> Callable[[F], F]:
    """Declare a method of an interface: its Daml name, and whether it has effects."""

    def declare(body: F) -> F:
        body.__dict__.update(daml=daml, effects=effects)
        return body

    return declare
