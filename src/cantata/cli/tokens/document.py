"""`cantata tokens document`: documents of a token by their hashes; files stay where they are."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Mapping
from enum import StrEnum
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
from cantata.cli.exits import EXIT_REFUSED
from cantata.cli.output import OutputFormat, OutputOption, print_json
from cantata.cli.rows import print_rows
from cantata.cli.tokens.words import LIMIT, TABLE, LimitOption, TokenArgument, api, split

COLUMNS = ("number", "name", "version", "visibility", "newest", "on_ledger", "sha256", "uri")
_BINARY = "application/octet-stream"

document = typer.Typer(help="Add and verify documents of a token.", no_args_is_help=True)

FileArgument = Annotated[Path, typer.Argument(help="The document.", exists=True, dir_okay=False)]


class Visibility(StrEnum):
    """Who may see that there is a document."""

    PUBLIC = "public"
    HOLDERS = "holders"
    ISSUER = "issuer"


@document.command()
def add(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    token: TokenArgument,
    file: FileArgument,
    *,
    name: Annotated[str, typer.Option("--name", help="Its name; of the file without it.")] = "",
    version: Annotated[str, typer.Option("--version", help="New for each content.")] = "1",
    visibility: Annotated[
        Visibility, typer.Option("--visibility", help="Who may see it.")
    ] = Visibility.PUBLIC,
    uri: Annotated[str, typer.Option("--uri", help="Where it lies: an https address.")] = "",
    wait: WaitOption = WAIT_SECONDS,
    idempotency_key: IdempotencyOption = "",
    dry_run: DryRunOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Add a document, or a new version of the one of its name, by its hash alone."""
    body = {
        "name": name or file.name,
        "version": version,
        "visibility": visibility.value,
        "uri": uri,
        "media_type": mimetypes.guess_type(file.name)[0] or _BINARY,
        **_identity(file),
    }
    found = api(context).change(
        f"{_path(token)}/documents", body, key=idempotency_key, wait=wait, dry_run=dry_run
    )
    print_operation(found, output)


@document.command("list")
def listed(
    context: typer.Context,
    token: TokenArgument,
    *,
    limit: LimitOption = LIMIT,
    output: OutputOption = TABLE,
) -> None:
    """List the documents of a token that you may see, in all their versions."""
    print_items(output, COLUMNS, api(context).items(f"{_path(token)}/documents", {}, limit))


@document.command()
def verify(
    context: typer.Context,
    token: TokenArgument,
    file: FileArgument,
    *,
    output: OutputOption = TABLE,
) -> None:
    """Tell whether a file is the newest version of a document of a token; end with 1 if not."""
    body = _identity(file)
    found = api(context).send("POST", f"{_path(token)}/documents:verify", body=body).json()
    if output is OutputFormat.JSON:
        print_json(found)
    else:
        _print(found, file)
    if not found["verified"]:
        raise typer.Exit(EXIT_REFUSED)


def _print(found: Mapping[str, Any], file: Path) -> None:
    for each in found["documents"]:
        age = "the newest" if each["newest"] else "an older"
        ledger = "the ledger names it" if each["on_ledger"] else "the ledger does not name it now"
        typer.echo(f"{file}: {age} version ({each['version']}) of {each['name']!r}; {ledger}")
    if not found["documents"]:
        typer.echo(f"{file}: no document of this token that you may see", err=True)
        return
    rows = [tuple(str(each[name]) for name in ("number", "sha256")) for each in found["documents"]]
    print_rows(TABLE, ("number", "sha256"), rows)


def _identity(file: Path) -> dict[str, Any]:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"sha256": digest, "size": file.stat().st_size}


def _path(token: str) -> str:
    admin, symbol = split(token)
    return f"/v1/tokens/{admin}/{symbol}"
