"""Words that commands about an exchange share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cantata.cli.api_access import Api
from cantata.cli.output import OutputFormat, print_json
from cantata.cli.rows import print_rows

TABLE = OutputFormat.TABLE
LIMIT = 1_000
V1 = "/v1/exchange"

InstrumentArgument = Annotated[
    str, typer.Argument(help="The instrument: its admin's party, a slash, its id.")
]
InstrumentOption = Annotated[
    str | None, typer.Option("--instrument", help="Only this instrument: ADMIN/ID.")
]
TreasuryOption = Annotated[str | None, typer.Option("--treasury", help="Only this treasury.")]
AccountOption = Annotated[str | None, typer.Option("--account", help="Only this account's id.")]
StateOption = Annotated[str | None, typer.Option("--state", help="Only in this state.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept for auditors.")]
ReferenceOption = Annotated[str, typer.Option("--reference", help="A ticket or letter.")]
LimitOption = Annotated[int, typer.Option("--limit", help="Lines at most.", min=1, max=100_000)]


def api(context: typer.Context) -> Api:
    """Give the API that the command was given."""
    found: Api = context.obj
    return found


def ref(instrument: str) -> dict[str, str]:
    """Give an instrument as requests name it; wrong usage without a slash."""
    admin, slash, identity = instrument.partition("/")
    if not (admin and slash and identity):
        raise typer.BadParameter(f"an instrument is named like ADMIN/ID, not {instrument!r}")
    return {"admin": admin, "id": identity}


def chosen(instrument: str | None) -> dict[str, str | int | None]:
    """Give the filter for an instrument, or none."""
    if instrument is None:
        return {}
    named = ref(instrument)
    return {"admin": named["admin"], "instrument": named["id"]}


def print_one(found: Mapping[str, Any], columns: tuple[str, ...], output: OutputFormat) -> None:
    """Print one thing: all of it as JSON, some of it as a row."""
    if output is OutputFormat.JSON or found.get("dry_run"):
        print_json(found)
        return
    print_rows(output, columns, [tuple(_cell(found.get(name)) for name in columns)])


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return "/".join(map(str, value.values()))
    return "" if value is None else str(value)
