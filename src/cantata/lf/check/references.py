"""What a package refers to: other packages, and which of its modules use which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass

from cantata.lf.model import (
    Alternative,
    EVal,
    Location,
    Module,
    Package,
    Ref,
    TApp,
    UFetchByKey,
    UQueryNByKey,
)

STEPS_MAX = 20_000_000
"""Most parts of one package looked at; the largest known has a few hundred thousand."""


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
        used = set()
        for ref, counted in _module_references(module):
            packages.add(ref.package)
            if counted and ref.package == package.id and ref.module != module.name:
                used.add(ref.module)
        uses[module.name] = frozenset(used)
    return References(frozenset(packages - {package.id}), uses)


def _module_references(module: Module) -> Iterator[tuple[Ref, bool]]:
    seen: set[int] = set()
    yield from _walk(
        [
            *module.synonyms.values(),
            *module.data_types.values(),
            *module.values.values(),
            *module.interfaces.values(),
            *module.templates.values(),
        ],
        seen,
        lambda owner: not isinstance(owner, UFetchByKey | UQueryNByKey),
    )
    messages: list[object] = [exception.message for exception in module.exceptions.values()]
    yield from _walk(messages, seen, lambda owner: isinstance(owner, EVal))


def _walk(
    roots: list[object], seen: set[int], counts: Callable[[object], bool]
) -> Iterator[tuple[Ref, bool]]:
    """Visit all parts of definitions; patterns are visited too but do not count."""
    waiting = list(reversed(roots))
    while waiting:
        owner = waiting.pop()
        if id(owner) in seen:
            continue
        seen.add(id(owner))
        for part in _parts(owner):
            if isinstance(part, Ref):
                yield part, counts(owner)
            elif isinstance(owner, Alternative) and part is owner.pattern:
                pattern_ref = getattr(part, "ref", None)
                if isinstance(pattern_ref, Ref):
                    yield pattern_ref, False
            else:
                waiting.append(part)


_FIELDS: dict[type, tuple[str, ...]] = {}


def _parts(owner: object) -> Iterator[object]:
    if isinstance(owner, TApp):
        yield owner.fun
        yield owner.arg
        return
    if isinstance(owner, tuple):
        candidates: Iterator[object] = iter(owner)
    else:
        candidates = (getattr(owner, name) for name in _names(type(owner)))
    for part in candidates:
        if isinstance(part, tuple):
            if part:
                yield part
        elif is_dataclass(part) and not isinstance(part, Location):
            yield part


def _names(class_: type) -> tuple[str, ...]:
    names = _FIELDS.get(class_)
    if names is None:
        found = fields(class_) if is_dataclass(class_) else ()
        names = _FIELDS[class_] = tuple(field.name for field in found)
    return names
