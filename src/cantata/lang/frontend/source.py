"""Source files: found without running them, read and parsed within bounds."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

from cantata.lang.diagnostics import source as rules
from cantata.lang.diagnostics.report import Report

SIZE_MAX = 300_000
"""Bytes of one source file."""

DEPTH_MAX = 60
"""Levels of nesting of the syntax tree, on which the checker recurses.

Two operands of one `and`, comparison or f-string, and two cases of one match, count as a level:
they become nested.
"""

_ANCESTORS_MAX = 12


def read(path: Path, report: Report) -> ast.Module | None:
    """Read and parse a file; None after a finding."""
    try:
        if path.stat().st_size > SIZE_MAX:
            report.add(path, None, rules.TOO_LARGE, limit=SIZE_MAX)
            return None
        text = path.read_bytes().decode("utf-8")
    except (OSError, ValueError) as error:
        report.add(path, None, rules.UNREADABLE, detail=error)
        return None
    return parse(path, text, report)


def parse(path: Path, text: str, report: Report) -> ast.Module | None:
    """Parse source; None after a finding."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        report.add_at(path, error.lineno or 1, column, rules.SYNTAX, {"detail": error.msg})
        return None
    except ValueError as error:
        report.add(path, None, rules.SYNTAX, detail=error)
        return None
    except (RecursionError, MemoryError):
        report.add(path, None, rules.TOO_DEEP, limit=DEPTH_MAX)
        return None
    deep = too_deep(tree)
    if deep is not None:
        report.add(path, deep, rules.TOO_DEEP, limit=DEPTH_MAX)
        return None
    return tree


def too_deep(tree: ast.AST) -> ast.AST | None:
    """Give a node beyond the bound of nesting, None if there is none."""
    stack: list[tuple[ast.AST, int]] = [(tree, 0)]
    placed = tree
    while stack:
        node, depth = stack.pop()
        if hasattr(node, "lineno"):
            placed = node
        if depth > DEPTH_MAX:
            return placed
        wide = isinstance(node, ast.BoolOp | ast.Compare | ast.JoinedStr | ast.Match)
        for index, child in enumerate(ast.iter_child_nodes(node)):
            stack.append((child, depth + 1 + (index // 2 if wide else 0)))
    return None


def locate(name: str, roots: Sequence[str]) -> Path | None:
    """Find the file of a dotted module name, as Python would, without importing anything."""
    *outer, last = name.split(".")
    search = [Path(entry) for entry in (*roots, *sys.path)]
    for part in outer:
        search = _folders(part, search)
    for folder in search:
        for found in (folder / last / "__init__.py", folder / f"{last}.py"):
            if found.is_file():
                return found.resolve()
    return None


def _folders(part: str, search: Sequence[Path]) -> list[Path]:
    """Give the folders of a package: the first regular one, else all that share the name."""
    shared: list[Path] = []
    for folder in search:
        inner = folder / part
        if (inner / "__init__.py").is_file():
            return shared or [inner]
        if inner.is_dir():
            shared.append(inner)
    return shared


def roots_of(paths: Sequence[Path]) -> tuple[str, ...]:
    """Give the folders from which modules beside the given files may be imported."""
    roots: dict[str, None] = {}
    for path in paths:
        for folder in list(path.parents)[:_ANCESTORS_MAX]:
            roots.setdefault(str(folder))
    return tuple(roots)
