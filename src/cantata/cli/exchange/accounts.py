"""`cantata exchange accounts`: customers, under which memo they deposit, and what they have."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import DryRunOption, IdempotencyOption, print_items
from cantata.cli.exchange.words import (
    LIMIT,
    TABLE,
    V1,
    LimitOption,
    ReasonOption,
    ReferenceOption,
    api,
    print_one,
)
from cantata.cli.output import OutputFormat, OutputOption, print_json

accounts = typer.Typer(help="Customers, and what they have.", no_args_is_help=True)

AccountArgument = Annotated[str, typer.Argument(help="The account's id.")]
COLUMNS = ("id", "reference", "memo_shown", "state", "treasury")


@accounts.command("list")
def list_accounts(
    context: typer.Context,
    *,
    named: Annotated[str | None, typer.Option("--named", help="Only the one you call so.")] = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List accounts by your own references."""
    found = api(context).items(f"{V1}/accounts", {"reference": named}, limit)
    print_items(output, COLUMNS, found)


@accounts.command()
def show(context: typer.Context, account: AccountArgument) -> None:
    """Show an account, with the address that its customer deposits to."""
    print_json(api(context).get(f"{V1}/accounts/{account}"))


@accounts.command("open")
def open_account(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="Your own name of the customer.")],
    *,
    treasury: Annotated[str, typer.Option("--treasury", help="Party that is deposited to.")],
    memo: Annotated[
        str | None, typer.Option("--memo", help="Only for one that was known by it before.")
    ] = None,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Open an account; the same reference again is the same account."""
    request = {"reference": reference, "treasury": treasury, "memo": memo}
    found = api(context).change(
        f"{V1}/accounts", request, key=idempotency_key, wait=0, dry_run=dry_run
    )
    print_one(found, COLUMNS, output)


@accounts.command()
def balances(
    context: typer.Context, account: AccountArgument, *, output: OutputOption = TABLE
) -> None:
    """Show what a customer may withdraw, and what withdrawals under way hold."""
    found = api(context).get(f"{V1}/accounts/{account}/balances")
    print_items(output, ("instrument", "available", "held"), iter(found["items"]))


@accounts.command()
def statement(
    context: typer.Context,
    account: AccountArgument,
    *,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List what changed a customer's balances, newest first."""
    columns = ("at", "occasion", "instrument", "amount", "balance", "reference")
    found = api(context).items(f"{V1}/accounts/{account}/statement", {}, limit)
    print_items(output, columns, found)


@accounts.command()
def block(
    context: typer.Context,
    account: AccountArgument,
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Block an account: its deposits go to suspense, its withdrawals are refused."""
    _become(context, f"{account}:block", reason, reference, output)


@accounts.command()
def reopen(
    context: typer.Context,
    account: AccountArgument,
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Let a blocked or closed account be used again."""
    _become(context, f"{account}:open", reason, reference, output)


@accounts.command()
def close(
    context: typer.Context,
    account: AccountArgument,
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Close an account that has nothing."""
    _become(context, f"{account}:close", reason, reference, output)


def _become(
    context: typer.Context, what: str, reason: str, reference: str, output: OutputFormat
) -> None:
    request = {"reason": reason, "reference": reference}
    found = api(context).change(f"{V1}/accounts/{what}", request, wait=0)
    print_one(found, COLUMNS, output)
