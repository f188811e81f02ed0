"""The root of all refusals of the interpreter, and how definitions are printed in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from cantata.kernel.errors import CantataError
from cantata.lf.model import Location, Ref, Type


class Typed(NamedTuple):
    """A run-time value with its type, to be written for machines by whoever shows the error."""

    value: Any
    type: Type


Resource = tuple[str, "str | Typed"]
"""The kind of something that an error is about, as participants name it, and which one it is."""


class InterpretationError(CantataError):
    """Why an interpretation ended without a result.

    `kind` is the engine's class name, `code` and `category` are what a participant answers,
    `message` is the engine's text and `pretty` its long text. `location` is the innermost place
    in the contract's source that is known, or None. None of these can be caught by contract code.
    `written_resources` are the resources as texts, once a ledger has written them.
    """

    kind: ClassVar[str] = "InterpretationError"
    code: ClassVar[str] = "DAML_INTERPRETATION_ERROR"
    category: int = 9
    location: Location | None = None
    written_resources: tuple[tuple[str, str], ...] = ()

    def __init__(
        self, message: str, *, hint: str = "", metadata: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, hint=hint, context=metadata)
        self.metadata: dict[str, str] = dict(metadata or {})

    @property
    def pretty(self) -> str:
        """Give the engine's long text."""
        return self.message

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Give what the error is about, in the order of a participant's answer."""
        return ()

    @property
    def full_message(self) -> str:
        """Give the text that a participant shows."""
        return f"Interpretation error: Error: {self.pretty}"


def short(ref: Ref) -> str:
    """Print a definition as the engine does in its texts: ``Module:Name@`` and 8 hex digits."""
    return f"{ref.module}:{ref.name}@{ref.package[:8]}"
