"""`cantata exchange dars`: packages that tokens of others need."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer

from cantata.cli.api_access import DryRunOption, IdempotencyOption, print_items
from cantata.cli.dar_file import bytes_of
from cantata.cli.exchange.words import (
    TABLE,
    V1,
    ReasonOption,
    ReferenceOption,
    api,
    print_one,
)
from cantata.cli.output import OutputOption
from cantata.exchange.model.treasury import DAR_BYTES_MAX

dars = typer.Typer(help="Packages that tokens of others need.", no_args_is_help=True)

COLUMNS = ("admin", "name", "version", "package_id", "uploaded_at")


@dars.command("list")
def list_dars(context: typer.Context, *, output: OutputOption = TABLE) -> None:
    """List what was uploaded, in the order in which a restored participant is given it again."""
    print_items(output, COLUMNS, iter(api(context).get(f"{V1}/dars")["items"]))


@dars.command("add")
def add_dar(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    admin: Annotated[str, typer.Argument(help="Party of the admin whose tokens need it.")],
    file: Annotated[Path, typer.Argument(help="The DAR.", exists=True, dir_okay=False)],
    *,
    package: Annotated[
        str, typer.Option("--package", help="Name or id that its main package must have.")
    ],
    reason: ReasonOption,
    reference: ReferenceOption = "",
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Upload a DAR of an admin's, and have it vetted; a package that is not trusted is not safe."""
    query = {"admin": admin, "package": package, "reason": reason, "reference": reference}
    headers = {
        "Idempotency-Key": idempotency_key or str(uuid.uuid4()),
        "Content-Type": "application/octet-stream",
    }
    found = api(context).send(
        "POST",
        f"{V1}/dars",
        body=bytes_of(file, DAR_BYTES_MAX),
        query={**query, "dry_run": "true"} if dry_run else query,
        headers=headers,
    )
    print_one(found.json(), COLUMNS, output)
