"""`cantata organisations`: organisations and their members, by the API's own words."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cantata.cli.api_access import (
    DEFAULT_URL,
    Api,
    IdempotencyOption,
    KeyOption,
    UrlOption,
    print_items,
)
from cantata.cli.output import OutputFormat, OutputOption, print_json

app = typer.Typer(help="Found organisations, and say who is what in them.", no_args_is_help=True)


class RoleName(StrEnum):
    """The roles of an organisation."""

    ADMIN = "ADMIN"
    MEMBER = "MEMBER"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"


OrganisationArgument = Annotated[str, typer.Argument(help="Id of the organisation.")]
UserArgument = Annotated[str, typer.Argument(help="Id of the user.")]
RoleOption = Annotated[RoleName, typer.Option("--role", help="The role in the organisation.")]


@app.callback()
def organisations(
    context: typer.Context, *, url: UrlOption = DEFAULT_URL, api_key: KeyOption = ""
) -> None:
    """Found organisations, and say who is what in them."""
    context.obj = Api(url.rstrip("/"), api_key)


@app.command("list")
def listed(context: typer.Context, *, output: OutputOption = OutputFormat.TABLE) -> None:
    """List one's organisations."""
    api: Api = context.obj
    print_items(output, ("id", "name", "roles"), iter(api.get("/v1/organisations")))


@app.command()
def found(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name.")],
    *,
    idempotency_key: IdempotencyOption = "",
) -> None:
    """Found an organisation; one holds all of its roles."""
    api: Api = context.obj
    print_json(api.change("/v1/organisations", {"name": name}, key=idempotency_key, wait=0))


@app.command()
def members(
    context: typer.Context,
    organisation: OrganisationArgument,
    *,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """List who holds which roles."""
    api: Api = context.obj
    held = api.get(f"/v1/organisations/{organisation}/members")
    print_items(output, ("user", "roles"), iter(held))


@app.command()
def add(
    context: typer.Context,
    organisation: OrganisationArgument,
    user: UserArgument,
    *,
    role: RoleOption = RoleName.MEMBER,
) -> None:
    """Give a user a role, as the organisation's admin."""
    _change(context, organisation, "add", user, role)


@app.command()
def remove(
    context: typer.Context,
    organisation: OrganisationArgument,
    user: UserArgument,
    *,
    role: RoleOption = RoleName.MEMBER,
) -> None:
    """Take a role from a user, as the organisation's admin, or give up one's own."""
    _change(context, organisation, "remove", user, role)


def _change(
    context: typer.Context, organisation: str, verb: str, user: str, role: RoleName
) -> None:
    api: Api = context.obj
    path = f"/v1/organisations/{organisation}/members:{verb}"
    print_json(api.change(path, {"user": user, "role": role.value}, wait=0))
