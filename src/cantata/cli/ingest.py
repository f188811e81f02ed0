"""`cantata ingest`: keeps the database up with the ledger."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from cantata.cli.exits import EXIT_REFUSED
from cantata.cli.output import OutputFormat, OutputOption, print_json
from cantata.cli.platform import part, run
from cantata.cli.rows import print_rows

app = typer.Typer(help="Keep the database up with the ledger.", no_args_is_help=True)

NameArgument = Annotated[
    str, typer.Argument(help="The projection, as `cantata ingest status` names it.")
]
TimeOption = Annotated[
    str | None,
    typer.Option(
        "--record-time", help="Go to the last update that was recorded at this time or before."
    ),
]


@app.command("run")
def follow() -> None:
    """Ingest until Ctrl-C or SIGTERM; beside another one, wait as its standby."""
    run("ingestion", lambda read, stored: part("ops.processes.ingesting").ingest(read, stored))


@app.command()
def status(*, output: OutputOption = OutputFormat.TABLE) -> None:
    """Show how far ledger, stream and projections are; end with 1 if ingestion was halted."""
    found = run("ingest", lambda read, stored: part("ops.progress").progress(read, stored))
    rows = [(each.name, str(each.offset), str(each.behind), each.state) for each in found.reached]
    print_rows(output, ("name", "offset", "behind", "state"), rows)
    if found.halt is not None:
        typer.echo(f"{found.halt.code}: {found.halt.message}\n{found.halt.hint}", err=True)
        raise typer.Exit(EXIT_REFUSED)


@app.command()
def rebuild(name: NameArgument, *, output: OutputOption = OutputFormat.TABLE) -> None:
    """Fill a projection from the ledger again, while everything goes on with the old rows."""

    def work(read: Any, stored: Any) -> Any:
        return part("ops.ingesting").rebuild(read, stored, name, tell)

    with _progress(name) as tell:
        offset = run("ingest", work)
    if output is OutputFormat.JSON:
        print_json({"projection": name, "offset": offset})
    else:
        typer.echo(f"{name} is live at {offset}")


@app.command()
def resync(*, record_time: TimeOption = None, output: OutputOption = OutputFormat.TABLE) -> None:
    """Find one's place in a ledger with other offsets, after it was restored or replaced.

    Updates keep their ids and times. All projections are filled again by the next
    `cantata ingest run`; none may run meanwhile, and no worker until they are filled.
    """
    moment = None if record_time is None else part("kernel.time").Timestamp.parse(record_time)
    found = run("ingest", lambda read, stored: part("ops.ingesting").resync(read, stored, moment))
    after = found.after
    if output is OutputFormat.JSON:
        told = None if after.record_time is None else str(after.record_time)
        place = {"offset": after.offset, "update_id": after.update_id, "record_time": told}
        print_json({"before": found.before.offset, **place})
    else:
        typer.echo(f"the cursor was at {found.before.offset}, and is at {after.offset}")
        typer.echo("start `cantata ingest run`: it fills the projections; workers may run when")
        typer.echo("`cantata ingest status` shows all of them live")


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on standard error if it is a terminal, else nothing."""
    from rich.console import Console  # noqa: PLC0415 # slow to import, and not for every command
    from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: PLC0415 # likewise

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(f"rebuild {name}", total=None)

        def tell(reached: int, end: int) -> None:
            bar.update(task, completed=reached, total=end)

        yield tell
