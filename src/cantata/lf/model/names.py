"""References of Daml-LF: how one definition names another."""

from __future__ import annotations

from typing import NamedTuple

SELF_PACKAGE = "self"
"""Package part of a reference inside a package whose id is not known yet (while compiling)."""


class Ref(NamedTuple):
    """A definition (data type, synonym, value, template, interface, exception) in a module.

    `package` is a package id (64 lower-case hex digits) or `SELF_PACKAGE`; `module` and `name`
    are dotted names such as ``Splice.Api.Token.HoldingV1`` and ``Holding``.
    """

    package: str
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.package}:{self.module}:{self.name}"

    @property
    def qualified(self) -> str:
        """``Module:Entity``, the part that is stable over versions of one package name."""
        return f"{self.module}:{self.name}"
