"""Values in bytes, in both dialects: of the Ledger API, and of contract blobs.

The dialects differ in field numbers, in how contract ids are written, and in that values of blobs
carry neither labels nor names of types.
"""

from cantata.lf.interactive.value_wire.dialect import API, IDENTIFIER, STORED
from cantata.lf.interactive.value_wire.wire import STORED_VALUE, VALUE, ValueWire

__all__ = ["API", "IDENTIFIER", "STORED", "STORED_VALUE", "VALUE", "ValueWire"]
