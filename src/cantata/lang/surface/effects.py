"""Effects on the ledger, requirements, and conversions between templates and interfaces.

Effects stand in choice bodies, in methods with effects and in functions marked `@update`. As plain
Python they raise NoLedger.
"""

from __future__ import annotations

from typing import Any, Final, ParamSpec, TypeVar

from cantata.kernel.time import Date, Timestamp
from cantata.lang.surface.contracts import Choice, Interface, Template
from cantata.lang.surface.errors import NoLedger, RequirementFailed, WrongType
from cantata.lang.surface.numbers import Decimal
from cantata.lang.surface.values import ContractId, Party

C = TypeVar("C", bound=Template | Interface)
D = TypeVar("D", bound=Template | Interface)
P = ParamSpec("P")
R = TypeVar("R")

INVALID_ARGUMENT: Final = 8
"""The category of a requirement on the arguments alone: no later state makes them right."""

INVALID_STATE: Final = 9
"""The category of a requirement on the present state: the same command may succeed later."""


def create(payload: C) -> ContractId[C]:
    """Create a contract and give its id."""
    raise NoLedger("create", payload)


def fetch(contract_id: ContractId[C]) -> C:
    """Give the payload of an active contract, or the interface value of an interface's id."""
    raise NoLedger("fetch", contract_id)


def archive(contract_id: ContractId[Any]) -> None:
    """Archive a contract: exercise its choice Archive."""
    raise NoLedger("archive", contract_id)


def exercise(
    contract_id: ContractId[C], choice: Choice[C, P, R], /, *args: P.args, **arguments: P.kwargs
) -> R:
    """Exercise a choice of a template or interface and give its result."""
    raise NoLedger("exercise", contract_id, choice, args, arguments)


def now() -> Timestamp:
    """Give the ledger time, which pins it: prefer `before` and `not_before`."""
    raise NoLedger("now")


def before(time: Timestamp) -> bool:
    """Say whether ledger time is before an instant."""
    raise NoLedger("before", time)


def not_before(time: Timestamp) -> bool:
    """Say whether ledger time has reached an instant."""
    raise NoLedger("not_before", time)


def require(
    condition: bool,
    error_id: str,
    message: str,
    /,
    *,
    category: int = INVALID_STATE,
    **fields: str | int | Decimal | Party | Date | Timestamp,
) -> None:
    """Fail with an error id, a message and metadata unless the condition holds."""
    if not isinstance(condition, bool):
        raise WrongType("the condition of require", "bool", condition)
    if not condition:
        metadata = {name: str(value) for name, value in fields.items()}
        raise RequirementFailed(error_id, message, category, metadata)


def coerce(contract_id: ContractId[Any], target: type[C]) -> ContractId[C]:
    """Take a contract id for that of another template or interface; the next use checks it."""
    if not isinstance(target, type):
        raise WrongType("the target of coerce", "a template or interface", target)
    return ContractId[C](contract_id)


def from_interface(target: type[D], value: Interface) -> D | None:
    """Give an interface value as a template's payload or a richer interface, None if it is none."""
    return value if isinstance(value, target) else None
