"""`cantata operations`: everything that was asked for, and how far it is."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import DEFAULT_URL, Api, KeyOption, UrlOption, print_items
from cantata.cli.output import OutputFormat, OutputOption, print_json

app = typer.Typer(help="Look up what was asked for, and how far it is.", no_args_is_help=True)

LIMIT = 100
LimitOption = Annotated[int, typer.Option("--limit", help="Lines at most.", min=1, max=100_000)]


@app.callback()
def operations(
    context: typer.Context, *, url: UrlOption = DEFAULT_URL, api_key: KeyOption = ""
) -> None:
    """Look up what was asked for, and how far it is, through the API."""
    context.obj = Api(url.rstrip("/"), api_key)


@app.command("list")
def list_operations(
    context: typer.Context, *, limit: LimitOption = LIMIT, output: OutputOption = OutputFormat.TABLE
) -> None:
    """List operations, newest first."""
    columns = ("id", "kind", "state", "subject", "created_at")
    print_items(output, columns, _api(context).items("/v1/operations", {}, limit))


@app.command()
def show(context: typer.Context, operation: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Show an operation: what was asked, all its states, what came of it."""
    print_json(_api(context).get(f"/v1/operations/{operation}"))


def _api(context: typer.Context) -> Api:
    found: Api = context.obj
    return found
