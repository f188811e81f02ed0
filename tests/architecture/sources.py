"""The project's own files as the architecture tests see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("src", "tests", "bench", "scripts")
TEXT = (
    "src", "tests", "bench", "scripts", "docs", "deploy", ".ci", "Makefile", "pyproject.toml",
    "requirements.lock", "mkdocs.yml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md",
    "SECURITY.md", ".gitignore",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A Python file: its path from the project's root, its text and its syntax tree."""

    path: str
    text: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @property
    def is_product(self) -> bool:
        """Whether it is part of what users install."""
        return self.path.startswith("src/")

    @property
    def is_contract(self) -> bool:
        """Whether it is written in the contract language: its methods are documented there."""
        return "\nPACKAGE = " in self.text

    @property
    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def python_sources() -> list[Source]:
    """Read all Python files of the project."""
    return [Source(path, text) for path, text in project_texts() if path.endswith(".py")]


def project_texts() -> Iterator[tuple[str, str]]:
    """Read all texts of the project, each with its path from the root."""
    for name in TEXT:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                try:
                    yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    continue
