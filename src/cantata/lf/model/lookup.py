"""A set of packages, and definitions found in it by reference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, TypeVar

from cantata.kernel.errors import CantataError
from cantata.lf.model.names import Ref
from cantata.lf.model.package import (
    DefDataType,
    DefException,
    DefInterface,
    DefTemplate,
    DefTypeSyn,
    DefValue,
    Module,
    Package,
)

T = TypeVar("T")


class UnknownDefinition(CantataError):
    """A reference to something that no package in the set defines."""

    code: ClassVar[str] = "UNKNOWN_DEFINITION"

    def __init__(self, kind: str, ref: Ref) -> None:
        super().__init__(f"unknown {kind} {ref}", hint="add the package that defines it")
        self.kind = kind
        self.ref = ref


class Packages(Mapping[str, Package]):
    """Packages by id, which are added or all taken out; an id always means the same content.

    A declaration may have less of it than the real package that takes its place. `replaced` counts
    how often that happened, for those who remember what they made of packages.
    """

    def __init__(self, packages: Iterable[Package] = ()) -> None:
        self._by_id: dict[str, Package] = {package.id: package for package in packages}
        self._known = self._by_id.copy()
        self.replaced = 0

    def __getitem__(self, package_id: str) -> Package:
        return self._by_id[package_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, package: Package) -> None:
        """Add a package; the same id again replaces a declaration by the real package."""
        before = self._known.get(package.id)
        if before is not None and before is not package:
            self.replaced += before.extent != package.extent
        self._known[package.id] = self._by_id[package.id] = package

    def clear(self) -> None:
        """Take all packages out."""
        self._by_id.clear()

    def module(self, ref: Ref) -> Module:
        """Give the module that a reference points into, or raise `UnknownDefinition`."""
        package = self._by_id.get(ref.package)
        if package is None:
            raise UnknownDefinition("package", ref)
        module = package.modules.get(ref.module)
        if module is None:
            raise UnknownDefinition("module", ref)
        return module

    def data_type(self, ref: Ref) -> DefDataType:
        """Give a data type, or raise `UnknownDefinition`."""
        return _found("data type", ref, self.module(ref).data_types.get(ref.name))

    def synonym(self, ref: Ref) -> DefTypeSyn:
        """Give a type synonym, or raise `UnknownDefinition`."""
        return _found("type synonym", ref, self.module(ref).synonyms.get(ref.name))

    def value(self, ref: Ref) -> DefValue:
        """Give a top-level value, or raise `UnknownDefinition`."""
        return _found("value", ref, self.module(ref).values.get(ref.name))

    def template(self, ref: Ref) -> DefTemplate:
        """Give a template, or raise `UnknownDefinition`."""
        return _found("template", ref, self.module(ref).templates.get(ref.name))

    def interface(self, ref: Ref) -> DefInterface:
        """Give an interface, or raise `UnknownDefinition`."""
        return _found("interface", ref, self.module(ref).interfaces.get(ref.name))

    def exception(self, ref: Ref) -> DefException:
        """Give an exception, or raise `UnknownDefinition`."""
        return _found("exception", ref, self.module(ref).exceptions.get(ref.name))


def _found(kind: str, ref: Ref, definition: T | None) -> T:
    if definition is None:
        raise UnknownDefinition(kind, ref)
    return definition
