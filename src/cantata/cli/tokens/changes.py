"""What changes tokens: each command is one request, and waits for its operation to end."""

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
from cantata.cli.output import OutputOption
from cantata.cli.tokens.words import (
    TABLE,
    AccountsOption,
    AmountArgument,
    ApproverOption,
    CountriesOption,
    MemoOption,
    OfferArgument,
    TokenArgument,
    api,
    ref,
)

changes = typer.Typer()

ReceiverArgument = Annotated[str, typer.Argument(help="Party that receives.")]
SenderArgument = Annotated[str, typer.Argument(help="Party that sends.")]
OwnerArgument = Annotated[str, typer.Argument(help="Party that owns.")]
DecimalsOption = Annotated[int, typer.Option("--decimals", help="Decimals of amounts.")]


@changes.command()
def create(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    *,
    issuer: Annotated[str, typer.Option("--issuer", help="Party that issues it.")],
    name: Annotated[str, typer.Option("--name", help="Its name, for people.")],
    symbol: Annotated[str, typer.Option("--symbol", help="Its symbol, unique for the issuer.")],
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217, such as USD.")],
    decimals: DecimalsOption = 2,
    cap: Annotated[str | None, typer.Option("--cap", help="Most that there may ever be.")] = None,
    accounts_required: AccountsOption = False,
    country: CountriesOption = None,
    approver: ApproverOption = None,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Create a token; nothing is minted."""
    body = {"issuer": issuer, "name": name, "symbol": symbol, "currency": currency}
    terms = {"accounts_required": accounts_required, "countries": country or []}
    request = {**body, **terms, "approver": approver, "decimals": decimals, "cap": cap}
    found = api(context).change(
        "/v1/tokens", request, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@changes.command()
def mint(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    receiver: ReceiverArgument,
    amount: AmountArgument,
    *,
    memo: MemoOption = "",
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Mint an amount to a party."""
    request = {"token": ref(token), "receiver": receiver, "amount": amount, "memo": memo}
    found = api(context).change(
        "/v1/mints", request, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@changes.command()
def burn(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    owner: OwnerArgument,
    amount: AmountArgument,
    *,
    memo: MemoOption = "",
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Burn an amount of one's own; the supply shrinks by it."""
    request = {"token": ref(token), "owner": owner, "amount": amount, "memo": memo}
    found = api(context).change(
        "/v1/burns", request, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@changes.command()
def transfer(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    sender: SenderArgument,
    receiver: ReceiverArgument,
    amount: AmountArgument,
    *,
    memo: MemoOption = "",
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Transfer an amount: at once if the receiver agreed beforehand, else as an offer."""
    request = _transfer(token, sender, receiver, amount, memo)
    found = api(context).change(
        "/v1/transfers", request, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@changes.command()
def precheck(
    context: typer.Context,
    token: TokenArgument,
    sender: SenderArgument,
    receiver: ReceiverArgument,
    amount: AmountArgument,
    *,
    output: OutputOption = TABLE,
) -> None:
    """Tell whether a transfer would succeed now; end with 1 if it would not."""
    request = _transfer(token, sender, receiver, amount, "")
    found = api(context).change("/v1/transfers:precheck", request)
    print_operation(found, output)
    if not found["allowed"]:
        raise typer.Exit(1)


@changes.command()
def accept(
    context: typer.Context,
    offer: OfferArgument,
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Take what is offered, as its receiver."""
    path = f"/v1/offers/{offer}:accept"
    print_operation(api(context).change(path, None, key=idempotency_key, wait=wait), output)


@changes.command()
def reject(
    context: typer.Context,
    offer: OfferArgument,
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Refuse what is offered, as its receiver; the funds go back."""
    path = f"/v1/offers/{offer}:reject"
    print_operation(api(context).change(path, None, key=idempotency_key, wait=wait), output)


@changes.command()
def withdraw(
    context: typer.Context,
    offer: OfferArgument,
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Take an offer back, as its sender."""
    path = f"/v1/offers/{offer}:withdraw"
    print_operation(api(context).change(path, None, key=idempotency_key, wait=wait), output)


@changes.command()
def preapprove(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    receiver: ReceiverArgument,
    *,
    expires_at: Annotated[
        str | None, typer.Option("--expires-at", help="Until when; for good without it.")
    ] = None,
    renew_seconds: Annotated[
        int | None, typer.Option("--renew-seconds", help="Renew it, for so long each time.")
    ] = None,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Agree beforehand to receive an issuer's tokens, in one step."""
    until = {"expires_at": expires_at, "renew_seconds": renew_seconds}
    request = {"token": ref(token), "receiver": receiver, **until}
    found = api(context).change("/v1/preapprovals", request, key=idempotency_key, wait=wait)
    print_operation(found, output)


@changes.command("cancel-preapproval")
def cancel_preapproval(
    context: typer.Context,
    token: TokenArgument,
    receiver: ReceiverArgument,
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Agree no more to receive an issuer's tokens in one step; nothing is renewed."""
    request = {"token": ref(token), "receiver": receiver}
    found = api(context).change("/v1/preapprovals:cancel", request, key=idempotency_key, wait=wait)
    print_operation(found, output)


@changes.command()
def merge(
    context: typer.Context,
    token: TokenArgument,
    owner: OwnerArgument,
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Merge small holdings into one."""
    request = {"token": ref(token), "owner": owner}
    found = api(context).change("/v1/rearrangements", request, key=idempotency_key, wait=wait)
    print_operation(found, output)


@changes.command()
def split(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    owner: OwnerArgument,
    amounts: Annotated[list[str], typer.Argument(help="Amounts of the new holdings.")],
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Split holdings into amounts; what is over is one holding more."""
    request = {"token": ref(token), "owner": owner, "amounts": amounts}
    found = api(context).change("/v1/rearrangements", request, key=idempotency_key, wait=wait)
    print_operation(found, output)


def _transfer(token: str, sender: str, receiver: str, amount: str, memo: str) -> dict[str, Any]:
    parties = {"sender": sender, "receiver": receiver}
    return {"token": ref(token), **parties, "amount": amount, "memo": memo}
