"""Violations: what is wrong in a package, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cantata.lf.check.rules import HINTS
from cantata.lf.model import Location

VIOLATIONS_MAX = 1_000
"""Most violations kept of one check; a hostile package cannot fill the memory with them."""


MESSAGE_MAX = 4_000
"""Longest message; names and types in it come from the package."""


class Stage(Enum):
    """The part of the check that found a violation, named as the engine names its errors."""

    VALIDATION = "Validation"
    UPGRADE = "Upgrade"
    LINEAGE = "Lineage"
    DAR = "Dar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule.

    `rule` is the engine's own class name of the error (``ETypeMismatch``), `part` the part of the
    definition it was found in (``choice Transfer``), `location` is known for packages that were
    just compiled.
    """

    rule: str
    message: str
    stage: Stage = Stage.VALIDATION
    package: str = ""
    module: str = ""
    definition: str = ""
    part: str = ""
    location: Location | None = None

    @property
    def hint(self) -> str:
        """Say what to do next."""
        return HINTS.get(self.rule, "")

    @property
    def where(self) -> str:
        """Name the place: module, definition and part, as far as known."""
        name = ":".join(part for part in (self.module, self.definition) if part)
        return f"{name} ({self.part})" if self.part else name

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.rule}: {self.message}{hint}"


class Report:
    """Collects violations; knows the place that is being checked."""

    def __init__(self, package: str, stage: Stage = Stage.VALIDATION) -> None:
        self.package = package
        self.stage = stage
        self.module = ""
        self.definition = ""
        self.part = ""
        self.location: Location | None = None
        self.mismatch_rule = "ETypeMismatch"
        self._found: dict[Violation, None] = {}

    def at(self, module: str, definition: str = "", part: str = "") -> None:
        """Set the place of what is found from now on."""
        self.module, self.definition, self.part = module, definition, part
        self.location = None
        self.mismatch_rule = "ETypeMismatch"

    def add(self, rule: str, message: str) -> None:
        """Record a violation at the present place; the same one again is not repeated."""
        if len(self._found) >= VIOLATIONS_MAX:
            return
        if len(message) > MESSAGE_MAX:
            message = f"{message[:MESSAGE_MAX]}…"
        violation = Violation(
            rule=rule,
            message=message,
            stage=self.stage,
            package=self.package,
            module=self.module,
            definition=self.definition,
            part=self.part,
            location=self.location,
        )
        self._found[violation] = None

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Give what was found, in the order it was found."""
        return tuple(self._found)
