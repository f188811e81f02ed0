"""Generates Python for a package: all files of all packages that its classes need."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.lf.codegen.imports import Imports
from cantata.lf.codegen.layout import Home, lay_out_modules, package_folders
from cantata.lf.codegen.module import ModuleWriter
from cantata.lf.codegen.normal import Normalizer
from cantata.lf.codegen.plan import ModulePlan, plan_module
from cantata.lf.codegen.reach import part_types, reachable, references
from cantata.lf.codegen.writing import assign
from cantata.lf.model import Package, Packages

_PREFIX = re.compile(r"([A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*)?")


class IllegalPrefix(CantataError):
    """An import prefix that is no dotted Python name."""

    code: ClassVar[str] = "ILLEGAL_PREFIX"

    def __init__(self, prefix: str) -> None:
        super().__init__(
            f"{prefix!r} is no name of a Python package", hint="write it as in an import: app.daml"
        )
        self.prefix = prefix


def generate(packages: Packages, main: Package, *, prefix: str = "") -> dict[PurePosixPath, str]:
    """Give the text of each file by its path below the output folder.

    One Python package per LF package, named after its name and version, one module per LF module.
    The output folder is meant to be on the import path; if it is a package itself, `prefix` is
    its dotted name. The same input gives the same text.

    Raise `CodegenRefused` for types too large to write down, `UnknownDefinition` for a missing
    package, `IllegalPrefix`.
    """
    if not _PREFIX.fullmatch(prefix):
        raise IllegalPrefix(prefix)
    plans = _plan(packages, main)
    parents = tuple(prefix.split(".")) if prefix else ()
    normalizer = Normalizer(packages)
    files = {}
    for plan in plans.values():
        writer = ModuleWriter(plan, Imports(plan, plans, parents), normalizer)
        files[plan.home.path] = writer.text()
    files.update(_package_files(plans))
    return dict(sorted(files.items()))


def _plan(packages: Packages, main: Package) -> dict[tuple[str, str], ModulePlan]:
    wanted = reachable(packages, main)
    homes = lay_out_modules(packages, {package_id for package_id, _ in wanted})
    plans = {}
    for (package_id, module_name), names in wanted.items():
        package = packages[package_id]
        home = homes[package_id, module_name]
        module = package.modules[module_name]
        parts = [part for name in names for part in part_types(module.data_types[name])]
        inner = set(references(packages, parts))
        plans[package_id, module_name] = plan_module(package, module, home, names, inner)
    return plans


def _package_files(plans: dict[tuple[str, str], ModulePlan]) -> dict[PurePosixPath, str]:
    """Write what makes folders packages; the topmost one of a package says which it is."""
    files: dict[PurePosixPath, str] = {}
    homes: list[Home] = []
    for plan in plans.values():
        package, homes = plan.package, [*homes, plan.home]
        folder = PurePosixPath(plan.home.segments[0])
        files[folder / "py.typed"] = ""
        head = f'"""Package {package.name} {package.version}; generated, do not edit."""'
        lines = [head, "", *assign("PACKAGE_ID", package.id, ""), ""]
        files[folder / "__init__.py"] = "\n".join(lines)
    for folder in package_folders(homes):
        files.setdefault(folder / "__init__.py", '"""Modules of one name; generated."""\n')
    return files
