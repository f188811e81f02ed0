"""Contract classes and choices by the names that they have on the ledger."""

from __future__ import annotations

from typing import Any, NamedTuple

from cantata.lang import Choice, Interface
from cantata.lang.surface.errors import NotAContract
from cantata.lang.surface.signatures import Signature, signature_of, view_hint
from cantata.lang.surface.wire import package_of
from cantata.testing.bridge import Bridge, bridge

__all__ = ["ChoiceNames", "NotAContract", "names_of", "package_of", "view_bridge"]


class ChoiceNames(NamedTuple):
    """A choice as the ledger knows it, with its argument and result as run-time values."""

    signature: Signature
    result: Bridge

    @property
    def owner(self) -> type:
        """Give the class whose body declares the choice."""
        return self.signature.owner

    @property
    def name(self) -> str:
        """Give the name on the ledger."""
        return self.signature.name

    def argument(self, *args: object, **arguments: object) -> Any:
        """Give the run-time value of the choice's argument; raise as `Signature.bind` does."""
        bound = self.signature.bind(args, arguments)
        parts = tuple(
            bridge(hint).to_value(value)
            for (_, hint), value in zip(self.signature.parameters, bound, strict=True)
        )
        return parts[0] if self.signature.is_whole else parts

    def arguments(self, value: Any) -> dict[str, Any]:
        """Give a run-time value of the choice's argument as arguments by name."""
        parts = (value,) if self.signature.is_whole else value
        return {
            name: bridge(hint).to_object(part)
            for (name, hint), part in zip(self.signature.parameters, parts, strict=True)
        }


def names_of(choice: Choice[Any, Any, Any]) -> ChoiceNames:
    """Give the ledger's names of a choice; its owner is the class whose body declares it."""
    if not isinstance(choice, Choice):
        raise NotAContract(choice)
    signature = signature_of(choice.body, choice.name)
    return ChoiceNames(signature, bridge(signature.result))


def view_bridge(interface: type[Interface]) -> Bridge:
    """Give the bridge of an interface's view, from its one method without a body."""
    return bridge(view_hint(interface))
