"""What an error is about, written as participants write it."""

from __future__ import annotations

import base64

from cantata.kernel.errors import CantataError
from cantata.lf.interactive.typed import TypedValues
from cantata.lf.interactive.value_wire import STORED_VALUE
from cantata.lf.model import Packages
from cantata.lf.runtime.errors import InterpretationError, Typed


class Resources:
    """Writes resources over a set of packages, which may grow."""

    def __init__(self, packages: Packages) -> None:
        self._typed = TypedValues(packages)

    def written(self, error: InterpretationError) -> tuple[tuple[str, str], ...]:
        """Give the kinds and texts of what an error is about.

        Nothing is given of an error about a value that cannot be written.
        """
        try:
            return tuple((kind, self._text(each)) for kind, each in error.resources)
        except CantataError:
            return ()

    def _text(self, each: str | Typed) -> str:
        if isinstance(each, str):
            return each
        value = self._typed.to_value(each.value, each.type)
        return base64.b64encode(STORED_VALUE.encode(value)).decode()
