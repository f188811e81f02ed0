"""The compiler: contract source to a checked package with its id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cantata.lang.build.compiled import CompiledPackage
from cantata.lang.build.program import compile_program
from cantata.lang.frontend import check


def compile_package(paths: Sequence[Path]) -> CompiledPackage:
    """Compile the contract modules of one package and all they import.

    The result depends on the source alone: equal source gives equal bytes on every machine.
    Raise `ContractErrors` with all violations of the contract language, or
    `GeneratedCodeRefused`, which is a fault of the compiler.
    """
    return compile_program(check(paths))
