"""Writes the reference pages from the code: commands, error codes, public modules."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_group

import cantata
from cantata.cli.app import app
from cantata.kernel.errors import CantataError

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
PUBLIC_PACKAGES = ("kernel", "lang", "testing", "contracts", "tokens")
WIDTH = 90


def main() -> None:
    """Write all pages; those of the modules are not kept in the repository."""
    (FOLDER / "cli.md").write_text(cli_page(), encoding="utf-8")
    (FOLDER / "errors.md").write_text(errors_page(), encoding="utf-8")
    modules = FOLDER / "modules"
    modules.mkdir(exist_ok=True)
    for package in PUBLIC_PACKAGES:
        page = modules_page(package)
        if page:
            (modules / f"{package}.md").write_text(page, encoding="utf-8")


def cli_page() -> str:
    """Give the page of all commands, each as its own `--help` says it."""
    sections = ["# Commands\n\nGenerated from the commands' own help by `make docs`.\n"]
    for words, command in _commands(("cantata",), get_group(app)):
        sections.append(f"## `{' '.join(words)}`\n\n```text\n{_help(words, command)}\n```\n")
    return "\n".join(sections)


def _commands(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield words, command
    if hasattr(command, "list_commands"):
        context = command.make_context(words[-1], [], resilient_parsing=True)
        for name in command.list_commands(context):
            yield from _commands((*words, name), command.get_command(context, name))


def _help(words: tuple[str, ...], command: Any) -> str:
    command.rich_markup_mode = None
    context = command.make_context(
        " ".join(words), [], resilient_parsing=True, terminal_width=WIDTH, max_content_width=WIDTH
    )
    lines: list[str] = command.get_help(context).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def errors_page() -> str:
    """Give the page of all errors: code, class, what it means."""
    _import_everything()
    rows = sorted(
        (error.code, f"{error.__module__}.{error.__name__}", _first_sentence(error))
        for error in _subclasses(CantataError)
        if error.__module__.startswith("cantata.") and not error.__name__.startswith("_")
    )
    table = "\n".join(f"| `{code}` | `{name}` | {meaning} |" for code, name, meaning in rows)
    return (
        "# Errors\n\nGenerated from the code by `make docs`. Every refusal is a class of its own"
        " with typed fields; codes are Canton's where Canton has one.\n\n"
        f"| code | class | meaning |\n|---|---|---|\n{table}\n"
    )


def _import_everything() -> None:
    for module in pkgutil.walk_packages(cantata.__path__, "cantata."):
        importlib.import_module(module.name)


def _subclasses(root: type[CantataError]) -> Iterator[type[CantataError]]:
    for each in root.__subclasses__():
        yield each
        yield from _subclasses(each)


def _first_sentence(error: type[CantataError]) -> str:
    paragraph = (inspect.getdoc(error) or "").split("\n\n", 1)[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def modules_page(package: str) -> str:
    """Give the page of a package: each public module's public names with their docstrings."""
    folder = ROOT / "src" / "cantata" / package
    sections = [
        section
        for path in sorted(folder.rglob("*.py"))
        if not path.stem.startswith("_") or path.stem == "__init__"
        for section in _module_sections(path)
    ]
    return "\n".join([f"# `cantata.{package}`\n", *sections]) if sections else ""


def _module_sections(path: Path) -> Iterator[str]:
    parts = path.relative_to(ROOT / "src").with_suffix("").parts
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node for node in tree.body if _is_public(node)]
    if names:
        name = ".".join(part for part in parts if part != "__init__")
        yield f"## `{name}`\n\n{ast.get_docstring(tree) or ''}\n"
    for node in names:
        yield from _name_sections(node, "###")


def _name_sections(node: Any, mark: str) -> Iterator[str]:
    yield f"{mark} `{_signature(node)}`\n\n{ast.get_docstring(node) or ''}\n"
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            if _is_public(member):
                yield from _name_sections(member, f"{mark}#")


def _signature(node: Any) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, node.bases))
        return f"class {node.name}({bases})" if bases else f"class {node.name}"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){returns}"


def _is_public(node: ast.AST) -> bool:
    kinds = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, kinds) and not node.name.startswith("_")


if __name__ == "__main__":
    main()
