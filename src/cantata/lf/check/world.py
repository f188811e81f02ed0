"""What the checker knows of the packages: definitions by reference, with their types read once."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from cantata.kernel.errors import CantataError
from cantata.lf.check.arena import Arena
from cantata.lf.check.builtins import BUILTIN_TYPES
from cantata.lf.check.infos import DataInfo, InterfaceInfo, SynonymInfo, TemplateInfo
from cantata.lf.check.nodes import Ty
from cantata.lf.check.violation import Report
from cantata.lf.model import (
    DefException,
    DefInterface,
    DefTemplate,
    DefValue,
    Package,
    Packages,
    Ref,
    Type,
    UnknownDefinition,
)

D = TypeVar("D")

STEPS_MAX = 2_000_000
"""Most steps of one package's check; the largest known package takes about a hundred thousand."""


MINOR_UNKNOWN = 1_000_000
"""Number given to a minor version such as ``dev`` that is later than every numbered one."""


class CheckTooCostly(CantataError):
    """A package whose check would take more steps than allowed."""

    code: ClassVar[str] = "CHECK_TOO_COSTLY"

    def __init__(self, steps_max: int) -> None:
        super().__init__(
            f"the check takes more than {steps_max} steps",
            hint="split the package into smaller ones",
        )
        self.steps_max = steps_max


class World:
    """Definitions of a set of packages, read on first use; unknown ones are reported."""

    def __init__(self, packages: Packages) -> None:
        self.packages = packages
        self.arena = Arena()
        self.report = Report("")
        self._data: dict[Ref, DataInfo] = {}
        self._synonyms: dict[Ref, SynonymInfo] = {}
        self._values: dict[Ref, Ty] = {}
        self._builtins: dict[str, Ty] = {}
        self._templates: dict[Ref, TemplateInfo] = {}
        self._interfaces: dict[Ref, InterfaceInfo] = {}
        self._steps_left = STEPS_MAX
        self._minor = 1

    def start(self, package: Package, report: Report) -> None:
        """Begin the check of a package: its own report and a fresh budget."""
        self.report = report
        self._minor = minor_number(package.lf_minor)
        self._steps_left = STEPS_MAX
        self.arena.rewriter.steps = 0

    def spend(self, steps: int = 1) -> None:
        """Take steps from the budget, or raise `CheckTooCostly`."""
        self._steps_left -= steps
        if self._steps_left < self.arena.rewriter.steps:
            raise CheckTooCostly(STEPS_MAX)

    def require_minor(self, minor: int, feature: str) -> None:
        """Report a feature of a later LF version than the package's."""
        if self._minor < minor:
            text = f"{feature} need LF 2.{minor}, the package is LF 2.{self._minor}"
            self.report.add("EUnsupportedFeature", text)

    def forbid_from_minor(self, minor: int, feature: str) -> None:
        """Report a feature that the package's LF version no longer has."""
        if self._minor >= minor:
            text = f"{feature} exists before LF 2.{minor} only, the package is LF 2.{self._minor}"
            self.report.add("EUnsupportedFeature", text)

    def data(self, ref: Ref) -> DataInfo | None:
        """Give a data type; an unknown one is reported and None."""
        found = self._data.get(ref)
        if found is None:
            definition = self._look_up(self.packages.data_type, ref)
            if definition is not None:
                found = self._data[ref] = DataInfo.of(ref, definition, self.arena)
        return found

    def synonym(self, ref: Ref) -> SynonymInfo | None:
        """Give a synonym; an unknown one is reported and None."""
        found = self._synonyms.get(ref)
        if found is None:
            definition = self._look_up(self.packages.synonym, ref)
            if definition is not None:
                found = self._synonyms[ref] = SynonymInfo.of(ref, definition, self.arena)
        return found

    def value_type(self, ref: Ref) -> Ty:
        """Give the declared type of a value; that of an unknown one is reported and a hole."""
        found = self._values.get(ref)
        if found is None:
            definition: DefValue | None = self._look_up(self.packages.value, ref)
            if definition is None:
                return self.arena.hole
            found = self._values[ref] = self.arena.read(definition.type)
        return found

    def builtin_type(self, name: str) -> Ty:
        """Give the type of a built-in function; that of an unknown one is reported and a hole."""
        found = self._builtins.get(name)
        if found is None:
            type_: Type | None = BUILTIN_TYPES.get(name)
            if type_ is None:
                self.report.add("EUnknownDefinition", f"unknown builtin function {name}")
                return self.arena.hole
            found = self._builtins[name] = self.arena.read(type_)
        return found

    def template(self, ref: Ref) -> TemplateInfo | None:
        """Give a template; an unknown one is reported and None."""
        found = self._templates.get(ref)
        if found is None:
            definition: DefTemplate | None = self._look_up(self.packages.template, ref)
            if definition is not None:
                found = self._templates[ref] = TemplateInfo.of(definition)
        return found

    def interface(self, ref: Ref) -> InterfaceInfo | None:
        """Give an interface; an unknown one is reported and None."""
        found = self._interfaces.get(ref)
        if found is None:
            definition: DefInterface | None = self._look_up(self.packages.interface, ref)
            if definition is not None:
                found = self._interfaces[ref] = InterfaceInfo.of(definition)
        return found

    def exception(self, ref: Ref) -> DefException | None:
        """Give an exception; an unknown one is reported and None."""
        return self._look_up(self.packages.exception, ref)

    def implements(self, interface: Ref, template: Ref) -> bool:
        """Say whether a template has an instance of an interface, without reporting."""
        found = self._templates.get(template)
        if found is None:
            try:
                found = TemplateInfo.of(self.packages.template(template))
            except UnknownDefinition:
                return False
            self._templates[template] = found
        return interface in found.instances

    def _look_up(self, find: Callable[[Ref], D], ref: Ref) -> D | None:
        try:
            return find(ref)
        except UnknownDefinition as unknown:
            self.report.add("EUnknownDefinition", self._describe(unknown))
            return None

    def _describe(self, unknown: UnknownDefinition) -> str:
        ref, kind = unknown.ref, unknown.kind
        if ref.package not in self.packages:
            return f"unknown package {ref.package} while looking for {ref}"
        if ref.module not in self.packages[ref.package].modules:
            module = f"{ref.package}:{ref.module}"
            return f"unknown module {module} while looking for {ref}"
        return f"unknown {kind} {ref}"


def minor_number(minor: str) -> int:
    """Give the number of an LF minor version; one that is no number is later than all."""
    return int(minor) if minor.isdecimal() and len(minor) < 10 else MINOR_UNKNOWN
