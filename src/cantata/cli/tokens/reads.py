"""What is known of tokens: lists, balances as of any offset, statements, figures."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cantata.cli.api_access import print_items
from cantata.cli.output import OutputOption, print_json
from cantata.cli.tokens.words import (
    LIMIT,
    TABLE,
    LimitOption,
    OffsetOption,
    PartyOption,
    TimeOption,
    TokenArgument,
    TokenOption,
    api,
    chosen,
    path,
)

reads = typer.Typer()


class Form(StrEnum):
    """The forms of a statement."""

    JSON = "json"
    CSV = "csv"
    PDF = "pdf"


@reads.command("list")
def list_tokens(
    context: typer.Context, *, limit: LimitOption = LIMIT, output: OutputOption = TABLE
) -> None:
    """List tokens."""
    columns = ("token", "name", "currency", "decimals", "supply", "cap")
    print_items(output, columns, api(context).items("/v1/tokens", {}, limit))


@reads.command()
def show(context: typer.Context, token: TokenArgument) -> None:
    """Show a token."""
    print_json(api(context).get(path(token)))


@reads.command()
def supply(
    context: typer.Context,
    token: TokenArgument,
    *,
    as_of_offset: OffsetOption = None,
    as_of_time: TimeOption = None,
) -> None:
    """Show a token's supply, as its contract states it and as its holdings add up to."""
    moment = _moment(as_of_offset, as_of_time)
    print_json(api(context).get(f"{path(token)}/supply", moment))


@reads.command()
def statistics(context: typer.Context, token: TokenArgument) -> None:
    """Show the figures of one token, to its issuer."""
    print_json(api(context).get(f"{path(token)}/statistics"))


@reads.command()
def holders(
    context: typer.Context,
    token: TokenArgument,
    *,
    as_of_offset: OffsetOption = None,
    as_of_time: TimeOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List who holds a token, to its issuer."""
    moment = _moment(as_of_offset, as_of_time)
    found = api(context).items(f"{path(token)}/holders", moment, limit)
    print_items(output, ("owner", "total", "locked", "free"), found)


@reads.command()
def balances(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    *,
    party: PartyOption = None,
    token: TokenOption = None,
    as_of_offset: OffsetOption = None,
    as_of_time: TimeOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List balances, free and locked."""
    query = {"party": party, **chosen(token), **_moment(as_of_offset, as_of_time)}
    columns = ("owner", "token", "total", "locked", "free")
    print_items(output, columns, api(context).items("/v1/balances", query, limit))


@reads.command()
def holdings(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    *,
    party: PartyOption = None,
    token: TokenOption = None,
    as_of_offset: OffsetOption = None,
    as_of_time: TimeOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List holdings, contract by contract."""
    query = {"party": party, **chosen(token), **_moment(as_of_offset, as_of_time)}
    columns = ("owner", "token", "amount", "lock", "contract_id")
    print_items(output, columns, api(context).items("/v1/holdings", query, limit))


@reads.command()
def transactions(
    context: typer.Context,
    *,
    party: PartyOption = None,
    token: TokenOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List what changed balances, newest first."""
    query = {"party": party, **chosen(token)}
    columns = ("at", "owner", "kind", "delta", "counterparty", "memo")
    print_items(output, columns, api(context).items("/v1/transactions", query, limit))


@reads.command()
def offers(
    context: typer.Context,
    *,
    party: PartyOption = None,
    state: Annotated[str | None, typer.Option("--state", help="Such as pending.")] = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List transfers that wait, or waited, for their receivers."""
    columns = ("offer", "sender", "receiver", "amount", "state", "execute_before")
    found = api(context).items("/v1/offers", {"party": party, "state": state}, limit)
    print_items(output, columns, found)


@reads.command()
def statement(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    party: Annotated[str, typer.Argument(help="A party of yours.")],
    *,
    begin: Annotated[str, typer.Option("--begin", help="Opening is the balance before it.")],
    end: Annotated[str, typer.Option("--end", help="Closing is the balance before it.")],
    token: TokenOption = None,
    form: Annotated[Form, typer.Option("--form", help="json, csv or pdf.")] = Form.JSON,
    out: Annotated[Path | None, typer.Option("--out", help="File to write.")] = None,
) -> None:
    """State what a party had, every movement, and what that led to."""
    query = {"party": party, "begin": begin, "end": end, "form": form.value, **chosen(token)}
    answer = api(context).send("GET", "/v1/statements", query=query)
    if out is not None:
        out.write_bytes(answer.content)
    elif form is Form.PDF:
        raise typer.BadParameter("a PDF needs a file: --out")
    else:
        typer.echo(answer.text, nl=not answer.text.endswith("\n"))


def _moment(offset: int | None, moment: str | None) -> dict[str, Any]:
    return {"as_of_offset": offset, "as_of_time": moment}
