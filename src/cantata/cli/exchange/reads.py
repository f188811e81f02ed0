"""`cantata exchange suspense`, `stuck`, `operations` and `journal`: what there is to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import print_items
from cantata.cli.exchange.deposits import COLUMNS as DEPOSIT_COLUMNS
from cantata.cli.exchange.withdrawals import COLUMNS as WITHDRAWAL_COLUMNS
from cantata.cli.exchange.words import (
    LIMIT,
    TABLE,
    V1,
    InstrumentOption,
    LimitOption,
    api,
    chosen,
)
from cantata.cli.output import OutputFormat, OutputOption, print_json

reads = typer.Typer()
journal = typer.Typer(help="The books: what is held, and for whom.", no_args_is_help=True)


@reads.command()
def suspense(
    context: typer.Context,
    *,
    instrument: InstrumentOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List what came in and is nobody's so far."""
    found = api(context).items(f"{V1}/suspense", chosen(instrument), limit)
    print_items(output, DEPOSIT_COLUMNS, found)


@reads.command()
def stuck(
    context: typer.Context,
    *,
    older_than: Annotated[
        int, typer.Option("--older-than", help="Seconds that a withdrawal may take.", min=0)
    ] = 3_600,
    output: OutputOption = TABLE,
) -> None:
    """List what somebody has to look at."""
    found = api(context).get(f"{V1}/stuck", {"older_than_seconds": older_than})
    if output is OutputFormat.JSON:
        print_json(found)
        return
    print_items(output, DEPOSIT_COLUMNS, iter(found["deposits"]))
    print_items(output, WITHDRAWAL_COLUMNS, iter(found["withdrawals"]))


@reads.command()
def operations(
    context: typer.Context, *, limit: LimitOption = LIMIT, output: OutputOption = TABLE
) -> None:
    """List what was asked of the ledger, newest first, whoever asked."""
    columns = ("id", "kind", "state", "attempts", "subject", "created_at")
    print_items(output, columns, api(context).items(f"{V1}/operations", {}, limit))


@journal.command("list")
def list_postings(
    context: typer.Context,
    *,
    kind: Annotated[str | None, typer.Option("--kind", help="Only accounts of this kind.")] = None,
    name: Annotated[str, typer.Option("--name", help="The account of that kind.")] = "",
    instrument: InstrumentOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List postings, newest first; debits are positive."""
    columns = ("number", "at", "occasion", "kind", "name", "instrument", "amount", "reference")
    query = {"kind": kind, "name": name, **chosen(instrument)}
    print_items(output, columns, api(context).items(f"{V1}/journal", query, limit))


@journal.command()
def totals(context: typer.Context, *, output: OutputOption = TABLE) -> None:
    """Show what treasuries hold, and what is owed to whom; together it is nothing."""
    found = api(context).get(f"{V1}/journal/totals")
    if output is OutputFormat.JSON:
        print_json(found)
        return
    print_items(output, ("kind", "instrument", "amount"), iter(found["items"]))
