"""Contract sources: which files below a path are contract modules."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from cantata.kernel.errors import CantataError

FILES_MAX = 10_000
"""Files looked at below one path."""


class NoContractModule(CantataError):
    """There is no contract module at a path."""

    code: ClassVar[str] = "NO_CONTRACT_MODULE"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no contract module at {path}",
            hint="a contract module says PACKAGE = package(…) at its top level",
        )
        self.path = path


def contract_files(paths: Iterable[Path]) -> list[Path]:
    """Give the contract modules among files and below folders, sorted.

    A file that is named is taken as it is; below a folder those count that assign `PACKAGE`.
    """
    found: list[Path] = []
    for path in paths:
        files = _below(path) if path.is_dir() else [path] if path.is_file() else []
        if not files:
            raise NoContractModule(path)
        found += files
    return list(dict.fromkeys(found))


def _below(folder: Path) -> list[Path]:
    files = sorted(folder.rglob("*.py"))[:FILES_MAX]
    return [file for file in files if _is_contract(file)]


def _is_contract(file: Path) -> bool:
    source = file.read_bytes()
    if b"PACKAGE" not in source:
        return False
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return True
    return any(
        isinstance(statement, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == "PACKAGE" for name in statement.targets)
        for statement in tree.body
    )
