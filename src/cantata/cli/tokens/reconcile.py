"""`cantata tokens reconcile`: the projections held against the ledger, where both can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cantata.cli.exits import EXIT_REFUSED
from cantata.cli.output import OutputFormat, OutputOption, print_json
from cantata.cli.platform import part, run
from cantata.cli.rows import print_rows

if TYPE_CHECKING:
    # Needs the platform's libraries, which may be missing until the command is used.
    from cantata.tokens.reconciliation.model import Report

RepairOption = Annotated[
    bool, typer.Option("--repair", help="Rebuild the projections that differ from the ledger.")
]


def reconcile(*, repair: RepairOption = False, output: OutputOption = OutputFormat.TABLE) -> None:
    """Compare with the ledger at one offset; end with 1 if anything differs."""

    async def work(read: Any, stored: Any) -> Report:
        report: Report = await part("ops.reconciling").reconcile(read, stored, repair=repair)
        return report

    report = run("reconciliation", work)
    _print(report, output)
    if not report.is_clean:
        raise typer.Exit(EXIT_REFUSED)


def _print(report: Report, output: OutputFormat) -> None:
    described = part("tokens.reconciliation.repository").described
    differences = [described(each) for each in report.differences]
    if output is OutputFormat.JSON:
        found = {"offset": report.offset, "compared": report.compared, "differing": report.count}
        print_json({**found, "differences": differences})
        return
    row = (str(report.offset), str(report.compared), str(report.count))
    print_rows(output, ("offset", "compared", "differing"), [row])
    for each in differences:
        typer.echo(" ".join(f"{name}={value}" for name, value in each.items()))
