"""Types without synonyms, small enough to be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cantata.lf.codegen.errors import CodegenRefused
from cantata.lf.model import Packages, TApp, TSyn, TVar, Type

HEIGHT_MAX = 64
"""How deep a type may nest, synonyms expanded."""

SIZE_MAX = 2_000
"""How many parts a type may have, synonyms expanded."""

STEPS_MAX = 20_000
"""Steps that the expansion of one type may take."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """A type without synonyms, its height and its size."""

    type: Type
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Normalizer:
    """Expands the synonyms of types over a set of packages."""

    packages: Packages

    def normalize(self, type_: Type) -> Type:
        """Expand all synonyms; raise `CodegenRefused` for a type too large to write down."""
        return _Run(self.packages).measure(type_, {}, 0).type


@dataclass(slots=True)
class _Run:
    """The expansion of one type, with the steps that are left for it."""

    packages: Packages
    steps: int = STEPS_MAX

    def measure(self, type_: Type, env: Mapping[str, _Measured], depth: int) -> _Measured:
        self.steps -= 1
        if depth > HEIGHT_MAX or self.steps < 0:
            raise CodegenRefused("a type that is too large to write down")
        match type_:
            case TVar(name):
                return env.get(name, _Measured(type_, 1, 1))
            case TSyn(ref, args):
                synonym = self.packages.synonym(ref)
                measured = [self.measure(arg, env, depth + 1) for arg in args]
                inner = dict(zip((name for name, _ in synonym.params), measured, strict=False))
                return self.measure(synonym.type, inner, depth + 1)
            case TApp(fun, arg):
                left = self.measure(fun, env, depth + 1)
                right = self.measure(arg, env, depth + 1)
                whole = TApp(left.type, right.type)
                height = 1 + max(left.height, right.height)
                return _bounded(_Measured(whole, height, 1 + left.size + right.size))
            case _:
                return _Measured(type_, 1, 1)


def _bounded(measured: _Measured) -> _Measured:
    if measured.height > HEIGHT_MAX or measured.size > SIZE_MAX:
        raise CodegenRefused("a type that is too large to write down")
    return measured
