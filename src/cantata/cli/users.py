"""`cantata users`: who uses the platform, by the API's own words."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from cantata.cli.api_access import (
    DEFAULT_URL,
    WAIT_SECONDS,
    Api,
    KeyOption,
    UrlOption,
    WaitOption,
    print_items,
)
from cantata.cli.ledger_access import require_client
from cantata.cli.output import OutputFormat, OutputOption, print_json

KeyFile = Annotated[
    Path, typer.Argument(help="Private key in PEM, readable by its owner alone.", dir_okay=False)
]

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


@app.command()
def verify(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The address that the code was sent to.")],
    code: Annotated[str, typer.Argument(help="The code.")],
    *,
    wait: WaitOption = WAIT_SECONDS,
) -> None:
    """Prove an address by the code that was sent to it, where addresses are verified."""
    api: Api = context.obj
    print_json(api.change("/v1/onboarding:verify", {"email": email, "code": code}, wait=wait))


@app.command()
def parties(context: typer.Context, *, output: OutputOption = OutputFormat.TABLE) -> None:
    """List the parties that one has rights for."""
    api: Api = context.obj
    print_items(output, ("party", "kind", "name", "rights"), iter(api.get("/v1/parties")))


@app.command("own-key")
def own_key(
    context: typer.Context,
    key_file: KeyFile,
    *,
    name: Annotated[str, typer.Option("--name", help="Name of the party, for people.")],
    wait: WaitOption = WAIT_SECONDS,
) -> None:
    """Make a party whose key is in a file of one's own, and never leaves it."""
    api: Api = context.obj
    print_json(_own_keys().onboarded(api, key_file, name, wait))


@app.command()
def sign(
    context: typer.Context,
    operation: Annotated[str, typer.Argument(help="The operation that waits for a signature.")],
    key_file: KeyFile,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Sign without asking.")] = False,
    wait: WaitOption = WAIT_SECONDS,
) -> None:
    """Read what an operation waits for, show what it does, and sign it."""

    def agree(commands: Any) -> None:
        typer.echo(json.dumps(commands, indent=2, ensure_ascii=False), err=True)
        if not yes:
            typer.confirm("This is all that the transaction does. Sign it?", abort=True, err=True)

    api: Api = context.obj
    print_json(_own_keys().signed(api, operation, key_file, agree, wait))


def _own_keys() -> Any:
    """Load what reads and signs; it needs the client's libraries."""
    require_client()
    return import_module("cantata.cli.own_keys")
