"""Delegation by the command line: allowances given, used, listed, taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import (
    WAIT_SECONDS,
    DryRunOption,
    IdempotencyOption,
    WaitOption,
    print_items,
    print_operation,
)
from cantata.cli.output import OutputOption
from cantata.cli.tokens.words import (
    LIMIT,
    TABLE,
    AmountArgument,
    LimitOption,
    MemoOption,
    PartyOption,
    TokenArgument,
    api,
    ref,
)

allowances = typer.Typer()

OwnerArgument = Annotated[str, typer.Argument(help="Party that owns.")]
SpenderArgument = Annotated[str, typer.Argument(help="Party that may spend.")]


@allowances.command()
def allow(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    owner: OwnerArgument,
    spender: SpenderArgument,
    *,
    limit: Annotated[str | None, typer.Option("--limit", help="In all; none without it.")] = None,
    expires_at: Annotated[str | None, typer.Option("--expires-at", help="Until when.")] = None,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Let a party spend some of one's own; it replaces what it had before."""
    request = {"token": ref(token), "owner": owner, "spender": spender}
    found = api(context).change(
        "/v1/allowances",
        {**request, "limit": limit, "expires_at": expires_at},
        key=idempotency_key,
        wait=wait,
        dry_run=dry_run,
    )
    print_operation(found, output)


@allowances.command()
def spend(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    owner: OwnerArgument,
    spender: SpenderArgument,
    receiver: Annotated[str, typer.Argument(help="Party that receives.")],
    amount: AmountArgument,
    *,
    memo: MemoOption = "",
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Transfer what an owner lets one spend."""
    request = {"token": ref(token), "owner": owner, "spender": spender, "receiver": receiver}
    found = api(context).change(
        "/v1/allowances:spend",
        {**request, "amount": amount, "memo": memo},
        key=idempotency_key,
        wait=wait,
        dry_run=dry_run,
    )
    print_operation(found, output)


@allowances.command()
def revoke(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    owner: OwnerArgument,
    spender: SpenderArgument,
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Take an allowance back, as the owner."""
    request = {"token": ref(token), "owner": owner, "spender": spender}
    found = api(context).change("/v1/allowances:revoke", request, key=idempotency_key, wait=wait)
    print_operation(found, output)


@allowances.command("allowances")
def list_allowances(
    context: typer.Context,
    *,
    party: PartyOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List the allowances that stand, given and received."""
    columns = ("token", "owner", "spender", "remaining", "expires_at")
    found = api(context).items("/v1/allowances", {"party": party}, limit)
    print_items(output, columns, found)
