"""What can go wrong after the source has been found correct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from cantata.kernel.errors import CantataError
from cantata.lf.check import Violation
from cantata.lf.declared import Difference

_SHOWN_MAX = 10


class GeneratedCodeRefused(CantataError):
    """The checker refuses what the compiler made of correct source: a fault of the compiler."""

    code: ClassVar[str] = "GENERATED_CODE_REFUSED"

    def __init__(self, package: str, violations: Sequence[Violation]) -> None:
        shown = "; ".join(str(violation) for violation in violations[:_SHOWN_MAX])
        super().__init__(
            f"the code generated for {package} breaks rules of Daml-LF: {shown}",
            hint="this is a fault of the compiler: report it with the contract source",
        )
        self.package = package
        self.violations = tuple(violations)


class CodeTooDeep(CantataError):
    """Blocks with many returns nest in each other, deeper than packages may."""

    code: ClassVar[str] = "CODE_TOO_DEEP"

    def __init__(self, package: str) -> None:
        super().__init__(
            f"the code of {package} nests deeper than packages of Daml-LF may",
            hint="split the longest functions into several",
        )
        self.package = package


class OnlyDeclared(CantataError):
    """A package of the network is declared, not written: there is nothing to compile."""

    code: ClassVar[str] = "ONLY_DECLARED"

    def __init__(self, package: str) -> None:
        super().__init__(
            f"{package} is declared: its code is the network's and cannot be compiled here",
            hint="compile a package that uses it",
        )
        self.package = package


class MissingDependencies(CantataError):
    """Declared packages are needed in a DAR, and nobody gave their real bytes."""

    code: ClassVar[str] = "MISSING_DEPENDENCIES"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            f"the DAR needs packages that are only declared here: {', '.join(missing)}",
            hint="give DARs that hold them with --deps, or leave them out with --without-declared",
        )
        self.missing = tuple(missing)


class DeclarationDiffers(CantataError):
    """A declared package is not what the real package of the same id is."""

    code: ClassVar[str] = "DECLARATION_DIFFERS"

    def __init__(self, package: str, differences: Sequence[Difference]) -> None:
        shown = "; ".join(str(difference) for difference in differences[:_SHOWN_MAX])
        super().__init__(
            f"the declaration of {package} differs from the real package: {shown}",
            hint="correct the declaration",
        )
        self.package = package
        self.differences = tuple(differences)
