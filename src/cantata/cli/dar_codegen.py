"""`cantata dar codegen`: typed Python classes for the templates, choices and views of a DAR."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar

import typer
from rich.text import Text

from cantata.cli.dar_file import read_dar_file
from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.kernel.errors import CantataError
from cantata.lf.archive import Dar
from cantata.lf.codegen.generate import generate
from cantata.lf.model import Packages

GENERATED = "generated"
"""What the first line of every generated module says."""


class WouldOverwrite(CantataError):
    """A file in the way that was not generated."""

    code: ClassVar[str] = "WOULD_OVERWRITE"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was not generated", hint="choose another folder with -o")
        self.path = path


class UnwritableFolder(CantataError):
    """A folder that the system does not let us write to."""

    code: ClassVar[str] = "UNWRITABLE_FOLDER"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot write to {path}: {reason}", hint="choose another folder with -o")
        self.path = path


DarFile = typer.Argument(exists=True, dir_okay=False, help="The DAR to read.")
OutFolder = typer.Option("-o", "--out", file_okay=False, help="Folder to write to.")
Prefix = typer.Option(
    "--prefix", help="Dotted name of the folder, if it is a Python package itself: app.daml"
)


def codegen(
    file: Annotated[Path, DarFile],
    out: Annotated[Path, OutFolder],
    prefix: Annotated[str, Prefix] = "",
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Write typed Python classes for a DAR: one package per LF package, one module per module.

    Put the folder on the import path. Writing again gives the same files.
    """
    dar = read_dar_file(file)
    packages = Packages(stored.package for stored in dar.packages.values())
    files = generate(packages, dar.main.package, prefix=prefix)
    _write(out, files)
    if output is OutputFormat.JSON:
        print_json(_describe(dar, out, files))
    else:
        _print(dar, out, files)


def _write(folder: Path, files: dict[PurePosixPath, str]) -> None:
    """Write all files, or none if one that was not generated is in the way."""
    targets = {folder / path: text for path, text in files.items()}
    try:
        for target in targets:
            _refuse_foreign(target)
        for target, text in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnwritableFolder(folder, error.strerror or str(error)) from error


def _refuse_foreign(target: Path) -> None:
    if not target.exists():
        return
    with target.open(encoding="utf-8", errors="replace") as stream:
        first = stream.readline()
    if first and GENERATED not in first:
        raise WouldOverwrite(target)


def _describe(dar: Dar, out: Path, files: dict[PurePosixPath, str]) -> dict[str, Any]:
    return {
        "package_id": dar.main.id,
        "name": dar.main.package.name,
        "version": dar.main.package.version,
        "folder": str(out),
        "packages": sorted({path.parts[0] for path in files}),
        "files": [str(path) for path in files],
    }


def _print(dar: Dar, out: Path, files: dict[PurePosixPath, str]) -> None:
    printer = console()
    for package in sorted({path.parts[0] for path in files}):
        modules = sum(path.parts[0] == package and path.suffix == ".py" for path in files)
        printer.print(Text(f"{package}  {modules} modules"))
    main = f"{dar.main.package.name} {dar.main.package.version}"
    printer.print(Text(f"{main}: {len(files)} files in {out}"))
