"""`cantata tokens batch`: many mints, transfers or burns from a file, and what became of them."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from cantata.cli.api_access import Api, ApiRefused, DryRunOption, IdempotencyOption, print_items
from cantata.cli.exits import EXIT_REFUSED
from cantata.cli.output import OutputFormat, OutputOption, print_json
from cantata.cli.rows import print_rows
from cantata.cli.tokens.words import LIMIT, TABLE, LimitOption, TokenArgument, api, split
from cantata.kernel.time import SystemClock

LOOK_AGAIN_SECONDS = 1
NS = 1_000_000_000
COLUMNS = ("line", "key", "sender", "receiver", "amount", "state", "operation", "errors")


class Operation(StrEnum):
    """What every row asks for."""

    MINT = "mint"
    TRANSFER = "transfer"
    BURN = "burn"


class Mode(StrEnum):
    """What one bad row means for the others."""

    ALL_OR_NOTHING = "all_or_nothing"
    PER_ROW = "per_row"


batch = typer.Typer(help="Mint, transfer or burn in batches.", no_args_is_help=True)

BatchArgument = Annotated[str, typer.Argument(help="Id of the batch.")]
FileArgument = Annotated[
    Path, typer.Argument(help="CSV file with a header line.", exists=True, dir_okay=False)
]


@batch.command()
def submit(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    operation: Annotated[Operation, typer.Argument(help="mint, transfer or burn.")],
    file: FileArgument,
    *,
    mode: Annotated[
        Mode, typer.Option("--mode", help="All rows or none, or each for itself.")
    ] = Mode.ALL_OR_NOTHING,
    wait: Annotated[
        int, typer.Option("--wait", help="Seconds to wait for the end.", min=0, max=3_600)
    ] = 600,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Ask for all rows of a file; end with 1 if any is refused or fails.

    Mints have the columns receiver and amount, burns owner and amount, transfers sender, receiver
    and amount; all may have key and memo, transfers execute_before.
    """
    admin, symbol = split(token)
    query = {"operation": operation.value, "mode": mode.value, "admin": admin, "symbol": symbol}
    if dry_run:
        query["dry_run"] = "true"
    key = idempotency_key or str(uuid.uuid4())
    headers = {"Idempotency-Key": key, "Content-Type": "text/csv; charset=utf-8"}
    try:
        answer = api(context).send(
            "POST", "/v1/batches", body=file.read_bytes(), query=query, headers=headers
        )
    except ApiRefused as error:
        _tell(error.errors)
        raise
    found = answer.json()
    if not dry_run:
        found = _watched(api(context), found, wait)
    else:
        _tell(found["errors"])
    _print(found, output)
    if found.get("errors") or _counted(found, "refused", "failed"):
        raise typer.Exit(EXIT_REFUSED)


@batch.command()
def show(context: typer.Context, batch: BatchArgument, *, output: OutputOption = TABLE) -> None:
    """Show how many rows of a batch are how far."""
    _print(api(context).get(f"/v1/batches/{batch}"), output)


@batch.command()
def rows(
    context: typer.Context,
    batch: BatchArgument,
    *,
    state: Annotated[str | None, typer.Option("--state", help="Such as failed.")] = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List the rows of a batch, with what became of each."""
    found = api(context).items(f"/v1/batches/{batch}/rows", {"state": state}, limit)
    if output is OutputFormat.JSON:
        print_items(output, COLUMNS, found)
        return
    shown = ({**row, "errors": _reasons(row)} for row in found)
    print_items(output, COLUMNS, iter(shown))


@batch.command()
def result(
    context: typer.Context,
    batch: BatchArgument,
    *,
    out: Annotated[Path, typer.Option("--out", help="File to write.")],
) -> None:
    """Write what became of each row into a CSV file."""
    out.write_bytes(api(context).send("GET", f"/v1/batches/{batch}/result").content)


def _watched(source: Api, found: Mapping[str, Any], seconds: int) -> Mapping[str, Any]:
    """Look at a batch until it is over or the time is; show its progress to people."""
    from rich.console import Console  # noqa: PLC0415 # slow to import, and rarely needed
    from rich.progress import BarColumn, MofNCompleteColumn, Progress  # noqa: PLC0415 # likewise

    clock = SystemClock()
    until = clock.monotonic_ns() + seconds * NS
    bar = Progress(
        "rows",
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("", total=found["rows"])
        while True:
            bar.update(task, completed=found["rows"] - _counted(found, "under_way"))
            if found["state"] == "over" or clock.monotonic_ns() >= until:
                return found
            Event().wait(LOOK_AGAIN_SECONDS)
            found = source.get(f"/v1/batches/{found['id']}")


def _tell(errors: list[Mapping[str, Any]]) -> None:
    """Tell people what is wrong with each row."""
    for each in errors:
        typer.echo(f"{each['field']}: {each['code']}: {each['message']}", err=True)


def _counted(found: Mapping[str, Any], *states: str) -> int:
    counts = found.get("counts") or {}
    return sum(counts.get(state, 0) for state in states)


def _reasons(row: Mapping[str, Any]) -> str:
    return "; ".join(f"{each['code']}: {each['message']}" for each in row["errors"])


def _print(found: Mapping[str, Any], output: OutputFormat) -> None:
    if output is OutputFormat.JSON or "counts" not in found:
        print_json(found)
        return
    counts = found["counts"]
    names = ("batch", "state", "rows", *counts)
    values = (found["id"], found["state"], found["rows"], *counts.values())
    print_rows(output, names, [tuple(map(str, values))])
