"""Rules of the contract language and what is found against them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cantata.kernel.errors import CantataError

_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: a stable code, what is refused, why, and what to write instead.

    `message` and `remedy` may have placeholders in braces that each finding fills.
    """

    code: str
    message: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """A violation at a place: lines and columns count from 1, as editors show them."""

    path: Path
    line: int
    column: int
    code: str
    message: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        """Print as compilers do: place, code, message, reason, remedy."""
        place = f"{from_here(self.path)}:{self.line}:{self.column}"
        reason = f" ({self.reason})" if self.reason else ""
        return f"{place}: {self.code} {self.message}{reason}. Instead: {self.remedy}."


def from_here(path: Path) -> Path:
    """Give a path as people want to read it: from the current folder, if it lies below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class ContractErrors(CantataError):
    """Contract source breaks rules of the language; field `diagnostics` has all violations."""

    code = "CONTRACT_ERRORS"

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        count = len(diagnostics)
        shown = "\n".join(str(found) for found in diagnostics[:_SHOWN_MAX])
        more = f"\n… and {count - _SHOWN_MAX} more" if count > _SHOWN_MAX else ""
        noun = "violation" if count == 1 else "violations"
        super().__init__(f"{count} {noun} of the contract language\n{shown}{more}")
