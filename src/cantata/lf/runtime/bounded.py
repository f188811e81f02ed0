"""Built-in functions whose cost grows with their operands, held to the interpretation's bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from cantata.lf.runtime.budget import Budget, Limits
from cantata.lf.runtime.builtins import crypto, maps, text
from cantata.lf.runtime.errors import ContractIdComparability, InterpretationTimeExceeded
from cantata.lf.runtime.order import compare
from cantata.lf.runtime.values import Cons, GenMap, Value

DISCRIMINATOR = 66
"""Length in hex of version and discriminator of a contract id."""
FREE = 64
"""Size up to which copying a map counts as nothing."""


class Metered(Protocol):
    """Who knows the bounds of the running interpretation."""

    limits: Limits
    budget: Budget


class Bounded:
    """Such functions for one runtime."""

    def __init__(self, machine: Metered) -> None:
        self.machine = machine
        self.longest = machine.limits.text

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Give them by name."""
        return {
            "APPEND_TEXT": lambda left, right: self.short(left + right),
            "COMPARE": self.order,
            "COMPARE_IDS": compare_ids,
            "EQUAL": lambda left, right: self.order(left, right) == 0,
            "EXPLODE_TEXT": lambda value: self.listed(value, text.explode),
            "GENMAP_DELETE": self.genmap_delete,
            "GENMAP_INSERT": self.genmap_insert,
            "GENMAP_LOOKUP": self.genmap_lookup,
            "GREATER": lambda left, right: self.order(left, right) > 0,
            "GREATER_EQ": lambda left, right: self.order(left, right) >= 0,
            "IMPLODE_TEXT": self.implode,
            "LESS": lambda left, right: self.order(left, right) < 0,
            "LESS_EQ": lambda left, right: self.order(left, right) <= 0,
            "TEXTMAP_DELETE": self.textmap_delete,
            "TEXTMAP_INSERT": self.textmap_insert,
            "TEXT_TO_CODE_POINTS": lambda value: self.listed(value, text.to_code_points),
            "TEXT_TO_HEX": lambda value: self.short(crypto.text_to_hex(value)),
        }

    def short(self, value: str) -> str:
        """Refuse a text beyond the bound."""
        if len(value) > self.longest:
            raise InterpretationTimeExceeded(f"texts of {self.longest} characters")
        return value

    def order(self, left: Value, right: Value) -> int:
        """Compare."""
        return compare(left, right, self.machine.budget.burn)

    def listed(self, value: str, make: Callable[[str], Cons]) -> Cons:
        """Make a list of a text's characters."""
        self.burn(len(value))
        return make(value)

    def implode(self, cells: Cons) -> str:
        """Join texts."""
        parts = []
        total = 0
        while cells:
            part, cells = cells
            parts.append(part)
            total += len(part)
            if total > self.longest:
                break
        return self.short("".join(parts))

    def burn(self, size: int) -> None:
        """Count the copying of a value of this size."""
        if size > FREE:
            self.machine.budget.burn(size >> 5)

    def textmap_insert(self, key: str, value: Value, textmap: dict[str, Value]) -> dict[str, Value]:
        """Give the map with one key set."""
        if len(textmap) > FREE:
            self.burn(len(textmap))
        return {**textmap, key: value}

    def textmap_delete(self, key: str, textmap: dict[str, Value]) -> dict[str, Value]:
        """Give the map without a key."""
        self.burn(len(textmap))
        return maps.textmap_delete(key, textmap)

    def genmap_insert(self, key: Value, value: Value, genmap: GenMap) -> GenMap:
        """Give the map with one key set."""
        self.burn(len(genmap))
        return maps.genmap_insert(key, value, genmap, self.order)

    def genmap_delete(self, key: Value, genmap: GenMap) -> GenMap:
        """Give the map without a key."""
        self.burn(len(genmap))
        return maps.genmap_delete(key, genmap, self.order)

    def genmap_lookup(self, key: Value, genmap: GenMap) -> tuple[Value] | None:
        """Give the value of a key, if it is there."""
        return maps.genmap_lookup(key, genmap, self.order)


def compare_ids(left: str, right: str) -> int:
    """Compare contract ids; the two forms of one id cannot be compared."""
    if left == right:
        return 0
    one_id = left[:DISCRIMINATOR] == right[:DISCRIMINATOR]
    if one_id and DISCRIMINATOR in (len(left), len(right)):
        raise ContractIdComparability(max(left, right, key=len))
    return -1 if left < right else 1
