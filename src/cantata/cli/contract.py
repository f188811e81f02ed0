"""`cantata contract`: check contract source, build DARs, compare versions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.kernel.errors import CantataError
from cantata.lang.build import (
    BuiltDar,
    CompiledPackage,
    PackageDiff,
    build_dar,
    compare_packages,
    compile_package,
)
from cantata.lang.build.sources import contract_files
from cantata.lang.diagnostics.rule import ContractErrors, Diagnostic
from cantata.lang.frontend import check as check_sources
from cantata.lf.archive import read_dar
from cantata.lf.model import Package

app = typer.Typer(help="Check, build and compare contracts written in Python.")

EXIT_VIOLATIONS = 1
"""Exit code when contracts break rules or an upgrade is not allowed."""

Sources = Annotated[list[Path], typer.Argument(help="Contract modules, or folders that hold some.")]


@app.command("check")
def check(paths: Sources, *, output: OutputOption = OutputFormat.TABLE) -> None:
    """Report everything in contract source that the contract language does not allow."""
    files = contract_files(paths)
    try:
        check_sources(files)
    except ContractErrors as errors:
        _print_diagnostics(errors.diagnostics, output)
        raise typer.Exit(EXIT_VIOLATIONS) from None
    if output is OutputFormat.JSON:
        print_json({"files": [str(file) for file in files], "diagnostics": []})
    else:
        console().print(f"{_count(len(files), 'contract module')}: no violations")


@app.command("build")
def build(
    path: Annotated[Path, typer.Argument(help="A contract module, or a folder of one package.")],
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The DAR to write.")],
    deps: Annotated[
        list[Path] | None,
        typer.Option(
            "--deps", help="DARs, or folders of DARs, with the bytes of declared packages."
        ),
    ] = None,
    without_declared: Annotated[
        bool,
        typer.Option("--without-declared", help="Leave declared packages out that no DAR holds."),
    ] = False,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Compile a contract package and write it with all it needs as a DAR."""
    try:
        compiled = compile_package(contract_files([path]))
    except ContractErrors as errors:
        _print_diagnostics(errors.diagnostics, output)
        raise typer.Exit(EXIT_VIOLATIONS) from None
    dars = (read_dar(_read(file)) for file in _dars_at(deps or []))
    built = build_dar(compiled, dars, without_declared=without_declared)
    out.write_bytes(built.content)
    _print_built(compiled, built, out, output)


@app.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="The old version: a DAR, or contract source.")],
    new: Annotated[Path, typer.Argument(help="The new version: a DAR, or contract source.")],
    *,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """List what a new version changes, and check it by Canton's upgrade rules."""
    found = compare_packages(_packages_at(old), _packages_at(new))
    if output is OutputFormat.JSON:
        print_json(_describe_diff(found))
    else:
        _print_diff(found)
    if found.violations:
        raise typer.Exit(EXIT_VIOLATIONS)


class UnreadableFile(CantataError):
    """A file cannot be read."""

    code = "UNREADABLE_FILE"


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"cannot read {file}: {error.strerror}") from error


def _dars_at(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.glob("*.dar")) if path.is_dir() else [path]


def _packages_at(path: Path) -> list[Package]:
    """Give the packages of a DAR or of contract source, the main one first."""
    if path.suffix == ".dar":
        dar = read_dar(_read(path))
        return [stored.package for stored in dar.packages.values()]
    compiled = compile_package(contract_files([path]))
    return [compiled.package, *compiled.dependencies.values()]


def _print_diagnostics(diagnostics: tuple[Diagnostic, ...], output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        print_json({"diagnostics": [_describe_diagnostic(each) for each in diagnostics]})
        return
    for diagnostic in diagnostics:
        typer.echo(str(diagnostic))
    typer.echo(_count(len(diagnostics), "violation"))


def _describe_diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "path": str(diagnostic.path),
        "line": diagnostic.line,
        "column": diagnostic.column,
        "code": diagnostic.code,
        "message": diagnostic.message,
        "reason": diagnostic.reason,
        "remedy": diagnostic.remedy,
    }


def _print_built(
    compiled: CompiledPackage, built: BuiltDar, out: Path, output: OutputFormat
) -> None:
    if output is OutputFormat.JSON:
        print_json(
            {
                "packageId": compiled.id,
                "name": compiled.package.name,
                "version": compiled.package.version,
                "dar": str(out),
                "bytes": len(built.content),
                "packages": [_describe_package(package) for package in built.packages],
                "leftOut": [_describe_package(package) for package in built.left_out],
            }
        )
        return
    screen = console()
    name = f"{compiled.package.name} {compiled.package.version}"
    screen.print(f"{name}  package id {compiled.id}")
    screen.print(f"wrote {out}: {len(built.content):,} bytes")
    table = Table("package", "version", "id", box=None)
    for package in built.packages:
        table.add_row(package.name, package.version, package.id[:16])
    screen.print(table)
    for package in built.left_out:
        screen.print(f"left out (declared only): {package.name} {package.version} {package.id}")


def _describe_package(package: Package) -> dict[str, str]:
    return {"name": package.name, "version": package.version, "packageId": package.id}


def _print_diff(found: PackageDiff) -> None:
    screen = console()
    screen.print(
        f"{found.old.name} {found.old.version} → {found.new.name} {found.new.version}: "
        f"{_count(len(found.changes), 'change')}"
    )
    for change in found.changes:
        screen.print(f"  {change}")
    if not found.violations:
        screen.print("the upgrade is allowed")
        return
    screen.print(f"the upgrade is refused: {_count(len(found.violations), 'broken rule')}")
    for violation in found.violations:
        screen.print(f"  {violation}")


def _describe_diff(found: PackageDiff) -> dict[str, Any]:
    return {
        "old": _describe_package(found.old),
        "new": _describe_package(found.new),
        "changes": [
            {"definition": change.definition, "what": change.what} for change in found.changes
        ],
        "allowed": not found.violations,
        "violations": [
            {
                "rule": violation.rule,
                "where": violation.where,
                "message": violation.message,
                "hint": violation.hint,
            }
            for violation in found.violations
        ],
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
