"""`cantata audit`: the audit trail."""

from __future__ import annotations

from typing import Any

import typer

from cantata.cli.output import OutputFormat, OutputOption
from cantata.cli.platform import part, run
from cantata.cli.rows import print_rows

app = typer.Typer(help="Look after the audit trail.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Look after the audit trail."""


@app.command()
def verify(*, output: OutputOption = OutputFormat.TABLE) -> None:
    """Check each entry's seal; end with 1 and name the place if somebody changed the trail."""

    async def work(_: Any, stored: Any) -> int:
        opened = part("storage.database").Database(stored)
        async with opened as database, database.read() as session:
            count: int = await part("storage.audit").verify(session)
            return count

    entries = run("audit", work)
    print_rows(output, ("entries", "state"), [(str(entries), "intact")])
