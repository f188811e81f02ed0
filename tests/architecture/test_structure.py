"""The source tree keeps the house rules: sizes, heads, docstrings, no floats, one clock."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Source, project_texts, python_sources

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
CLOCK = "src/cantata/kernel/time.py"

# Written in pieces, so that this file does not contain them.
_HOSTS = ("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com")
_PLACES = ("/wo" + "rk/", "/tm" + "p/", "/ro" + "ot/", "/ho" + "me/", "/opt/wh" + "eels")
_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|\bfor now\b")
_BANNER = re.compile(r"^\s*#\s*[-=*#~]{3,}")

SOURCES = python_sources()
PRODUCT = [source for source in SOURCES if source.is_product]


def _where(source: Source, node: ast.AST) -> str:
    return f"{source.path}:{getattr(node, 'lineno', 1)}"


def test_sources_are_found() -> None:
    assert len(PRODUCT) > 20


def test_files_are_short() -> None:
    long = {
        source.path: len(source.lines) for source in SOURCES if len(source.lines) > FILE_LINES_MAX
    }
    assert long == {}, f"split these into a folder of the same name: {long}"


def test_functions_are_short() -> None:
    long = {
        f"{_where(source, function)} {function.name}": _length(function)
        for source in SOURCES
        for function in source.functions
        if _length(function) > FUNCTION_LINES_MAX
    }
    assert long == {}


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_modules_begin_with_one_sentence() -> None:
    wrong = [source.path for source in SOURCES if not _has_head(source)]
    assert wrong == [], "the first line says in one sentence what the file is"


def _has_head(source: Source) -> bool:
    head = (ast.get_docstring(source.tree) or "").split("\n", 1)[0]
    lines = source.lines[1:] if source.text.startswith("#!") else source.lines
    starts_the_file = bool(lines) and lines[0].startswith('"""')
    one_sentence = head.endswith(".") and ". " not in head.replace("e.g. ", "").replace("i.e. ", "")
    return starts_the_file and one_sentence


def test_public_names_have_docstrings() -> None:
    bare = [where for source in PRODUCT for where in _undocumented(source, source.tree)]
    assert bare == []


def _undocumented(source: Source, scope: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in scope.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_") or _is_repeated(node):
                continue
            if ast.get_docstring(node) is None:
                yield f"{_where(source, node)} {node.name}"
            if isinstance(node, ast.ClassDef) and not source.is_contract:
                yield from _undocumented(source, node)


def _is_repeated(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell overloads and property setters, which are documented at their first form."""
    marks = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(marks & {"overload", "setter", "override"})


def test_there_are_no_floats() -> None:
    floats = [_where(source, node) for source in PRODUCT for node in _floats(source.tree)]
    assert floats == [], "amounts are Decimal, spans are whole microseconds or nanoseconds"


def _floats(tree: ast.Module) -> Iterator[ast.AST]:
    """Find float literals and the type's name, except where a float is told apart to refuse it."""
    told_apart = {
        id(name)
        for node in ast.walk(tree)
        if isinstance(node, ast.MatchClass)
        or (isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance")
        for name in ast.walk(node)
    }
    for node in ast.walk(tree):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float | complex)
        named = isinstance(node, ast.Name) and node.id == "float"
        if literal or (named and id(node) not in told_apart):
            yield node


def test_only_one_module_reads_the_clock() -> None:
    readers = [
        _where(source, node)
        for source in PRODUCT
        if source.path != CLOCK
        for node in ast.walk(source.tree)
        if _reads_clock(node)
    ]
    assert readers == [], f"take a Clock; only {CLOCK} knows the machine's"


def _reads_clock(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(name.name == "time" for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return node.module == "time"
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"utcnow", "today"}
    )


@pytest.mark.parametrize("words", [_HOSTS, _PLACES], ids=["registries", "places"])
def test_nothing_depends_on_where_it_was_written(words: tuple[str, ...]) -> None:
    found = [
        f"{path}:{number} {word}"
        for path, text in project_texts()
        for number, line in enumerate(text.splitlines(), 1)
        for word in words
        if word in line
    ]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    found = [
        f"{source.path}:{number} {line.strip()[:80]}"
        for source in PRODUCT
        for number, line in enumerate(source.lines, 1)
        if _UNFINISHED.search(line)
    ]
    assert found == []


def test_there_are_no_banners() -> None:
    banners = [
        f"{source.path}:{number}"
        for source in SOURCES
        for number, line in enumerate(source.lines, 1)
        if _BANNER.match(line)
    ]
    assert banners == [], "a file that needs chapters is several files"
