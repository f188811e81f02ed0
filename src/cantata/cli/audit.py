"""`cantata audit`: the audit trail."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cantata.cli.output import OutputFormat, OutputOption
from cantata.cli.platform import part, run
from cantata.cli.rows import print_rows

app = typer.Typer(help="Look after the audit trail.", no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Look after the audit trail."""


@app.command()
def verify(
    *,
    kept: Annotated[
        list[str] | None,
        typer.Option(help="A head that an earlier verify printed, and that was kept elsewhere."),
    ] = None,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Check each entry's seal; end with 1 and name the place if somebody changed the trail.

    Entries cut off at its end are missed by the head that the database keeps. Who may change all of
    the database can set that back as well: keep the head that is printed elsewhere, and give it
    with --kept.
    """
    heads = [_head(each) for each in kept or ()]

    async def work(_: Any, stored: Any) -> Any:
        opened = part("storage.database").Database(stored)
        async with opened as database, database.read() as session:
            return await part("storage.audit").verify(session, heads)

    head = run("audit", work)
    row = (str(head.entry), "intact", str(head) if head.entry else "")
    print_rows(output, ("entries", "state", "head"), [row])


def _head(text: str) -> Any:
    try:
        return part("storage.audit").Head.read(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--kept") from None
