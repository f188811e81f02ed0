"""Words that commands about tokens share: how a token is named, what filters a list."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import Api
from cantata.cli.output import OutputFormat

TABLE = OutputFormat.TABLE
LIMIT = 1_000

TokenArgument = Annotated[
    str, typer.Argument(help="The token: its issuer's party, a slash, its symbol.")
]
AmountArgument = Annotated[str, typer.Argument(help="Amount, such as 12.50.")]
OfferArgument = Annotated[str, typer.Argument(help="Contract id of the offer.")]
MemoOption = Annotated[str, typer.Option("--memo", help="What it is for.")]
PartyOption = Annotated[str | None, typer.Option("--party", help="Only this party of yours.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept for auditors.")]
HolderArgument = Annotated[str, typer.Argument(help="Party that holds, or is to.")]
TokenOption = Annotated[str | None, typer.Option("--token", help="Only this token.")]
OffsetOption = Annotated[
    int | None, typer.Option("--as-of-offset", help="As of this offset of the ledger.", min=0)
]
TimeOption = Annotated[str | None, typer.Option("--as-of-time", help="As of this time.")]
CountriesOption = Annotated[
    list[str] | None,
    typer.Option("--country", help="Whose holders are admitted, such as CH; again for more."),
]
AccountsOption = Annotated[bool, typer.Option("--accounts-required", help="Holders need accounts.")]
ApproverOption = Annotated[
    str | None, typer.Option("--approver", help="Party whose users approve.")
]
LimitOption = Annotated[int, typer.Option("--limit", help="Lines at most.", min=1, max=100_000)]


def api(context: typer.Context) -> Api:
    """Give the API that the command was given."""
    found: Api = context.obj
    return found


def split(token: str) -> tuple[str, str]:
    """Give issuer and symbol of a token; wrong usage without a slash."""
    admin, slash, symbol = token.rpartition("/")
    if not (admin and slash and symbol):
        raise typer.BadParameter(f"a token is named like ISSUER/SYMBOL, not {token!r}")
    return admin, symbol


def path(token: str) -> str:
    """Give where the API has a token."""
    admin, symbol = split(token)
    return f"/v1/tokens/{admin}/{symbol}"


def ref(token: str) -> dict[str, str]:
    """Give a token as requests name it."""
    admin, symbol = split(token)
    return {"admin": admin, "id": symbol}


def chosen(token: str | None) -> dict[str, str | int | None]:
    """Give the filter for a token, or none."""
    if token is None:
        return {}
    admin, symbol = split(token)
    return {"admin": admin, "symbol": symbol}
