"""Equality of types between two versions of a package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cantata.lf.check.arena import Arena
from cantata.lf.model import (
    Kind,
    Packages,
    Ref,
    TApp,
    TBuiltin,
    TCon,
    TNat,
    TVar,
    Type,
)

Positions = Mapping[str, int]
"""The type parameters in scope, each by its position."""

NO_PARAMETERS: Positions = {}


def version_key(version: str) -> tuple[int, ...]:
    """Give what versions are ordered by: their segments as numbers, from left to right."""
    return tuple(int(part) if part.isdecimal() else -1 for part in version.split("."))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares types of the past package with types of the present one."""

    packages: Packages
    _arena: Arena = field(default_factory=Arena)

    def same_kind(self, past: Kind, present: Kind) -> bool:
        """Say whether a kind stayed the same."""
        return self._arena.read_kind(past) is self._arena.read_kind(present)

    def same(
        self,
        past: Type,
        present: Type,
        past_params: Positions = NO_PARAMETERS,
        present_params: Positions = NO_PARAMETERS,
    ) -> bool:
        """Say whether a type stayed the same.

        A data type is the same under the same module and name in the same package, or in a
        package of the same name and no lower version. Only data is comparable: structs, synonyms
        and quantified types never are the same.
        """
        seen: set[tuple[int, int]] = set()
        waiting = [(past, present)]
        while waiting:
            pair = waiting.pop()
            if (id(pair[0]), id(pair[1])) in seen:
                continue
            seen.add((id(pair[0]), id(pair[1])))
            match pair:
                case (TApp(), TApp()):
                    waiting += ((pair[0].arg, pair[1].arg), (pair[0].fun, pair[1].fun))
                case (TVar(one), TVar(other)):
                    position = past_params.get(one)
                    if position is None or position != present_params.get(other):
                        return False
                case _:
                    if not self._same_leaf(*pair):
                        return False
        return True

    def _same_leaf(self, past: Type, present: Type) -> bool:
        match (past, present):
            case (TCon(one), TCon(other)):
                return self._same_ref(one, other)
            case (TNat(), TNat()) | (TBuiltin(), TBuiltin()):
                return past == present
            case _:
                return False

    def _same_ref(self, past: Ref, present: Ref) -> bool:
        if past.qualified != present.qualified:
            return False
        one, other = self.packages.get(past.package), self.packages.get(present.package)
        if one is None or other is None:
            return one is other and past.package == present.package
        return one.name == other.name and version_key(one.version) <= version_key(other.version)
