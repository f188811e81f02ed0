"""The order of Daml-LF on the values of contract code."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any


def order_key(value: object) -> Any:
    """Give a key that sorts values of one contract type as Daml-LF does.

    None comes before everything, records go field by field, enums by declared rank, lists
    lexicographically, the shorter of equal beginnings first. Depth is that of the value.
    """
    if value is None:
        return (0,)
    if isinstance(value, enum.Enum):
        return (1, list(type(value)).index(value))
    if isinstance(value, list):
        return (1, [order_key(item) for item in value])
    if dataclasses.is_dataclass(value) and "__lt__" not in vars(type(value)):
        names = [field.name for field in dataclasses.fields(value)]
        return (1, [order_key(getattr(value, name)) for name in names])
    return (1, value)
