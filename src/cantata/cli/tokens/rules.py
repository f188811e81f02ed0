"""What holds for a token: pauses, terms, limits, its end, and amounts that are frozen."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cantata.cli.api_access import (
    WAIT_SECONDS,
    DryRunOption,
    IdempotencyOption,
    WaitOption,
    print_operation,
)
from cantata.cli.output import OutputOption, print_json
from cantata.cli.tokens.words import (
    TABLE,
    AccountsOption,
    AmountArgument,
    ApproverOption,
    CountriesOption,
    HolderArgument,
    ReasonOption,
    TokenArgument,
    api,
    path,
)

rules = typer.Typer()

OperationsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--operation",
        help="mint, burn, transfer, accept, allocate or settle; again for more, all without it.",
    ),
]


@rules.command("rules")
def show_rules(context: typer.Context, token: TokenArgument) -> None:
    """Show what holds for a token: pauses, terms, limits."""
    print_json(api(context).get(f"{path(token)}/rules"))


@rules.command()
def pause(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    *,
    reason: ReasonOption,
    operation: OperationsOption = None,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Pause operations of a token, or all that go on."""
    request = {"operations": operation or [], "reason": reason}
    found = api(context).change(
        f"{path(token)}:pause", request, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@rules.command()
def unpause(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    *,
    reason: ReasonOption,
    operation: OperationsOption = None,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Let operations of a token go on, or all that are paused."""
    request = {"operations": operation or [], "reason": reason}
    found = api(context).change(
        f"{path(token)}:unpause", request, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@rules.command()
def close(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    *,
    reason: ReasonOption,
    confirm: Annotated[str, typer.Option("--confirm", help="The symbol, to be sure.")],
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """End a token for good: nothing of it moves any more."""
    request = {"reason": reason, "confirm": confirm}
    found = api(context).change(f"{path(token)}:close", request, key=idempotency_key, wait=wait)
    print_operation(found, output)


@rules.command("set-rules")
def set_rules(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    *,
    reason: ReasonOption,
    accounts_required: AccountsOption = False,
    country: CountriesOption = None,
    approver: ApproverOption = None,
    request: Annotated[
        bool, typer.Option("--request", help="Let the present approver decide about it.")
    ] = False,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Set all terms of a token; once they name an approver, only with its approval."""
    terms: dict[str, Any] = {
        "accounts_required": accounts_required,
        "countries": country or [],
        "approver": approver,
        "reason": reason,
    }
    where = "rule-changes" if request else "rules"
    found = api(context).change(
        f"{path(token)}/{where}", terms, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@rules.command()
def limit(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    *,
    reason: ReasonOption,
    holders: Annotated[int | None, typer.Option("--holders", help="Most holders.")] = None,
    balance: Annotated[str | None, typer.Option("--balance", help="Most of one holder.")] = None,
    volume: Annotated[
        str | None, typer.Option("--volume", help="Most that one sends in a window.")
    ] = None,
    window_seconds: Annotated[
        int | None, typer.Option("--window-seconds", help="Length of the window.")
    ] = None,
    idempotency_key: IdempotencyOption = "",
) -> None:
    """Set all limits of a token; what is left out has none."""
    request = {
        "holders": holders,
        "balance": balance,
        "volume": volume,
        "window_seconds": window_seconds,
        "reason": reason,
    }
    print_json(api(context).change(f"{path(token)}/limits", request, key=idempotency_key))


@rules.command()
def freeze(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    amount: AmountArgument,
    *,
    reason: ReasonOption,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Freeze exactly an amount of what a holder has free."""
    found = api(context).change(
        f"{path(token)}/holders/{holder}:freeze",
        {"amount": amount, "reason": reason},
        key=idempotency_key,
        wait=wait,
        dry_run=dry_run,
    )
    print_operation(found, output)


@rules.command()
def unfreeze(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    holder: HolderArgument,
    amount: AmountArgument,
    *,
    reason: ReasonOption,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Let exactly an amount of what is frozen of a holder go."""
    found = api(context).change(
        f"{path(token)}/holders/{holder}:unfreeze",
        {"amount": amount, "reason": reason},
        key=idempotency_key,
        wait=wait,
        dry_run=dry_run,
    )
    print_operation(found, output)
