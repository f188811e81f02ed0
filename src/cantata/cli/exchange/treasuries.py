"""`cantata exchange treasuries`: parties that hold what customers deposited."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import DryRunOption, IdempotencyOption, print_items
from cantata.cli.exchange.words import (
    TABLE,
    V1,
    ReasonOption,
    ReferenceOption,
    api,
    print_one,
)
from cantata.cli.output import OutputFormat, OutputOption, print_json

treasuries = typer.Typer(help="Parties that hold what customers deposited.", no_args_is_help=True)

PartyArgument = Annotated[str, typer.Argument(help="The treasury's party.")]
COLUMNS = ("party", "name", "signer", "withdrawals_enabled", "safe_after")


@treasuries.command("list")
def list_treasuries(context: typer.Context, *, output: OutputOption = TABLE) -> None:
    """List the treasuries."""
    print_items(output, COLUMNS, iter(api(context).get(f"{V1}/treasuries")["items"]))


@treasuries.command()
def show(context: typer.Context, party: PartyArgument) -> None:
    """Show a treasury and what it holds."""
    print_json(api(context).get(f"{V1}/treasuries/{party}"))


@treasuries.command("open")
def open_treasury(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    party: PartyArgument,
    *,
    name: Annotated[str, typer.Option("--name", help="What you call it.")],
    signer: Annotated[
        str, typer.Option("--signer", help="Who signs for it: participant, or a signer's name.")
    ] = "participant",
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Open a treasury with what its party holds; its history begins now."""
    request = {"party": party, "name": name, "signer": signer}
    found = api(context).change(
        f"{V1}/treasuries", request, key=idempotency_key, wait=0, dry_run=dry_run
    )
    print_one(found, COLUMNS, output)


@treasuries.command()
def enable(
    context: typer.Context,
    party: PartyArgument,
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Let a treasury pay again."""
    _switch(context, f"{party}:enable-withdrawals", reason, reference, output)


@treasuries.command()
def disable(
    context: typer.Context,
    party: PartyArgument,
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Let a treasury pay nothing until it is enabled again."""
    _switch(context, f"{party}:disable-withdrawals", reason, reference, output)


@treasuries.command()
def rewards(context: typer.Context, party: PartyArgument) -> None:
    """Show how a treasury is rewarded."""
    print_json(api(context).get(f"{V1}/treasuries/{party}/rewards"))


@treasuries.command()
def reward(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    party: PartyArgument,
    mode: Annotated[str, typer.Argument(help="off, markers or traffic.")],
    *,
    reason: ReasonOption,
    provider: Annotated[
        str | None, typer.Option("--provider", help="Party that is rewarded, with markers.")
    ] = None,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Say how a treasury is rewarded from now on."""
    request = {"mode": mode, "provider": provider, "reason": reason, "reference": reference}
    found = api(context).change(f"{V1}/treasuries/{party}:reward", request, wait=0)
    print_one(found, ("treasury", "mode", "provider"), output)


def _switch(
    context: typer.Context, what: str, reason: str, reference: str, output: OutputFormat
) -> None:
    request = {"reason": reason, "reference": reference}
    found = api(context).change(f"{V1}/treasuries/{what}", request, wait=0)
    print_one(found, COLUMNS, output)
