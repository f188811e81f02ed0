"""`cantata exchange registries` and `instruments`: what is listed, and how it is treated."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cantata.cli.api_access import DryRunOption, IdempotencyOption, print_items
from cantata.cli.exchange.words import (
    LIMIT,
    TABLE,
    V1,
    InstrumentArgument,
    InstrumentOption,
    LimitOption,
    ReasonOption,
    ReferenceOption,
    api,
    chosen,
    print_one,
    ref,
)
from cantata.cli.output import OutputOption

registries = typer.Typer(help="Where admins' registries answer.", no_args_is_help=True)
instruments = typer.Typer(help="What is listed, and how it is treated.", no_args_is_help=True)

COLUMNS = ("instrument", "symbol", "decimals", "listing", "packages")
REGISTRY_COLUMNS = ("admin", "url", "checked_at")
_COUNTS = ("accept_tries_max", "pool_size", "inputs_max")

PackageOption = Annotated[
    list[str] | None,
    typer.Option("--package", help="Name of a package of its holdings; again for more."),
]
ListingOption = Annotated[
    str | None,
    typer.Option("--listing", help="open, deposits_only, withdrawals_only or suspended."),
]
PolicyOption = Annotated[
    list[str] | None,
    typer.Option("--policy", help="NAME=VALUE, such as withdrawal_fee=0.1; again for more."),
]


@registries.command("list")
def list_registries(context: typer.Context, *, output: OutputOption = TABLE) -> None:
    """List registries."""
    print_items(output, REGISTRY_COLUMNS, iter(api(context).get(f"{V1}/registries")["items"]))


@registries.command("add")
def add_registry(
    context: typer.Context,
    admin: Annotated[str, typer.Argument(help="The admin's party.")],
    url: Annotated[str, typer.Argument(help="Where its registry answers.")],
    *,
    reason: ReasonOption,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Say where an admin's registry answers, or that it moved; it is asked whose it is."""
    request = {"admin": admin, "url": url, "reason": reason, "reference": reference}
    found = api(context).change(f"{V1}/registries", request, wait=0)
    print_one(found, REGISTRY_COLUMNS, output)


@instruments.command("list")
def list_instruments(
    context: typer.Context,
    *,
    instrument: InstrumentOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List what is listed; as JSON with the policies."""
    found = api(context).items(f"{V1}/instruments", chosen(instrument), limit)
    print_items(output, COLUMNS, found)


@instruments.command()
def add(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    instrument: InstrumentArgument,
    *,
    reason: ReasonOption,
    package: PackageOption = None,
    listing: ListingOption = None,
    policy: PolicyOption = None,
    reference: ReferenceOption = "",
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """List an instrument as its registry describes it; suspended, unless it is said otherwise."""
    request = {
        "instrument": ref(instrument),
        "packages": package or [],
        "listing": listing or "suspended",
        "policy": _policy(policy or []),
        "reason": reason,
        "reference": reference,
    }
    found = api(context).change(
        f"{V1}/instruments", request, key=idempotency_key, wait=0, dry_run=dry_run
    )
    print_one(found, COLUMNS, output)


@instruments.command()
def change(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    instrument: InstrumentArgument,
    *,
    reason: ReasonOption,
    package: PackageOption = None,
    listing: ListingOption = None,
    policy: PolicyOption = None,
    reference: ReferenceOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Treat an instrument differently from now on; what is left out stays as it is."""
    request: dict[str, Any] = {
        "instrument": ref(instrument),
        "packages": package or None,
        "listing": listing,
        "policy": _policy(policy) if policy else None,
        "reason": reason,
        "reference": reference,
    }
    print_one(api(context).change(f"{V1}/instruments:change", request, wait=0), COLUMNS, output)


@instruments.command()
def refresh(
    context: typer.Context,
    instrument: InstrumentArgument,
    *,
    reason: ReasonOption,
    output: OutputOption = TABLE,
) -> None:
    """Take over what the registry says now of an instrument."""
    request = {"instrument": ref(instrument), "reason": reason}
    print_one(api(context).change(f"{V1}/instruments:refresh", request, wait=0), COLUMNS, output)


def _policy(given: list[str]) -> dict[str, str | int]:
    """Read settings of a policy; times and counts are numbers, amounts are texts."""
    found: dict[str, str | int] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"a policy is written like NAME=VALUE, not {each!r}")
        is_number = name.endswith("_seconds") or name in _COUNTS
        found[name] = int(value) if is_number and value.isdecimal() else value
    return found
