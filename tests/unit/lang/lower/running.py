"""Runs functions of contract modules twice: as plain Python and as compiled Daml-LF."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from cantata.kernel.arithmetic import DamlArithmeticError
from cantata.lang import RequirementFailed
from cantata.lang.build import CompiledPackage, compile_package
from cantata.lf import model as lf
from cantata.lf.runtime.errors import FailureStatus
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.stable import stable_packages
from cantata.testing.bridge import bridge

ARITHMETIC = "UNHANDLED_EXCEPTION/DA.Exception.ArithmeticError:ArithmeticError"


@dataclass(frozen=True)
class Failed:
    """How a computation failed: what the ledger would report."""

    error_id: str
    category: int
    message: str
    metadata: tuple[tuple[str, str], ...] = ()


class Twin:
    """A contract module in both forms."""

    def __init__(self, module: ModuleType) -> None:
        assert module.__file__ is not None
        self.module = module
        self.compiled: CompiledPackage = compile_package([Path(module.__file__)])
        stable = [stored.package for stored in stable_packages().values()]
        others = self.compiled.dependencies.values()
        self.packages = lf.Packages([*stable, *others, self.compiled.package])
        self.runtime = Runtime(self.packages)

    def definition(self, name: str) -> lf.DefValue:
        """Give the compiled function."""
        return self.packages.value(self.ref(name))

    def outcomes(self, name: str, arguments: Sequence[Any]) -> tuple[Any, Any]:
        """Run a function in both forms and give what came out, as run-time values of Daml-LF."""
        function = getattr(self.module, name)
        *parameters, result = typing.get_type_hints(function, include_extras=True).values()
        given = [
            bridge(hint).to_value(argument)
            for hint, argument in zip(parameters, arguments, strict=True)
        ]
        return self._python(function, arguments, result), self._lf(name, given)

    def _python(self, function: Any, arguments: Sequence[Any], result: Any) -> Any:
        try:
            return bridge(result).to_value(function(*arguments))
        except RequirementFailed as error:
            metadata = tuple(sorted(error.metadata.items()))
            return Failed(error.error_id, error.category, error.message, metadata)
        except DamlArithmeticError as error:
            return Failed(ARITHMETIC, 9, error.message)

    def _lf(self, name: str, given: Sequence[Any]) -> Any:
        try:
            return self.runtime.evaluate(self.ref(name), *given)
        except FailureStatus as error:
            metadata = tuple(sorted(error.metadata.items()))
            return Failed(error.error_id, error.category, error.message, metadata)

    def ref(self, name: str) -> lf.Ref:
        """Give the reference of a compiled function."""
        return lf.Ref(self.compiled.id, self.module.PACKAGE.module, name)
