"""`cantata ingest`: keeps the database up with the ledger."""

from __future__ import annotations

import typer

from cantata.cli.output import OutputFormat, OutputOption
from cantata.cli.platform import part, run
from cantata.cli.rows import print_rows

app = typer.Typer(help="Keep the database up with the ledger.", no_args_is_help=True)


@app.command("run")
def follow() -> None:
    """Ingest until Ctrl-C or SIGTERM; beside another one, wait as its standby."""
    run("ingestion", lambda read, stored: part("ops.processes").ingest(read, stored))


@app.command()
def status(*, output: OutputOption = OutputFormat.TABLE) -> None:
    """Show how far ingestion is, how far the ledger is, and what each projection has reached."""
    progress = run("ingest", lambda read, stored: part("ops.progress").progress(read, stored))
    rows = [(each.name, str(each.offset), str(each.behind)) for each in progress]
    print_rows(output, ("name", "offset", "behind"), rows)
