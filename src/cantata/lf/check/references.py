"""What a package refers to: other packages, and which of its modules use which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass

from cantata.lf.model import (
    EVal,
    Location,
    Module,
    Package,
    PEnum,
    PVariant,
    Ref,
    UFetchByKey,
    UQueryNByKey,
)


@dataclass(frozen=True, slots=True)
class References:
    """The packages a package refers to, and for each module the sibling modules it uses.

    `uses` leaves out what the engine leaves out when it looks for cycles: patterns, by-key
    operations, and the types in the message of an exception.
    """

    packages: frozenset[str]
    uses: dict[str, frozenset[str]]


def references_of(package: Package) -> References:
    """Collect the references of a package; shared parts are looked at once."""
    packages: set[str] = set()
    uses: dict[str, frozenset[str]] = {}
    for module in package.modules.values():
        walk = _Walk()
        walk.visit(_definitions(module))
        walk.visit_messages([exception.message for exception in module.exceptions.values()])
        packages |= {ref.package for ref in walk.counted | walk.passed}
        siblings = {ref.module for ref in walk.counted if ref.package == package.id}
        uses[module.name] = frozenset(siblings - {module.name})
    return References(frozenset(packages - {package.id}), uses)


def _definitions(module: Module) -> list[object]:
    return [
        *module.synonyms.values(),
        *module.data_types.values(),
        *module.values.values(),
        *module.interfaces.values(),
        *module.templates.values(),
    ]


class _Walk:
    """Visits all parts of definitions, each once, and keeps the references that count or pass."""

    def __init__(self) -> None:
        self.counted: set[Ref] = set()
        self.passed: set[Ref] = set()
        self._seen: set[int] = set()

    def visit(self, roots: Sequence[object]) -> None:
        """Collect the references in definitions."""
        self._visit(roots, everything=True)

    def visit_messages(self, roots: Sequence[object]) -> None:
        """Collect the references in messages of exceptions, where only values count."""
        self._visit(roots, everything=False)

    def _visit(self, roots: Sequence[object], *, everything: bool) -> None:
        seen = self._seen
        waiting = [*roots]
        while waiting:
            owner = waiting.pop()
            if id(owner) in seen:
                continue
            seen.add(id(owner))
            parts = owner if isinstance(owner, tuple) else _parts(owner)
            for part in parts:
                class_ = type(part)
                if isinstance(part, Ref):
                    self._keep(owner, part, everything=everything)
                elif class_ is tuple or _names(class_):
                    waiting.append(part)

    def _keep(self, owner: object, ref: Ref, *, everything: bool) -> None:
        class_ = type(owner)
        counts = class_ not in _PASSED if everything else class_ is EVal
        (self.counted if counts else self.passed).add(ref)


_FIELDS: dict[type, tuple[str, ...]] = {Location: ()}
_PASSED: set[type] = {PVariant, PEnum, UFetchByKey, UQueryNByKey}


def _parts(owner: object) -> list[object]:
    return [getattr(owner, name) for name in _names(type(owner))]


def _names(class_: type) -> tuple[str, ...]:
    names = _FIELDS.get(class_)
    if names is None:
        found = fields(class_) if is_dataclass(class_) else ()
        names = _FIELDS[class_] = tuple(field.name for field in found)
    return names
