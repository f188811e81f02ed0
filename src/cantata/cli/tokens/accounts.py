"""`cantata tokens accounts`: the allow-list of a token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cantata.cli.api_access import (
    WAIT_SECONDS,
    IdempotencyOption,
    WaitOption,
    print_items,
    print_operation,
)
from cantata.cli.output import OutputFormat, OutputOption, print_json
from cantata.cli.tokens.words import (
    LIMIT,
    TABLE,
    HolderArgument,
    LimitOption,
    ReasonOption,
    TokenArgument,
    api,
    path,
)

accounts = typer.Typer(help="Holders' accounts with a token's issuer.", no_args_is_help=True)

CountryOption = Annotated[str, typer.Option("--country", help="ISO 3166, such as CH.")]
VerifiedOption = Annotated[
    str | None, typer.Option("--verified-until", help="Until when; without it not verified.")
]
LockedOption = Annotated[
    str | None, typer.Option("--locked-until", help="Until then it may not send.")
]


@accounts.command("list")
def list_accounts(
    context: typer.Context,
    token: TokenArgument,
    *,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List accounts, to the issuer."""
    columns = ("holder", "frozen", "country", "verified_until", "locked_until", "balance")
    print_items(output, columns, api(context).items(f"{path(token)}/accounts", {}, limit))


@accounts.command()
def show(context: typer.Context, token: TokenArgument, holder: HolderArgument) -> None:
    """Show an account, to the issuer and to the holder."""
    print_json(api(context).get(f"{path(token)}/accounts/{holder}"))


@accounts.command()
def enrol(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    *,
    country: CountryOption,
    reason: ReasonOption,
    verified_until: VerifiedOption = None,
    locked_until: LockedOption = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="For all tokens of the issuer.")
    ] = False,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Open an account for a holder."""
    request = {
        "holder": holder,
        "country": country,
        "verified_until": verified_until,
        "locked_until": locked_until,
        "everywhere": everywhere,
        "reason": reason,
    }
    found = api(context).change(f"{path(token)}/accounts", request, key=idempotency_key, wait=wait)
    print_operation(found, output)


@accounts.command()
def verify(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    *,
    country: CountryOption,
    reason: ReasonOption,
    verified_until: VerifiedOption = None,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Attest who a holder is until a time, or take that back."""
    more = {"country": country, "verified_until": verified_until}
    _change(context, (token, holder, "verify"), {"reason": reason, **more}, idempotency_key, output)


@accounts.command("lock-up")
def lock_up(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    *,
    reason: ReasonOption,
    locked_until: LockedOption = None,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Keep a holder from sending until a time, or end that."""
    request = {"reason": reason, "locked_until": locked_until}
    _change(context, (token, holder, "lock-up"), request, idempotency_key, output)


@accounts.command()
def freeze(
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    *,
    reason: ReasonOption,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Freeze an account: it neither sends nor receives."""
    _change(context, (token, holder, "freeze"), {"reason": reason}, idempotency_key, output)


@accounts.command()
def unfreeze(
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    *,
    reason: ReasonOption,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Let a holder send and receive again."""
    _change(context, (token, holder, "unfreeze"), {"reason": reason}, idempotency_key, output)


@accounts.command()
def remove(
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    *,
    reason: ReasonOption,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Take a holder off the allow-list."""
    _change(context, (token, holder, "remove"), {"reason": reason}, idempotency_key, output)


def _change(
    context: typer.Context,
    what: tuple[str, str, str],
    request: Mapping[str, Any],
    key: str,
    output: OutputFormat,
) -> None:
    token, holder, verb = what
    found = api(context).change(f"{path(token)}/accounts/{holder}:{verb}", request, key=key)
    print_operation(found, output)
