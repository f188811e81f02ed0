"""`cantata doctor`: what is wrong, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from cantata.cli.exits import EXIT_REFUSED
from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.cli.platform import part, read_settings

if TYPE_CHECKING:
    # Needs the platform's libraries, which may be missing until the command is used.
    from cantata.ops.doctor.model import Diagnosis

app = typer.Typer(help="Find what is wrong, and say what to do.")


@app.callback(invoke_without_command=True)
def doctor(*, output: OutputOption = OutputFormat.TABLE) -> None:
    """Examine everything that Cantata stands on; end with 1 if something is wrong."""
    found = part("ops.doctor.visit").visit(read_settings())
    if output is OutputFormat.JSON:
        print_json([_described(each) for each in found])
    else:
        _print(found)
    if found:
        raise typer.Exit(EXIT_REFUSED)


def _described(each: Diagnosis) -> dict[str, Any]:
    return {
        "finding": each.finding.value,
        "message": each.message,
        "remedy": each.remedy,
        "details": dict(each.details),
    }


def _print(found: tuple[Diagnosis, ...]) -> None:
    from rich.text import Text  # noqa: PLC0415 - slow to import

    to = console()
    if not found:
        to.print("nothing is wrong")
    for each in found:
        to.print(Text.assemble((each.finding.value, "bold red"), f": {each.message}"))
        to.print(Text(f"  {each.remedy}"))
