"""The root of all errors of Cantata."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class CantataError(Exception):
    """Something that Cantata refuses or cannot do, said so that the reader can act.

    Each failure is a subclass of its own with a stable `code` (upper case, as Canton's where
    Canton has one) and typed fields for its values. `message` says what happened and with which
    values, `hint` what to do next, `context` carries details for machines.
    """

    code: ClassVar[str] = "CANTATA_ERROR"

    def __init__(
        self, message: str, *, hint: str = "", context: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.context: dict[str, str] = dict(context or {})

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message
