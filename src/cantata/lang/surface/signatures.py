"""Choices by the names that they have on the ledger, with what they take and give."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, get_type_hints

from cantata.lang import naming
from cantata.lang.surface.conform import conform
from cantata.lang.surface.data import Record
from cantata.lang.surface.errors import NotAContract


class Signature(NamedTuple):
    """A choice: the class whose body declares it, its name, its parameters, its result."""

    owner: type
    name: str
    parameters: tuple[tuple[str, Any], ...]
    result: Any

    def bind(self, args: tuple[object, ...], arguments: dict[str, object]) -> tuple[Any, ...]:
        """Give the arguments in the order of the parameters, checked.

        Raise TypeError for wrong names and WrongType for a value that does not fit its annotation.
        """
        names = [name for name, _ in self.parameters]
        given = {**dict(zip(names, args, strict=False)), **arguments}
        if given.keys() != set(names) or len(given) != len(args) + len(arguments):
            raise TypeError(self._mismatch(names, given))
        return tuple(
            conform(f"{name} of {self.name}", hint, given[name]) for name, hint in self.parameters
        )

    @property
    def is_whole(self) -> bool:
        """Tell whether the only parameter is the argument record itself."""
        if len(self.parameters) != 1:
            return False
        name, hint = self.parameters[0]
        is_record = isinstance(hint, type) and issubclass(hint, Record)
        return name == "arg" and is_record and hint.__name__ == self.name

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


@functools.cache
def signature_of(body: Callable[..., Any], name: str) -> Signature:
    """Give the signature of a choice by its body and its Daml name, "" for the usual one."""
    owner_name, _, method = body.__qualname__.rpartition(".")
    owner = getattr(sys.modules.get(body.__module__), owner_name, None)
    if not isinstance(owner, type):
        raise NotAContract(body)
    hints = get_type_hints(body, include_extras=True)
    result = hints.pop("return")
    return Signature(owner, name or naming.pascal(method), tuple(hints.items()), result)


def view_hint(interface: type) -> Any:
    """Give the type of an interface's view, from its one method without a body."""
    for name in vars(interface):
        member = getattr(interface, name)
        if getattr(member, "__isabstractmethod__", False) and not hasattr(member, "effects"):
            return get_type_hints(member, include_extras=True)["return"]
    raise NotAContract(interface)
