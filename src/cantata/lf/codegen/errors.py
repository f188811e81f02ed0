"""Why no Python is generated for a package."""

from __future__ import annotations

from typing import ClassVar

from cantata.kernel.errors import CantataError


class CodegenRefused(CantataError):
    """A package with a type that is too large to be written down as Python."""

    code: ClassVar[str] = "CODEGEN_REFUSED"

    def __init__(self, what: str) -> None:
        super().__init__(f"no Python is generated for {what}", hint="simplify the type")
        self.what = what
