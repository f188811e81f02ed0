"""What a new version of a package changes, in words, and whether it may follow the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cantata.lf.check import Violation
from cantata.lf.check.upgrade.lineage import check_upgrade_of
from cantata.lf.declared.wording import Types
from cantata.lf.model import (
    Choice,
    DataCons,
    DefDataType,
    DefInterface,
    DefTemplate,
    EnumType,
    InterfaceType,
    Module,
    Package,
    Packages,
    Record,
    Type,
    Variant,
)
from cantata.lf.stable import stable_packages

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the definition it is in, and what happened."""

    definition: str
    what: str

    def __str__(self) -> str:
        return f"{self.definition}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageDiff:
    """Two versions of a package: what changed, and which upgrade rules that breaks."""

    old: Package
    new: Package
    changes: tuple[Change, ...]
    violations: tuple[Violation, ...]


def compare_packages(old: Sequence[Package], new: Sequence[Package]) -> PackageDiff:
    """Compare two versions; each comes with the packages that it needs, itself first.

    Stable packages are known and may be left out.
    """
    stable = [stored.package for stored in stable_packages().values()]
    old, new = [*old, *stable], [*new, *stable]
    known = Packages((*old, *new))
    changes = _Changes(Types(known, lambda ref: ref.qualified))
    return PackageDiff(
        old=old[0],
        new=new[0],
        changes=tuple(changes.package(old[0], new[0])),
        violations=check_upgrade_of(old, new),
    )


class _Changes:
    def __init__(self, types: Types) -> None:
        self._types = types

    def package(self, old: Package, new: Package) -> Iterator[Change]:
        for name, before, after in _pairs(old.modules, new.modules):
            if before is None or after is None:
                yield Change(name, _came_or_went("module", after is not None))
            else:
                yield from self._module(before, after)

    def _module(self, old: Module, new: Module) -> Iterator[Change]:
        for name, before, after in _pairs(old.data_types, new.data_types):
            where = f"{new.name}:{name}"
            if before is None or after is None:
                known = before or after
                assert known is not None
                yield Change(where, _came_or_went(_kind(known.cons), after is not None))
            else:
                yield from self._data_type(where, before, after)
        for name, old_template, new_template in _pairs(old.templates, new.templates):
            where = f"{new.name}:{name}"
            if old_template is None or new_template is None:
                yield Change(where, _came_or_went("template", new_template is not None))
            else:
                yield from self._template(where, old_template, new_template)
        for name, old_interface, new_interface in _pairs(old.interfaces, new.interfaces):
            if old_interface is not None and new_interface is not None:
                yield from self._choices(f"{new.name}:{name}", old_interface, new_interface)

    def _data_type(self, where: str, old: DefDataType, new: DefDataType) -> Iterator[Change]:
        match old.cons, new.cons:
            case Record(fields=before), Record(fields=after):
                yield from self._parts(where, "field", dict(before), dict(after))
            case Variant(constructors=before), Variant(constructors=after):
                yield from self._parts(where, "constructor", dict(before), dict(after))
            case EnumType(constructors=names), EnumType(constructors=others):
                yield from _enum(where, names, others)
            case before, after if _kind(before) != _kind(after):
                yield Change(where, f"was a {_kind(before)}, is a {_kind(after)}")
            case _:
                pass

    def _parts(
        self, where: str, part: str, old: Mapping[str, Type], new: Mapping[str, Type]
    ) -> Iterator[Change]:
        kept = [name for name in old if name in new]
        for name, before, after in _pairs(old, new):
            if before is None or after is None:
                yield Change(where, _came_or_went(f"{part} {name}", after is not None))
            elif self._shown(before) != self._shown(after):
                shown = f"{self._shown(before)} to {self._shown(after)}"
                yield Change(where, f"{part} {name} changed from {shown}")
        if kept != [name for name in new if name in old]:
            yield Change(where, f"the order of the {part}s changed")

    def _template(self, where: str, old: DefTemplate, new: DefTemplate) -> Iterator[Change]:
        before = {str(each.interface.qualified): each for each in old.implements}
        after = {str(each.interface.qualified): each for each in new.implements}
        for name, was, now in _pairs(before, after):
            if was is None or now is None:
                yield Change(where, _came_or_went(f"implementation of {name}", now is not None))
        yield from self._choices(where, old, new)

    def _choices(
        self, where: str, old: DefTemplate | DefInterface, new: DefTemplate | DefInterface
    ) -> Iterator[Change]:
        before = {choice.name: choice for choice in old.choices}
        after = {choice.name: choice for choice in new.choices}
        for name, was, now in _pairs(before, after):
            if was is None or now is None:
                yield Change(where, _came_or_went(f"choice {name}", now is not None))
            else:
                yield from self._choice(where, was, now)

    def _choice(self, where: str, old: Choice, new: Choice) -> Iterator[Change]:
        results = (self._shown(old.result), self._shown(new.result))
        if results[0] != results[1]:
            yield Change(where, f"result of {new.name} changed from {' to '.join(results)}")
        if old.consuming != new.consuming:
            now = "consuming" if new.consuming else "nonconsuming"
            yield Change(where, f"choice {new.name} became {now}")

    def _shown(self, type_: Type) -> str:
        return self._types.type(type_)


def _pairs(old: Mapping[str, T], new: Mapping[str, T]) -> Iterator[tuple[str, T | None, T | None]]:
    for name in dict.fromkeys((*old, *new)):
        yield name, old.get(name), new.get(name)


def _came_or_went(what: str, came: bool) -> str:
    return f"{what} added" if came else f"{what} removed"


def _kind(cons: DataCons) -> str:
    match cons:
        case Record():
            return "record"
        case Variant():
            return "variant"
        case EnumType():
            return "enum"
        case InterfaceType():
            return "interface"


def _enum(where: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[Change]:
    for name, before, after in _pairs(dict.fromkeys(old, True), dict.fromkeys(new, True)):
        if before is None or after is None:
            yield Change(where, _came_or_went(f"constructor {name}", after is not None))
    if [name for name in old if name in new] != [name for name in new if name in old]:
        yield Change(where, "the order of the constructors changed")
