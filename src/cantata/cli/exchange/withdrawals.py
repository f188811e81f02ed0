"""`cantata exchange withdrawals`: what treasuries pay."""

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
from cantata.cli.exchange.words import (
    LIMIT,
    TABLE,
    V1,
    AccountOption,
    InstrumentArgument,
    LimitOption,
    ReasonOption,
    ReferenceOption,
    StateOption,
    TreasuryOption,
    api,
    print_one,
    ref,
)
from cantata.cli.output import OutputOption, print_json

withdrawals = typer.Typer(help="What treasuries pay.", no_args_is_help=True)

WithdrawalArgument = Annotated[str, typer.Argument(help="The withdrawal's id.")]
COLUMNS = ("id", "kind", "state", "instrument", "amount", "fee", "receiver", "account")


@withdrawals.command("list")
def list_withdrawals(
    context: typer.Context,
    *,
    state: StateOption = None,
    account: AccountOption = None,
    treasury: TreasuryOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List withdrawals, newest first."""
    query = {"state": state, "account": account, "treasury": treasury}
    print_items(output, COLUMNS, api(context).items(f"{V1}/withdrawals", query, limit))


@withdrawals.command()
def show(context: typer.Context, withdrawal: WithdrawalArgument) -> None:
    """Show a withdrawal, and how far it is."""
    print_json(api(context).get(f"{V1}/withdrawals/{withdrawal}"))


@withdrawals.command()
def proof(context: typer.Context, withdrawal: WithdrawalArgument) -> None:
    """Show what the ledger shows of a withdrawal."""
    print_json(api(context).get(f"{V1}/withdrawals/{withdrawal}/proof"))


@withdrawals.command()
def request(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="Id of the account that pays.")],
    instrument: InstrumentArgument,
    amount: Annotated[str, typer.Argument(help="What the receiver gets, such as 12.50.")],
    receiver: Annotated[str, typer.Argument(help="Party of the customer's wallet.")],
    *,
    memo: Annotated[str, typer.Option("--memo", help="For the receiver.")] = "",
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Ask for a payment to a customer's wallet."""
    order = {
        "account": account,
        "instrument": ref(instrument),
        "amount": amount,
        "receiver": receiver,
        "memo": memo,
    }
    found = api(context).change(
        f"{V1}/withdrawals", order, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@withdrawals.command()
def attribute(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    withdrawal: WithdrawalArgument,
    account: Annotated[str, typer.Argument(help="Id of the account whose it was.")],
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    bear_shortfall: Annotated[
        bool,
        typer.Option("--bear-shortfall", help="Bear what the account lacks as our own loss."),
    ] = False,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Debit a recovered withdrawal to the customer whose it was."""
    request = {
        "account": account,
        "bear_shortfall": bear_shortfall,
        "reason": reason,
        "reference": reference,
    }
    path = f"{V1}/withdrawals/{withdrawal}:attribute"
    found = api(context).change(path, request, key=idempotency_key, wait=0)
    print_one(found, COLUMNS, output)


@withdrawals.command()
def cancel(
    context: typer.Context, withdrawal: WithdrawalArgument, *, output: OutputOption = TABLE
) -> None:
    """Take a withdrawal back as far as it can be."""
    found = api(context).change(f"{V1}/withdrawals/{withdrawal}:cancel", None, wait=0)
    print_one(found, (*COLUMNS, "cancel_wanted"), output)
