"""Source files: found without running them, read and parsed within bounds."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from cantata.lang.diagnostics import source as rules
from cantata.lang.diagnostics.report import Report

SIZE_MAX = 1_000_000
"""Bytes of one source file."""

DEPTH_MAX = 60
"""Levels of nesting of the syntax tree: the checker recurses on it."""

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
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return None


def locate(name: str, roots: Sequence[str]) -> Path | None:
    """Find the file of a dotted module name without importing anything."""
    parts = name.split(".")
    search: list[str] = [*roots, *sys.path]
    for count in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:count]), search)
        if spec is None:
            return None
        if count == len(parts):
            return _python_file(spec.origin)
        search = list(spec.submodule_search_locations or ())
    return None


def roots_of(paths: Sequence[Path]) -> tuple[str, ...]:
    """Give the folders from which modules beside the given files may be imported."""
    roots: dict[str, None] = {}
    for path in paths:
        for folder in list(path.parents)[:_ANCESTORS_MAX]:
            roots.setdefault(str(folder))
    return tuple(roots)


def _python_file(origin: str | None) -> Path | None:
    if origin is None or not origin.endswith(".py"):
        return None
    path = Path(origin)
    return path.resolve() if path.is_file() else None
