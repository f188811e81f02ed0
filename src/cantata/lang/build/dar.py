"""DARs of compiled packages: exactly what the package needs, taken from where it is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cantata.lang.build.compiled import CompiledPackage
from cantata.lang.build.errors import DeclarationDiffers, MissingDependencies
from cantata.lf.archive import Dar, StoredPackage, dependency_closure, write_dar
from cantata.lf.declared import compare_declaration
from cantata.lf.model import Package, Packages
from cantata.lf.stable import stable_packages


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltDar:
    """A DAR: its bytes, the packages in it, and the declared ones that were left out."""

    content: bytes
    packages: tuple[Package, ...]
    left_out: tuple[Package, ...]


def build_dar(
    compiled: CompiledPackage, dars: Iterable[Dar] = (), *, without_declared: bool = False
) -> BuiltDar:
    """Build the DAR of a package.

    Packages that are only declared come from the given DARs, read one by one until nothing is
    missing; the declarations are compared with them. Raise `MissingDependencies` if one is in
    none of them and `without_declared` does not allow to leave it out, `DeclarationDiffers` if
    one is not as declared, `IncompleteDar` if a DAR lacks what its own packages need.
    """
    available = {**stable_packages(), **compiled.compiled, **_given(compiled, dars)}
    missing = tuple(
        package for package in compiled.declared.values() if package.id not in available
    )
    if missing and not without_declared:
        raise MissingDependencies([f"{each.name}-{each.version}" for each in missing])
    _compare(compiled, available)
    main = compiled.stored
    if missing:
        absent = {package.id for package in missing}
        main = _without(main, absent)
        available = {id_: _without(stored, absent) for id_, stored in available.items()}
    packages = (main, *dependency_closure(main, available))
    return BuiltDar(
        content=write_dar(main, available),
        packages=tuple(stored.package for stored in packages),
        left_out=missing,
    )


def _given(compiled: CompiledPackage, dars: Iterable[Dar]) -> Mapping[str, StoredPackage]:
    """Give the packages of as many DARs as it takes to have all declared ones."""
    given: dict[str, StoredPackage] = {}
    sources = iter(dars)
    while compiled.declared.keys() - given.keys():
        dar = next(sources, None)
        if dar is None:
            break
        given |= dar.packages
    return given


def _compare(compiled: CompiledPackage, available: Mapping[str, StoredPackage]) -> None:
    known = Packages(stored.package for stored in available.values())
    for package_id, declared in compiled.declared.items():
        if package_id in available:
            differences = compare_declaration(declared, available[package_id].package, known)
            if differences:
                raise DeclarationDiffers(f"{declared.name}-{declared.version}", differences)


def _without(stored: StoredPackage, absent: set[str]) -> StoredPackage:
    """Give a package that does not ask for some of its imports; its bytes stay the same."""
    package = stored.package
    return replace(stored, package=replace(package, imports=package.imports - absent))
