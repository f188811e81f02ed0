"""Writes the reference pages: commands, error codes, acceptance statements, public modules."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.main import get_group

from cantata.cli.app import app
from cantata.lang.diagnostics.table import rules_table
from cantata.lang.frontend.vocabulary import forbidden_table

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
FOLDER = ROOT / "docs" / "reference"
ROOT_ERROR = "cantata.kernel.errors.CantataError"
STATEMENTS = ROOT / "tests" / "acceptance" / "statements.toml"
AREAS = {
    "R": "The runtime",
    "C": "The compiler",
    "E": "Contracts mean the same as Python and as Daml-LF",
    "T": "Tokens and the platform",
    "X": "Exchanges",
}
"""What statements are about, by the letter that their names begin with."""

PUBLIC_PACKAGES = ("kernel", "lang", "ledger", "testing", "contracts", "tokens")
RULES_MARK = "<!-- rules: written by `make docs` -->"
DIFFERENCES = FOLDER / "participant-differences.json"
DIFFERENCES_MARK = "<!-- differences: written by `make docs` -->"
WIDTH = 90


def main() -> None:
    """Write all pages; those of the modules are not kept in the repository."""
    (FOLDER / "cli.md").write_text(cli_page(), encoding="utf-8")
    (FOLDER / "errors.md").write_text(errors_page(), encoding="utf-8")
    language = FOLDER / "contract-language.md"
    language.write_text(language_page(language.read_text(encoding="utf-8")), encoding="utf-8")
    (FOLDER / "acceptance.md").write_text(acceptance_page(), encoding="utf-8")
    differences = FOLDER / "participant-differences.md"
    differences.write_text(
        differences_page(differences.read_text(encoding="utf-8")), encoding="utf-8"
    )
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
    classes = {name: each for path in _modules() for name, each in _classes(path)}
    rows = sorted(
        (_code(name, classes), name, _first_paragraph(classes[name].node))
        for name in classes
        if _is_error(name, classes) and not name.rpartition(".")[2].startswith("_")
    )
    table = "\n".join(f"| `{code}` | `{name}` | {meaning} |" for code, name, meaning in rows)
    return (
        "# Errors\n\nGenerated from the code by `make docs`. Every refusal is a class of its own"
        " with typed fields; codes are Canton's where Canton has one. Classes whose code depends on"
        " the case show `…`.\n\n"
        f"| code | class | meaning |\n|---|---|---|\n{table}\n"
    )


def language_page(page: str) -> str:
    """Give the page of the contract language with the present table of rules at its end."""
    text, mark, _ = page.partition(RULES_MARK)
    return f"{text}{mark}\n\n{rules_table()}\n## Python's own\n\n{forbidden_table()}"


def differences_page(page: str) -> str:
    """Give the page of differences from a participant with the present list at its end."""
    text, mark, _ = page.partition(DIFFERENCES_MARK)
    sections: dict[str, list[str]] = {}
    for group in json.loads(DIFFERENCES.read_text(encoding="utf-8")):
        names = ", ".join(f"{each['n']} `{each['name']}`" for each in group["exchanges"])
        sections.setdefault(group["file"], []).append(f"- {group['reason']}\n  {names}\n")
    listed = [f"### {file}\n\n{''.join(groups)}" for file, groups in sections.items()]
    return f"{text}{mark}\n\n" + "\n".join(listed)


@dataclass(frozen=True)
class _Class:
    """A class of the product: its definition, and its bases by their full names."""

    node: ast.ClassDef
    bases: tuple[str, ...]


def _modules() -> list[Path]:
    return sorted((SOURCE / "cantata").rglob("*.py"))


def _module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _classes(path: Path) -> Iterator[tuple[str, _Class]]:
    module = _module_name(path)
    body = ast.parse(path.read_text(encoding="utf-8")).body
    known = {
        (alias.asname or alias.name): f"{node.module}.{alias.name}"
        for node in body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    known |= {node.name: f"{module}.{node.name}" for node in body if isinstance(node, ast.ClassDef)}
    for node in body:
        if isinstance(node, ast.ClassDef):
            names = [ast.unparse(base) for base in node.bases]
            yield f"{module}.{node.name}", _Class(node, tuple(known.get(n, n) for n in names))


def _is_error(name: str, classes: dict[str, _Class]) -> bool:
    """Tell whether a class descends from the root of all errors."""
    if name not in classes:
        return False
    return any(base == ROOT_ERROR or _is_error(base, classes) for base in classes[name].bases)


def _code(name: str, classes: dict[str, _Class]) -> str:
    """Find the code of an error in its class or the nearest of its bases."""
    if name not in classes:
        return ""
    for node in classes[name].node.body:
        target = _assigned(node)
        if target == "code" and isinstance(node, ast.Assign | ast.AnnAssign):
            value = node.value
            return str(value.value) if isinstance(value, ast.Constant) else "…"
    return next(filter(None, (_code(base, classes) for base in classes[name].bases)), "…")


def _assigned(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    return ast.unparse(node.target) if isinstance(node, ast.AnnAssign) and node.value else ""


def _first_paragraph(node: ast.ClassDef) -> str:
    paragraph = (ast.get_docstring(node) or "").split("\n\n", 1)[0]
    return " ".join(paragraph.split()).replace("|", "\\|")


def acceptance_page() -> str:
    """Give the page of acceptance statements: what each says and which tests prove it."""
    table = tomllib.loads(STATEMENTS.read_text(encoding="utf-8"))
    parts = [
        f"## {title}\n\n"
        + "\n".join(_proved(n, entry) for n, entry in table.items() if n[0] == area)
        for area, title in AREAS.items()
    ]
    return (
        "# Acceptance\n\nGenerated from `tests/acceptance/statements.toml` by `make docs`. What"
        " Cantata is accepted by, and the tests that prove it. Where they cannot prove all of a"
        " statement, the reason stands below it.\n\n" + "\n".join(parts)
    )


def _proved(name: str, entry: dict[str, Any]) -> str:
    tests = [f"    - `{test.removeprefix('tests/')}`" for test in entry["tests"]]
    reason = [f"    - *{entry['because']}*"] if "because" in entry else []
    return "\n".join([f"- **{name}** {entry['says']}\n", *tests, *reason, ""])


def modules_page(package: str) -> str:
    """Give the page of a package: each public module's public names with their docstrings."""
    folder = SOURCE / "cantata" / package
    sections = [
        section
        for path in sorted(folder.rglob("*.py"))
        if not path.stem.startswith("_") or path.stem == "__init__"
        for section in _module_sections(path)
    ]
    return "\n".join([f"# `cantata.{package}`\n", *sections]) if sections else ""


def _module_sections(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node for node in tree.body if _is_public(node)]
    if names:
        yield f"## `{_module_name(path)}`\n\n{ast.get_docstring(tree) or ''}\n"
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
