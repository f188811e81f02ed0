"""Both directions of the two dialects."""

from __future__ import annotations

from cantata.lf.interactive.protobuf import Budget, Form
from cantata.lf.interactive.value_wire.dialect import API, STORED, Dialect
from cantata.lf.interactive.value_wire.reader import ValueReader
from cantata.lf.interactive.value_wire.writer import ValueWriter
from cantata.lf.interactive.values import Value


class ValueWire:
    """Reads and writes values of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._reader = ValueReader(dialect)
        self._writer = ValueWriter(dialect)

    @property
    def form(self) -> Form:
        """Give the form of a field that holds a value."""
        return Form("Value", 2, self.decode, self.encode, None)

    def decode(self, data: bytes, budget: Budget) -> Value:
        """Read a value; `LimitExceeded` if it nests too deep or holds too many."""
        return self._reader.decode(data, budget)

    def encode(self, value: Value) -> bytes:
        """Write a value; `LimitExceeded` if it nests too deep."""
        return self._writer.encode(value)


VALUE = ValueWire(API).form
"""A value as the Ledger API writes it."""

STORED_VALUE = ValueWire(STORED)
"""Values as contract blobs hold them."""
