"""The list of violations that a check of contract source fills."""

from __future__ import annotations

import ast
from pathlib import Path

from cantata.lang.diagnostics.rule import Diagnostic, Rule

FINDINGS_MAX = 1_000
"""Beyond so many findings further ones are counted only."""

_VALUE_MAX = 120


class Report:
    """Collects findings of all modules; each place and rule is told once."""

    def __init__(self) -> None:
        self._found: dict[tuple[Path, int, int, str], Diagnostic] = {}

    def add(self, path: Path, place: ast.AST | None, rule: Rule, /, **values: object) -> None:
        """Note a violation at a node of the source (None: the beginning of the file)."""
        self.add_at(
            path, getattr(place, "lineno", 1), getattr(place, "col_offset", 0), rule, values
        )

    def add_at(
        self, path: Path, line: int, column: int, rule: Rule, values: dict[str, object]
    ) -> None:
        """Note a violation at a line (from 1) and column (from 0)."""
        key = (path, line, column, rule.code)
        if key in self._found or len(self._found) >= FINDINGS_MAX:
            return
        shown = {name: _shown(value) for name, value in values.items()}
        self._found[key] = Diagnostic(
            path=path,
            line=line,
            column=column + 1,
            code=rule.code,
            message=rule.message.format(**shown),
            reason=rule.reason.format(**shown),
            remedy=rule.remedy.format(**shown),
        )

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All findings, by file, line and column."""
        return tuple(sorted(self._found.values()))

    @property
    def count(self) -> int:
        """How many findings there are so far."""
        return len(self._found)


def _shown(value: object) -> str:
    """Shorten a value and keep it on one line."""
    text = " ".join(str(value).split())
    return text if len(text) <= _VALUE_MAX else f"{text[:_VALUE_MAX]}…"
