"""`cantata db`: the schema of the database."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cantata.cli.files import write_at_once
from cantata.cli.output import OutputFormat, OutputOption
from cantata.cli.platform import part, read_settings, with_database
from cantata.cli.rows import print_rows

app = typer.Typer(help="Look after the database and its schema.", no_args_is_help=True)

TABLE = OutputFormat.TABLE
RevisionArgument = Annotated[str, typer.Argument(help="Revision to stop at.")]
ReadyOption = Annotated[
    Path | None, typer.Option("--ready-file", help="File to write once the server answers.")
]


@app.command()
def upgrade(revision: RevisionArgument = "head", *, output: OutputOption = TABLE) -> None:
    """Apply the migrations that the database lacks; safe to run from several places at once."""

    def work(_: Any, stored: Any) -> tuple[str, str]:
        versions = part("storage.versions")
        before = versions.current_revision(stored)
        part("storage.migrate").upgrade(stored, revision)
        return before, versions.current_revision(stored)

    before, now = with_database("db", work)
    print_rows(output, ("before", "now"), [(before or "empty", now or "empty")])


@app.command()
def current(*, output: OutputOption = TABLE) -> None:
    """Show the schema that the database has, and the one that this version needs."""
    found = with_database("db", lambda _, stored: part("storage.versions").current_revision(stored))
    wanted = part("storage.versions").wanted_revision()
    print_rows(output, ("current", "wanted"), [(found or "empty", wanted)])


@app.command()
def check(*, output: OutputOption = TABLE) -> None:
    """End with 0 if the database has the schema that this version needs, else with 1."""
    with_database("db", lambda _, stored: part("storage.versions").require_current(stored))
    wanted = part("storage.versions").wanted_revision()
    print_rows(output, ("current", "wanted"), [(wanted, wanted)])


@app.command()
def serve(*, ready_file: ReadyOption = None) -> None:
    """Run the embedded PostgreSQL of the data folder until Ctrl-C, for psql, pg_dump and others."""
    read = read_settings()

    def announce(url: str) -> None:
        if ready_file is None:
            typer.echo(f"PostgreSQL is ready at {url}")
        else:
            write_at_once(ready_file, json.dumps({"url": url}))

    asyncio.run(part("ops.keeper").keep(part("bootstrap.connections").embedded(read), announce))
