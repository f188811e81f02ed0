"""The table of acceptance statements is complete and names tests that exist and assert."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scripts.reference import acceptance_page

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "acceptance" / "statements.toml"
IDS = [
    *(f"R{number}" for number in range(1, 29)),
    *(f"C{number}" for number in range(1, 13)),
    *(f"E{number}" for number in range(1, 11)),
    *(f"T{number}" for number in range(1, 79)),
    *(f"X{number}" for number in range(1, 56)),
]
STATEMENTS: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
KEYS = {"says", "tests", "because"}
CHECKS = ("assert_", "check_", "submit_must_fail")
"""What methods and helpers of other modules are called that assert."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_every_statement_is_listed_once_and_in_order() -> None:
    assert list(STATEMENTS) == IDS


@pytest.mark.parametrize("statement", IDS)
def test_a_statement_is_proved_or_has_a_reason(statement: str) -> None:
    entry = STATEMENTS[statement]
    assert entry.keys() <= KEYS
    assert entry["says"].endswith(".")
    assert entry["tests"] or entry["because"], "neither a test nor a reason"
    assert len(set(entry["tests"])) == len(entry["tests"])
    wanting = [test for test in entry["tests"] if not proves(test)]
    assert wanting == [], "no such test, or one that asserts nothing"


def proves(test: str) -> bool:
    """Tell whether a test exists and asserts something, by itself or in a helper of its file."""
    path, _, name = test.partition("::")
    functions = functions_of(ROOT / path)
    return name.startswith("test_") and name in functions and asserts(name, functions, frozenset())


@cache
def functions_of(path: Path) -> dict[str, Function]:
    """Give the functions of a file by name, and those that it imports from other tests."""
    if not path.is_file():
        return {}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, Function] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests."):
            others = functions_of(ROOT / f"{str(node.module).replace('.', '/')}.py")
            found |= {each.name: others[each.name] for each in node.names if each.name in others}
    return found | {node.name: node for node in ast.walk(tree) if isinstance(node, Function)}


def asserts(name: str, functions: dict[str, Function], seen: frozenset[str]) -> bool:
    """Tell whether a function asserts, expects a refusal, or calls one that does."""
    for node in ast.walk(functions[name]):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "pytest.raises" or called.rpartition(".")[2].startswith(CHECKS):
                return True
            if called in functions.keys() - seen and asserts(called, functions, seen | {called}):
                return True
    return False


def test_the_page_is_fresh() -> None:
    written = (ROOT / "docs" / "reference" / "acceptance.md").read_text(encoding="utf-8")
    assert written == acceptance_page(), "run: make docs"
