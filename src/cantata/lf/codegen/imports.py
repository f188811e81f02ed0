"""What a generated module imports, collected while its classes are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from cantata.lf.codegen.names import identifier
from cantata.lf.codegen.plan import ModulePlan
from cantata.lf.codegen.writing import INDENT, WIDTH
from cantata.lf.model import Ref


@dataclass(slots=True)
class Imports:
    """The imports of one module; other generated modules are imported under an alias."""

    plan: ModulePlan
    plans: dict[tuple[str, str], ModulePlan]
    prefix: tuple[str, ...]
    _aliases: dict[tuple[str, str], str] = field(default_factory=dict)

    def class_name(self, ref: Ref) -> str | None:
        """Give the expression for the class of a data type; None if it has no class."""
        key = (ref.package, ref.module)
        plan = self.plans.get(key)
        if plan is None or ref.name not in plan.classes:
            return None
        if plan is self.plan:
            return plan.classes[ref.name]
        if key not in self._aliases:
            wanted = identifier(f"_{plan.home.segments[-1]}")
            self._aliases[key] = self.plan.scope.allocate(wanted)
        return f"{self._aliases[key]}.{plan.classes[ref.name]}"

    def lines(self, *, dataclasses: bool, generics: bool) -> list[str]:
        """Write the imports in the order of a formatter."""
        standard = ["from dataclasses import dataclass"] * dataclasses
        standard += ["from typing import Generic, TypeVar"] * generics
        generated = [
            line
            for statement in sorted(self._import(key) for key in self._aliases)
            for line in statement
        ]
        groups = [
            ["from __future__ import annotations"],
            standard,
            ["from cantata.lf.codegen import support as lf"],
            generated,
        ]
        lines = [line for group in groups if group for line in (*group, "")]
        return lines[:-1]

    def _import(self, key: tuple[str, str]) -> list[str]:
        """Write one import, in brackets if the line is too long."""
        *parents, last = (*self.prefix, *self.plans[key].home.segments)
        start, name = f"from {'.'.join(parents)} import ", f"{last} as {self._aliases[key]}"
        if len(start) + len(name) <= WIDTH:
            return [start + name]
        return [f"{start}(", f"{' ' * INDENT}{name},", ")"]
