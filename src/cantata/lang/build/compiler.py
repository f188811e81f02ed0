"""The compiler: contract source to a checked package with its id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from cantata.lang.build.compiled import CompiledPackage
from cantata.lang.build.program import compile_program, declared_packages
from cantata.lang.frontend import check
from cantata.lf.model import Package


def compile_package(paths: Sequence[Path]) -> CompiledPackage:
    """Compile the contract modules of one package and all they import.

    The result depends on the source alone: equal source gives equal bytes on every machine.
    Raise `ContractErrors` with all violations of the contract language, or
    `GeneratedCodeRefused`, which is a fault of the compiler.
    """
    return compile_program(check(paths))


def compile_declared(paths: Sequence[Path]) -> Mapping[str, Package]:
    """Give the declared packages among contract modules and all they import, by id.

    They have ids and code, but no bytes. Raise as `compile_package` does.
    """
    return declared_packages(check(paths))
