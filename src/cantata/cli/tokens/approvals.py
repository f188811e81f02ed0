"""Forced transfers and recoveries, and `cantata tokens approvals`: who decides about them."""

from __future__ import annotations

import hashlib
from pathlib import Path
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
from cantata.cli.output import OutputOption, print_json
from cantata.cli.tokens.words import (
    LIMIT,
    TABLE,
    AmountArgument,
    LimitOption,
    TokenArgument,
    TokenOption,
    api,
    chosen,
    path,
)

requests = typer.Typer()
approvals = typer.Typer(help="Requests that a second person decides about.", no_args_is_help=True)

ReasonCodeOption = Annotated[
    str, typer.Option("--reason-code", help="Such as COURT-ORDER: capitals, digits, - . _")
]
DocumentOption = Annotated[
    Path, typer.Option("--document", help="File that orders it; only its hash is sent.")
]
ExpiresOption = Annotated[
    int, typer.Option("--expires-in", help="Seconds that it waits for its approval.")
]
ApprovalArgument = Annotated[str, typer.Argument(help="Id of the request.")]
RemarkOption = Annotated[str, typer.Option("--remark", help="What is said to it.")]
DAY = 86_400


@requests.command()
def force(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    owner: Annotated[str, typer.Argument(help="Party whose funds are taken.")],
    receiver: Annotated[str, typer.Argument(help="Party that gets them.")],
    amount: AmountArgument,
    *,
    reason_code: ReasonCodeOption,
    document: DocumentOption,
    expires_in: ExpiresOption = DAY,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Request that an amount moves against its owner's will; another user approves."""
    request = {"owner": owner, "receiver": receiver, "amount": amount}
    found = api(context).change(
        f"{path(token)}/forced-transfers",
        {**request, **_grounds(reason_code, document, expires_in)},
        key=idempotency_key,
        dry_run=dry_run,
    )
    print_operation(found, output)


@requests.command()
def recover(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    lost: Annotated[str, typer.Argument(help="Party that lost its keys.")],
    replacement: Annotated[str, typer.Argument(help="Party in its place.")],
    *,
    reason_code: ReasonCodeOption,
    document: DocumentOption,
    expires_in: ExpiresOption = DAY,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Request that a party takes the place of one that lost its keys."""
    request = {"lost": lost, "replacement": replacement}
    found = api(context).change(
        f"{path(token)}/recoveries",
        {**request, **_grounds(reason_code, document, expires_in)},
        key=idempotency_key,
        dry_run=dry_run,
    )
    print_operation(found, output)


@approvals.command("list")
def list_approvals(
    context: typer.Context,
    *,
    state: Annotated[str | None, typer.Option("--state", help="Such as pending.")] = None,
    token: TokenOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List requests, newest first."""
    columns = ("id", "kind", "token", "reason", "state", "expires_at")
    found = api(context).items("/v1/approvals", {"state": state, **chosen(token)}, limit)
    print_items(output, columns, found)


@approvals.command()
def show(context: typer.Context, approval: ApprovalArgument) -> None:
    """Show a request."""
    print_json(api(context).get(f"/v1/approvals/{approval}"))


@approvals.command()
def approve(
    context: typer.Context,
    approval: ApprovalArgument,
    *,
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Approve a request of somebody else's, for the approver; it is carried out."""
    found = api(context).change(
        f"/v1/approvals/{approval}:approve", None, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@approvals.command()
def refuse(
    context: typer.Context,
    approval: ApprovalArgument,
    *,
    remark: RemarkOption = "",
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Refuse a request, for the approver."""
    where = f"/v1/approvals/{approval}:refuse"
    print_operation(api(context).change(where, {"remark": remark}, key=idempotency_key), output)


@approvals.command()
def withdraw(
    context: typer.Context,
    approval: ApprovalArgument,
    *,
    remark: RemarkOption = "",
    idempotency_key: IdempotencyOption = "",
    output: OutputOption = TABLE,
) -> None:
    """Take a request of one's own back."""
    where = f"/v1/approvals/{approval}:withdraw"
    print_operation(api(context).change(where, {"remark": remark}, key=idempotency_key), output)


def _grounds(reason_code: str, document: Path, expires_in: int) -> dict[str, Any]:
    try:
        digest = hashlib.sha256(document.read_bytes()).hexdigest()
    except OSError as error:
        raise typer.BadParameter(f"the document cannot be read: {error.strerror}") from error
    return {"reason_code": reason_code, "document_hash": digest, "expires_in": expires_in}
