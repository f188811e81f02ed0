"""The first thing a contract module says: the package it belongs to."""

from __future__ import annotations

import ast
from pathlib import Path

from cantata.lang import naming
from cantata.lang.diagnostics import source as rules
from cantata.lang.diagnostics.report import Report
from cantata.lang.frontend.symbols import ModuleInfo
from cantata.lang.ir.types import PackageKey

_DECLARATION = "PACKAGE"
_LF_OWN = "2.1"
_LF_MINORS = {"2.1": "1", "2.2": "2", "2.3": "3"}


def read_header(path: Path, tree: ast.Module, report: Report) -> ModuleInfo | None:
    """Read ``PACKAGE = package(...)`` or ``foreign(...)``; None after a finding."""
    found = [statement for statement in tree.body if is_header(statement)]
    if not found:
        report.add(path, None, rules.NO_PACKAGE)
        return None
    for surplus in found[1:]:
        report.add(path, surplus, rules.BAD_PACKAGE)
    texts = _texts(found[0])
    if texts is None:
        report.add(path, found[0], rules.BAD_PACKAGE)
        return None
    _check(path, found[0], texts, report)
    key = PackageKey(texts["name"], texts["version"])
    lf_minor = _LF_MINORS.get(texts.get("lf", _LF_OWN), "")
    return ModuleInfo(path, tree, key, texts.get("id"), texts["module"], lf_minor)


def is_header(statement: ast.stmt) -> bool:
    """Say whether a statement assigns PACKAGE."""
    if isinstance(statement, ast.AnnAssign):
        targets: list[ast.expr] = [statement.target]
    else:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(target, ast.Name) and target.id == _DECLARATION for target in targets)


def _texts(statement: ast.stmt) -> dict[str, str] | None:
    """Give the literal arguments by name; None if there are others, or some are missing."""
    call = statement.value if isinstance(statement, ast.Assign) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return None
    wanted = {"package": {"name", "version", "module"}}
    wanted["foreign"] = wanted["package"] | {"id"}
    positional = dict(zip(("name", "version"), call.args, strict=False))
    if len(call.args) > len(positional):
        return None
    given = positional | {word.arg: word.value for word in call.keywords if word.arg}
    texts = {
        name: node.value
        for name, node in given.items()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    whole = len(texts) == len(call.args) + len(call.keywords)
    optional = {"lf"} if call.func.id == "foreign" else set()
    return texts if whole and texts.keys() - optional == wanted.get(call.func.id) else None


def _check(path: Path, node: ast.stmt, texts: dict[str, str], report: Report) -> None:
    if not naming.is_package_name(texts["name"]):
        report.add(path, node, rules.PACKAGE_NAME, name=repr(texts["name"]))
    if not naming.is_package_version(texts["version"]):
        report.add(path, node, rules.PACKAGE_VERSION, version=repr(texts["version"]))
    if not naming.is_dotted_name(texts["module"]):
        report.add(path, node, rules.MODULE_NAME, name=repr(texts["module"]))
    if texts.get("lf", _LF_OWN) not in _LF_MINORS:
        report.add(path, node, rules.LF_VERSION, version=repr(texts["lf"]))
    if "id" in texts and not naming.is_package_id(texts["id"]):
        report.add(path, node, rules.PACKAGE_ID, id=repr(texts["id"]))
