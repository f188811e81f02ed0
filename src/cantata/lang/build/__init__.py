"""Building contract packages: compile, check, pack into DARs, compare versions."""

from __future__ import annotations

from cantata.lang.build.changes import Change, PackageDiff, compare_packages
from cantata.lang.build.compiled import CompiledPackage
from cantata.lang.build.compiler import compile_declared, compile_package
from cantata.lang.build.dar import BuiltDar, build_dar
from cantata.lang.build.errors import (
    CodeTooDeep,
    DeclarationDiffers,
    GeneratedCodeRefused,
    MissingDependencies,
    OnlyDeclared,
)
from cantata.lang.build.program import compile_program

__all__ = [
    "BuiltDar",
    "Change",
    "CodeTooDeep",
    "CompiledPackage",
    "DeclarationDiffers",
    "GeneratedCodeRefused",
    "MissingDependencies",
    "OnlyDeclared",
    "PackageDiff",
    "build_dar",
    "compare_packages",
    "compile_declared",
    "compile_package",
    "compile_program",
]
