"""Every noun of the command line is a module of its own, registered in one line."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import pytest
import typer

from cantata.cli.app import GROUPS

FOLDER = Path(__file__).resolve().parents[2] / "src" / "cantata" / "cli"


def _defines_app(path: Path) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "app" for node in tree.body
    )


@pytest.mark.parametrize("noun", GROUPS)
def test_each_noun_has_an_application(noun: str) -> None:
    module = import_module(f"cantata.cli.{noun}")
    assert isinstance(module.app, typer.Typer)


def test_each_application_is_registered() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if _defines_app(path)}
    packages = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert modules - {"app"} <= set(GROUPS)
    assert set(GROUPS) <= modules | packages
