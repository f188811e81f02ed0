"""`cantata users`: who uses the platform, by the API's own words."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.api_access import (
    DEFAULT_URL,
    WAIT_SECONDS,
    Api,
    KeyOption,
    UrlOption,
    WaitOption,
)
from cantata.cli.output import print_json

app = typer.Typer(help="Let people in, and see who one is.", no_args_is_help=True)


@app.callback()
def users(context: typer.Context, *, url: UrlOption = DEFAULT_URL, api_key: KeyOption = "") -> None:
    """Let people in, and see who one is."""
    context.obj = Api(url.rstrip("/"), api_key)


@app.command()
def onboard(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address; the same one is the same user.")],
    *,
    wait: WaitOption = WAIT_SECONDS,
) -> None:
    """Let somebody in by e-mail; she gets a party, and a session whose token is an API key."""
    api: Api = context.obj
    print_json(api.change("/v1/onboarding", {"email": email}, wait=wait))


@app.command()
def me(context: typer.Context) -> None:
    """Show who the key or token belongs to, with parties and roles."""
    api: Api = context.obj
    print_json(api.get("/v1/me"))
