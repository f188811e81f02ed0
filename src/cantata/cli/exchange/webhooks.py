"""`cantata exchange webhooks`: where news goes, and what came of sending it."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import DryRunOption, IdempotencyOption, print_items
from cantata.cli.exchange.words import (
    LIMIT,
    TABLE,
    V1,
    LimitOption,
    StateOption,
    api,
    print_one,
)
from cantata.cli.output import OutputFormat, OutputOption, print_json

webhooks = typer.Typer(help="Where news goes.", no_args_is_help=True)

WebhookArgument = Annotated[str, typer.Argument(help="The webhook's id.")]
COLUMNS = ("id", "url", "topics", "state", "reason")
DELIVERY_COLUMNS = ("id", "topic", "subject", "state", "attempts", "status", "failure", "due_at")


@webhooks.command("list")
def list_webhooks(context: typer.Context, *, output: OutputOption = TABLE) -> None:
    """List the webhooks."""
    print_items(output, COLUMNS, iter(api(context).get(f"{V1}/webhooks")["items"]))


@webhooks.command()
def add(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Where news is to go.")],
    *,
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", help="Such as exchange.deposit.*; again for more."),
    ] = None,
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Register a webhook for what happens from now on; its secret is shown this once."""
    request = {"url": url, "topics": topic or ["exchange.*"], "description": description}
    found = api(context).change(
        f"{V1}/webhooks", request, key=idempotency_key, wait=0, dry_run=dry_run
    )
    print_one(found, ("id", "url", "topics", "secret"), output)


@webhooks.command()
def show(context: typer.Context, webhook: WebhookArgument) -> None:
    """Show a webhook."""
    print_json(api(context).get(f"{V1}/webhooks/{webhook}"))


@webhooks.command()
def rotate(
    context: typer.Context,
    webhook: WebhookArgument,
    *,
    overlap: Annotated[
        int, typer.Option("--overlap", help="Seconds that the present secret still signs.", min=0)
    ] = 86_400,
    output: OutputOption = TABLE,
) -> None:
    """Give a webhook a new secret, shown this once."""
    request = {"overlap_seconds": overlap}
    found = api(context).change(f"{V1}/webhooks/{webhook}:rotate", request, wait=0)
    print_one(found, ("id", "secret"), output)


@webhooks.command()
def pause(
    context: typer.Context, webhook: WebhookArgument, *, output: OutputOption = TABLE
) -> None:
    """Send nothing until it is resumed; nothing is lost."""
    _step(context, f"{webhook}:pause", output)


@webhooks.command()
def resume(
    context: typer.Context, webhook: WebhookArgument, *, output: OutputOption = TABLE
) -> None:
    """Go on where a webhook was paused."""
    _step(context, f"{webhook}:resume", output)


@webhooks.command()
def remove(
    context: typer.Context, webhook: WebhookArgument, *, output: OutputOption = TABLE
) -> None:
    """Remove a webhook for good."""
    _step(context, f"{webhook}:remove", output)


@webhooks.command()
def deliveries(
    context: typer.Context,
    webhook: WebhookArgument,
    *,
    state: StateOption = None,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List what is, was, or could not be sent, newest first."""
    found = api(context).items(f"{V1}/webhooks/{webhook}/deliveries", {"state": state}, limit)
    print_items(output, DELIVERY_COLUMNS, found)


@webhooks.command()
def replay(
    context: typer.Context,
    webhook: WebhookArgument,
    *,
    delivery: Annotated[
        str | None, typer.Option("--delivery", help="This one; else all that were given up.")
    ] = None,
    output: OutputOption = TABLE,
) -> None:
    """Send deliveries again."""
    which = "" if delivery is None else f"/deliveries/{delivery}"
    found = api(context).change(f"{V1}/webhooks/{webhook}{which}:replay", None, wait=0)
    print_one(found, ("count",), output)


def _step(context: typer.Context, what: str, output: OutputFormat) -> None:
    found = api(context).change(f"{V1}/webhooks/{what}", None, wait=0)
    print_one(found, COLUMNS, output)
