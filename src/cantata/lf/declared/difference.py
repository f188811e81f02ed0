"""A difference between a declared package and the real one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One difference: the definition it is in, the part of it, and both sides in words."""

    definition: str
    part: str
    declared: str
    real: str

    def __str__(self) -> str:
        return f"{self.definition}, {self.part}: declared {self.declared}, really {self.real}"


ABSENT = "absent"
"""How a side is shown that has nothing."""
