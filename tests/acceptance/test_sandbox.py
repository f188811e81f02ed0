"""Translated code reaches nothing outside its table, whatever packages are called (R28)."""

from __future__ import annotations

import ast
import builtins
import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from cantata.lf.archive import read_archive
from cantata.lf.model import (
    INT64,
    TEXT,
    DefDataType,
    EAbs,
    EApp,
    ECons,
    ENil,
    ERecCon,
    ERecProj,
    EText,
    EVal,
    EVar,
    Package,
    Packages,
    Record,
    Ref,
    TCon,
    arrow,
    list_of,
)
from cantata.lf.runtime.effects import Effects
from cantata.lf.runtime.errors import UserError
from cantata.lf.runtime.runtime import Runtime
from cantata.lf.stable import stable_packages
from tests.ledger.amulet.test_dars import _links
from tests.unit.lf.runtime.build import call, error, i, package, ref, runtime

EFFECTS = {name for name in vars(Effects) if not name.startswith("_")}
PARTS = (
    "arity by_interface call methods observers payload payload_type run signatories template value"
    " view"
)
ATTRIBUTES = EFFECTS.union(PARTS.split())
"""All that translated code may ask a value for."""

STATEMENTS_OF_THE_OUTSIDE = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)

ESCAPES = (
    "__import__",
    "__builtins__",
    "__class__",
    "__globals__",
    "open",
    "eval",
    "exec",
    "globals",
    "getattr",
    "print",
    "len",
    "None",
    "True",
    "lambda",
    "import",
    "class",
    "self",
    "effects",
    "Fun",
    "ERROR",
    "ap1",
    "U",
    "_",
    "$",
)
"""Names that mean something in Python or in the table, all of them legal in Daml-LF."""

TEXTS = (
    "'); __import__('os').abort() #",
    '"""\n__import__("os").abort()\n"""',
    "\\",
    "\\'",
    "{__import__('os').abort()}",
    "%(x)s",
    "\n\r\u2028\u2029\x0c\x85",
    "\ud800",
    "\0",
    "# -*- coding: utf-7 -*-",
)


def frozen_packages(folder: Path) -> Iterator[Package]:
    """Give all readable packages of the frozen answers, hostile ones among them."""
    for path in sorted((folder / "lf").glob("*.dalf")):
        yield read_archive(path.read_bytes())
    for name in ("ledger-packages", "packages"):
        for path in sorted((folder / "lf" / name).glob("*.json")):
            vector = json.loads(path.read_text("ascii"))
            if vector.get("valid") and "dalf" in vector:
                yield read_archive(b64decode(vector["dalf"]))


def sources(run: Runtime, package: Package) -> Iterator[tuple[str, str]]:
    """Give the Python source of each definition of a package."""
    for link in _links(run, package):
        unit = run._linker._translate(link)
        yield unit.name, unit.source


def test_sources_import_nothing_and_name_only_what_their_table_holds(shared_data: Path) -> None:
    found = {each.id: each for each in frozen_packages(shared_data)}
    stable = [stored.package for stored in stable_packages().values()]
    run = Runtime(Packages([*stable, *found.values()]))
    translated = 0
    for each in found.values():
        for name, source in sources(run, each):
            tree = ast.parse(source)
            _require_harmless(tree, run)
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            translated += 1
    assert translated > 3_000


def _require_harmless(tree: ast.Module, run: Runtime) -> None:
    local: set[str] = set()
    for node in ast.walk(tree):
        assert not isinstance(node, STATEMENTS_OF_THE_OUTSIDE)
        match node:
            case ast.Attribute(attr=name):
                assert name in ATTRIBUTES, name
            case ast.FunctionDef(name=name):
                local.add(name)
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                local.add(name)
            case ast.ExceptHandler(name=str(name)):
                local.add(name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in local and hasattr(builtins, node.id):
            assert node.id in run._table, f"{node.id} is Python's own"


@pytest.mark.parametrize("name", ESCAPES)
def test_names_of_packages_are_never_names_of_python(name: str) -> None:
    data = DefDataType(name="R", serializable=True, cons=Record(((name, INT64), ("other", TEXT))))
    type_ = TCon(ref("R"))
    made = ERecCon(type_, ((name, EVar(name)), ("other", EText(name))))
    function = EAbs(((name, INT64),), ERecProj(type_, name, made))
    values = {
        name: (arrow(INT64, INT64), function),
        "m": (INT64, EApp(EVal(ref(name)), (i(2),))),
    }
    assert runtime(package(values, data=(data,))).evaluate(ref("m")) == 2


@pytest.mark.parametrize("hostile", TEXTS)
def test_texts_of_packages_are_never_code(hostile: str) -> None:
    values = {
        "m": (list_of(TEXT), ECons(TEXT, (EText(hostile), EVal(ref("n"))), ENil(TEXT))),
        "n": (TEXT, call("APPEND_TEXT", EText(hostile), EText(hostile))),
        "fails": (INT64, error(hostile)),
    }
    run = runtime(package(values))
    assert run.evaluate(ref("m")) == (hostile, (hostile * 2, ()))
    with pytest.raises(UserError) as refused:
        run.evaluate(ref("fails"))
    assert refused.value.message == hostile


def test_modules_and_packages_may_be_called_anything() -> None:
    made = package({"m": (INT64, i(1))}, package_id="cd" * 32)
    module = replace(made.modules["M"], name="os.system.__import__")
    run = runtime(replace(made, name="__main__", modules={module.name: module}))
    assert run.evaluate(Ref("cd" * 32, module.name, "m")) == 1


def test_the_table_holds_nothing_that_opens_or_imports() -> None:
    table = runtime(package())._table
    assert table["__builtins__"] == {}
    own = {name for name in vars(builtins) if name in table}
    assert own <= {"len", "__builtins__"}
    modules = [name for name, item in table.items() if isinstance(item, ModuleType)]
    assert modules == []
