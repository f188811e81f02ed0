"""Contract classes and choices by the names that they have on the ledger."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, get_type_hints

from cantata.kernel.errors import CantataError
from cantata.lang import Choice, Interface, PackageInfo, Record
from cantata.lang.frontend.naming import pascal
from cantata.lang.surface.conform import conform
from cantata.testing.bridge import Bridge, bridge


class NotAContract(CantataError):
    """A class or choice that belongs to no contract module; field `subject`."""

    code = "NOT_A_CONTRACT"

    def __init__(self, subject: object) -> None:
        super().__init__(
            f"{subject!r} is not defined in a contract module",
            hint="name a class of a module with PACKAGE = package(…), or its choice: Token.burn",
        )
        self.subject = subject


class ChoiceNames(NamedTuple):
    """A choice as the ledger knows it: its owner, its name, its parameters, its result."""

    owner: type
    name: str
    parameters: tuple[tuple[str, Any], ...]
    result: Bridge

    def argument(self, *args: object, **arguments: object) -> Any:
        """Give the run-time value of the choice's argument.

        Raise TypeError for wrong names and WrongType for a value that does not fit its annotation.
        """
        names = [name for name, _ in self.parameters]
        given = {**dict(zip(names, args, strict=False)), **arguments}
        if given.keys() != set(names) or len(given) != len(args) + len(arguments):
            raise TypeError(self._mismatch(names, given))
        parts = tuple(
            bridge(hint).to_value(conform(f"{name} of {self.name}", hint, given[name]))
            for name, hint in self.parameters
        )
        return parts[0] if _is_whole(self.name, self.parameters) else parts

    def _mismatch(self, names: list[str], given: dict[str, object]) -> str:
        missing = [name for name in names if name not in given]
        unknown = [name for name in given if name not in names]
        faults = [
            f"{what}: {', '.join(found)}"
            for what, found in (("missing", missing), ("unknown", unknown))
            if found
        ]
        takes = f"{self.name} takes {', '.join(names) or 'nothing'}"
        return "; ".join([takes, *(faults or ["one is given twice, or too many"])])

    def arguments(self, value: Any) -> dict[str, Any]:
        """Give a run-time value of the choice's argument as arguments by name."""
        parts = (value,) if _is_whole(self.name, self.parameters) else value
        return {
            name: bridge(hint).to_object(part)
            for (name, hint), part in zip(self.parameters, parts, strict=True)
        }


def package_of(cls: type) -> PackageInfo:
    """Give what the module of a contract class says about its package."""
    info = getattr(sys.modules.get(cls.__module__), "PACKAGE", None)
    if not isinstance(info, PackageInfo):
        raise NotAContract(cls)
    return info


def names_of(choice: Choice[Any, Any, Any]) -> ChoiceNames:
    """Give the ledger's names of a choice; its owner is the class whose body declares it."""
    if not isinstance(choice, Choice):
        raise NotAContract(choice)
    body = choice.body
    owner_name, _, method = body.__qualname__.rpartition(".")
    owner = getattr(sys.modules.get(body.__module__), owner_name, None)
    if not isinstance(owner, type):
        raise NotAContract(choice)
    hints = get_type_hints(body, include_extras=True)
    result = bridge(hints.pop("return"))
    parameters = tuple(hints.items())
    name = choice.name or pascal(method)
    return ChoiceNames(owner, name, parameters, result)


def view_bridge(interface: type[Interface]) -> Bridge:
    """Give the bridge of an interface's view, from its one method without a body."""
    for name in vars(interface):
        member = getattr(interface, name)
        if getattr(member, "__isabstractmethod__", False) and not hasattr(member, "effects"):
            return bridge(get_type_hints(member, include_extras=True)["return"])
    raise NotAContract(interface)


def _is_whole(choice: str, parameters: tuple[tuple[str, Any], ...]) -> bool:
    """Tell whether the only parameter is the argument record itself."""
    if len(parameters) != 1:
        return False
    name, hint = parameters[0]
    is_record = isinstance(hint, type) and issubclass(hint, Record)
    return name == "arg" and is_record and hint.__name__ == choice
