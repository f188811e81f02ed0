"""`cantata dar check`: every rule that a DAR, or the upgrade it is, does not keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cantata.cli.dar_file import read_dar_file
from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.lf.archive import Dar
from cantata.lf.check import Violation, check_dar, check_upgrade_of
from cantata.lf.model import Package

EXIT_VIOLATIONS = 1
"""Exit code when the DAR, or the upgrade, does not keep a rule."""


DarFile = typer.Argument(exists=True, dir_okay=False, help="The DAR to check.")
OldFile = typer.Option(
    "--upgrades", exists=True, dir_okay=False, help="The DAR of the version before it."
)


def check(
    file: Annotated[Path, DarFile],
    upgrades: Annotated[Path | None, OldFile] = None,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Check that a DAR is complete and well-typed, and with --upgrades that it may follow OLD."""
    dar = read_dar_file(file)
    packages = _packages(dar)
    violations = check_dar(dar.main.package, [stored.package for stored in dar.dependencies])
    if upgrades is not None:
        old = read_dar_file(upgrades)
        packages = _packages(old) | packages
        old_packages = [stored.package for stored in old.packages.values()]
        new_packages = [stored.package for stored in dar.packages.values()]
        violations += check_upgrade_of(old_packages, new_packages)
    if output is OutputFormat.JSON:
        print_json(_describe(dar, packages, violations))
    else:
        _print(dar, packages, violations)
    if violations:
        raise typer.Exit(EXIT_VIOLATIONS)


def _packages(dar: Dar) -> dict[str, Package]:
    return {package_id: stored.package for package_id, stored in dar.packages.items()}


def _describe(
    dar: Dar, packages: dict[str, Package], violations: tuple[Violation, ...]
) -> dict[str, Any]:
    return {
        "package_id": dar.main.id,
        "name": dar.main.package.name,
        "version": dar.main.package.version,
        "packages": len(dar.packages),
        "valid": not violations,
        "violations": [_entry(violation, packages) for violation in violations],
    }


def _entry(violation: Violation, packages: dict[str, Package]) -> dict[str, Any]:
    package = packages.get(violation.package)
    return {
        "rule": violation.rule,
        "stage": violation.stage.value,
        "package_id": violation.package,
        "package": package.name if package else None,
        "version": package.version if package else None,
        "module": violation.module or None,
        "definition": violation.definition or None,
        "part": violation.part or None,
        "message": violation.message,
        "hint": violation.hint,
    }


def _print(dar: Dar, packages: dict[str, Package], violations: tuple[Violation, ...]) -> None:
    out = console()
    for violation in violations:
        package = packages.get(violation.package)
        name = f"{package.name} {package.version}" if package else violation.package
        out.print(Text.assemble((violation.rule, "bold red"), f"  {name}  {violation.where}"))
        out.print(Text(f"  {violation.message}"))
        if violation.hint:
            out.print(Text(f"  {violation.hint}", style="dim"))
    main = f"{dar.main.package.name} {dar.main.package.version}"
    found = "no violations" if not violations else f"{len(violations)} violations"
    out.print(Text(f"{main}: {len(dar.packages)} packages, {found}"))
