"""Which packages the ledger has, which it may use, and which version a name means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from cantata.lf.model import Package, Packages, Ref


class PackageSet:
    """Packages with their vetting; versions of one name are ordered by their numbers.

    `refresh` is called before names are resolved, for vetting that begins or ends with time;
    `vetted_at` tells what is vetted at any time, where that is known.
    """

    def __init__(self, packages: Packages | None = None) -> None:
        self.packages = packages if packages is not None else Packages()
        self.refresh: Callable[[], None] | None = None
        self.vetted_at: Callable[[int], Iterable[str]] | None = None
        self._vetted: set[str] = set()
        self._highest: dict[str, str] | None = None
        self._implemented: dict[Ref, tuple[Ref, ...]] = {}

    def add(self, packages: Iterable[Package], *, vet: bool = True) -> None:
        """Add packages, their dependencies before or after them, and vet them."""
        for package in packages:
            self.packages.add(package)
            if vet:
                self._vetted.add(package.id)
        self._changed()

    def clear(self) -> None:
        """Take all packages out; the same ids may come again, with the same content."""
        self.packages.clear()
        self._vetted.clear()
        self._changed()

    def vet(self, package_id: str) -> None:
        """Allow a package in transactions."""
        self._vetted.add(package_id)
        self._changed()

    def unvet(self, package_id: str) -> None:
        """Take a package out of use; contracts of it stay."""
        self._vetted.discard(package_id)
        self._changed()

    @property
    def vetted(self) -> frozenset[str]:
        """Give the ids of the packages that may be used."""
        return frozenset(self._vetted)

    def is_vetted(self, package_id: str) -> bool:
        """Tell whether a package may be used."""
        return package_id in self._vetted

    def resolution(self, preference: Collection[str] = ()) -> Mapping[str, str]:
        """Map each package name to the package to use: preferred, else the highest vetted."""
        if self.refresh is not None:
            self.refresh()
        if self._highest is None:
            self._highest = self._find_highest(self._vetted)
        if not preference:
            return self._highest
        preferred = {
            self.packages[package_id].name: package_id
            for package_id in preference
            if package_id in self.packages
        }
        return {**self._highest, **preferred}

    def resolution_at(self, time: int) -> Mapping[str, str]:
        """Map each package name to the highest package that is vetted at a time."""
        if self.vetted_at is None:
            return self.resolution()
        return self._find_highest(self.vetted_at(time))

    def package_name(self, package_id: str) -> str:
        """Give the name of a package, "" for one that the ledger does not have."""
        package = self.packages.get(package_id)
        return "" if package is None else package.name

    def implemented(self, template: Ref) -> tuple[Ref, ...]:
        """Give the interfaces of a template, in its own version or the one now in use."""
        known = self._implemented.get(template)
        if known is None:
            versions = [template]
            current = self.resolution().get(self.package_name(template.package))
            if current is not None and current != template.package:
                versions.insert(0, Ref(current, template.module, template.name))
            known = tuple(
                dict.fromkeys(found for version in versions for found in self._instances(version))
            )
            self._implemented[template] = known
        return known

    def has_instance(self, template: Ref, interface: Ref) -> bool:
        """Tell whether exactly this template implements exactly this interface."""
        return interface in self._instances(template)

    def _instances(self, template: Ref) -> tuple[Ref, ...]:
        package = self.packages.get(template.package)
        module = package.modules.get(template.module) if package else None
        definition = module.templates.get(template.name) if module else None
        return tuple(instance.interface for instance in definition.implements) if definition else ()

    def _find_highest(self, package_ids: Iterable[str]) -> dict[str, str]:
        highest: dict[str, tuple[tuple[int, ...], str]] = {}
        for package_id in package_ids:
            package = self.packages.get(package_id)
            if package is not None:
                version = tuple(int(number) for number in package.version.split("."))
                candidate = (version, package_id)
                highest[package.name] = max(highest.get(package.name, candidate), candidate)
        return {name: package_id for name, (_, package_id) in highest.items()}

    def _changed(self) -> None:
        self._highest = None
        self._implemented.clear()
