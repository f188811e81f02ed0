"""No sum ever adds amounts of different instruments: every query that adds names one, or groups."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.world import ROOT

TOKENS = ROOT / "src" / "cantata" / "tokens"
_ADDING = {"summed", "func.sum", "func.avg"}
_OF_ONE = {"InstrumentId", "Instrument", "Wanted", "TransferOrder", "MintOrder", "BurnOrder"}


def adding() -> Iterator[tuple[Path, ast.AsyncFunctionDef | ast.FunctionDef]]:
    """Give every function of the slice's SQL that sums, averages or picks extremes."""
    for path in sorted((TOKENS / "repository").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and any(
                isinstance(each, ast.Call) and ast.unparse(each.func) in _ADDING
                for each in ast.walk(node)
            ):
                yield path, node


def is_of_one(function: ast.AsyncFunctionDef | ast.FunctionDef) -> bool:
    """Tell whether a function must be given an instrument, or groups by it."""
    arguments = (*function.args.args, *function.args.kwonlyargs)
    given = {ast.unparse(each.annotation) for each in arguments if each.annotation is not None}
    text = ast.unparse(function)
    groups = "group_by(*keys)" in text and "instrument" in text
    return bool(given & _OF_ONE) or groups or function.name == "_sum"


FOUND = list(adding())


def test_there_are_sums() -> None:
    assert len(FOUND) >= 8


@pytest.mark.parametrize(
    "path, function", FOUND, ids=[f"{path.name}:{function.name}" for path, function in FOUND]
)
def test_every_sum_is_of_one_instrument(
    path: Path, function: ast.AsyncFunctionDef | ast.FunctionDef
) -> None:
    assert is_of_one(function), f"{path.name}: {function.name} adds whatever there is"


def test_every_sum_has_room_for_more_than_an_amount() -> None:
    """A sum of amounts may have more digits than one has: `summed` reads it as a Total."""
    slices = (TOKENS, TOKENS.parent / "exchange")
    paths = sorted(path for each in slices for path in each.rglob("*.py"))
    sources = {path: path.read_text(encoding="utf-8") for path in paths}
    assert [path.name for path, source in sources.items() if "func.sum(" in source] == []


def test_every_route_of_figures_names_a_token() -> None:
    routes = [
        line
        for path in sorted(TOKENS.rglob("api/*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "@router.get(" in line and ("statistics" in line or "supply" in line)
    ]
    assert len(routes) >= 3
    assert all("/tokens/{admin}/{symbol}/" in line for line in routes), routes
