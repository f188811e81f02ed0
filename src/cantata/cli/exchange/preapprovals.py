"""`cantata exchange preapprovals`: which deposits arrive in one step."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import print_items
from cantata.cli.exchange.words import (
    TABLE,
    V1,
    InstrumentArgument,
    ReasonOption,
    ReferenceOption,
    api,
    print_one,
    ref,
)
from cantata.cli.output import OutputOption

preapprovals = typer.Typer(help="Deposits that arrive in one step.", no_args_is_help=True)

TreasuryArgument = Annotated[str, typer.Argument(help="The treasury's party.")]
COLUMNS = ("treasury", "instrument", "form", "standing", "expires_at")


@preapprovals.command("list")
def list_preapprovals(context: typer.Context, *, output: OutputOption = TABLE) -> None:
    """List the pre-approvals that treasuries are to have, and how each stands."""
    print_items(output, COLUMNS, iter(api(context).get(f"{V1}/preapprovals")["items"]))


@preapprovals.command()
def want(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    treasury: TreasuryArgument,
    instrument: InstrumentArgument,
    *,
    reason: ReasonOption,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Party that provides it, where one has to.")
    ] = None,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Have a treasury's deposits of an instrument arrive in one step, from now on."""
    request = {
        "treasury": treasury,
        "instrument": ref(instrument),
        "provider": provider,
        "reason": reason,
        "reference": reference,
    }
    print_one(api(context).change(f"{V1}/preapprovals", request, wait=0), COLUMNS, output)


@preapprovals.command()
def drop(
    context: typer.Context,
    treasury: TreasuryArgument,
    instrument: InstrumentArgument,
    *,
    reason: ReasonOption,
    output: OutputOption = TABLE,
) -> None:
    """Care for a pre-approval no longer; the contract that stands runs out."""
    request = {"treasury": treasury, "instrument": ref(instrument), "reason": reason}
    found = api(context).change(f"{V1}/preapprovals:drop", request, wait=0)
    print_one(found, ("changed",), output)
