"""`cantata exchange deposits`: what came in, or is offered, and whose it is."""

from __future__ import annotations

from typing import Annotated, Any

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
    InstrumentOption,
    LimitOption,
    ReasonOption,
    ReferenceOption,
    StateOption,
    TreasuryOption,
    api,
    chosen,
    print_one,
)
from cantata.cli.output import OutputFormat, OutputOption, print_json

deposits = typer.Typer(help="What came in, and whose it is.", no_args_is_help=True)

DepositArgument = Annotated[str, typer.Argument(help="The deposit's id.")]
COLUMNS = ("id", "state", "reason", "instrument", "amount", "memo", "account", "sender")


@deposits.command("list")
def list_deposits(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    *,
    state: StateOption = None,
    account: AccountOption = None,
    treasury: TreasuryOption = None,
    instrument: InstrumentOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List deposits, those that were seen last first."""
    query = {"state": state, "account": account, "treasury": treasury, **chosen(instrument)}
    print_items(output, COLUMNS, api(context).items(f"{V1}/deposits", query, limit))


@deposits.command()
def show(context: typer.Context, deposit: DepositArgument) -> None:
    """Show a deposit."""
    print_json(api(context).get(f"{V1}/deposits/{deposit}"))


@deposits.command()
def proof(context: typer.Context, deposit: DepositArgument) -> None:
    """Show what the ledger shows of a deposit."""
    print_json(api(context).get(f"{V1}/deposits/{deposit}/proof"))


@deposits.command()
def attribute(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    deposit: DepositArgument,
    account: Annotated[str, typer.Argument(help="Id of the account whose it is.")],
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Credit a deposit in suspense to a customer."""
    request = {"account": account, "reason": reason, "reference": reference}
    _decide(context, f"{deposit}:attribute", request, idempotency_key, output)


@deposits.command()
def admit(
    context: typer.Context,
    deposit: DepositArgument,
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Take a deposit that was not listed when it came for one of the instrument listed now."""
    request = {"reason": reason, "reference": reference}
    _decide(context, f"{deposit}:admit", request, "", output)


@deposits.command()
def retry(
    context: typer.Context,
    deposit: DepositArgument,
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Try to accept an offered deposit once more."""
    request = {"reason": reason, "reference": reference}
    _decide(context, f"{deposit}:retry", request, "", output)


@deposits.command()
def refund(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    deposit: DepositArgument,
    *,
    reason: ReasonOption,
    receiver: Annotated[
        str | None, typer.Option("--receiver", help="To whom, if not to the sender.")
    ] = None,
    memo: Annotated[str, typer.Option("--memo", help="For the receiver.")] = "",
    reference: ReferenceOption = "",
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Pay a deposit in suspense back."""
    request = {"receiver": receiver, "memo": memo, "reason": reason, "reference": reference}
    found = api(context).change(
        f"{V1}/deposits/{deposit}:refund",
        request,
        key=idempotency_key,
        wait=wait,
        dry_run=dry_run,
    )
    print_operation(found, output)


def _decide(
    context: typer.Context, what: str, request: dict[str, Any], key: str, output: OutputFormat
) -> None:
    found = api(context).change(f"{V1}/deposits/{what}", request, key=key, wait=0)
    print_one(found, COLUMNS, output)
