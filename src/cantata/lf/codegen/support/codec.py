"""A codec: the two directions between JSON data and the Python values of one type."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from cantata.lf.codec.coder import Coder
from cantata.lf.codec.errors import ValueRefused

T = TypeVar("T")


class Codec(Coder, Generic[T]):
    """Converts values of one type to the JSON of the JSON Ledger API v2 and back."""

    __slots__ = ()

    def to_json(self, value: T) -> Any:
        """Give a value as JSON data; raise `ValueRefused` for what no ledger would take."""
        try:
            return self.encode(value, 0)
        except ValueRefused as error:
            error.locate("")
            raise

    def from_json(self, data: Any) -> T:
        """Give JSON data as a value; raise `ValueRefused` with the path of what does not fit.

        Numbers must be int or Decimal, as `cantata.lf.codec.loads` reads them.
        """
        try:
            value: T = self.decode(data, 0)
        except ValueRefused as error:
            error.locate("")
            raise
        return value
