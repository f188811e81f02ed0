"""How the commands of `cantata ledger` reach a ledger, print records, and end."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import fields, is_dataclass
from importlib.util import find_spec
from typing import Annotated, Any, ClassVar, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from cantata.cli.output import OutputFormat, console, print_error, print_json
from cantata.kernel.errors import CantataError
from cantata.kernel.time import Timestamp
from cantata.ledger.errors import OutcomeUnknown, Unreachable

T = TypeVar("T")

EXIT_UNREACHABLE = 3
EXIT_UNKNOWN = 4

UrlOption = Annotated[
    str,
    typer.Option(
        "--url", envvar="CANTATA_LEDGER_URL", help="Address of the participant's JSON Ledger API."
    ),
]
UserOption = Annotated[
    str, typer.Option("--user", help="User id, for a participant without authentication.")
]
DEFAULT_URL = "http://127.0.0.1:7575"
DEFAULT_USER = "participant_admin"
TOKEN_VARIABLE = "CANTATA_LEDGER_TOKEN"


class ClientNotInstalled(CantataError):
    """The libraries of the client are missing."""

    code: ClassVar[str] = "CLIENT_NOT_INSTALLED"

    def __init__(self) -> None:
        super().__init__(
            "the client of ledgers is not installed", hint="pip install 'cantata[ledger]'"
        )


def with_ledger(url: str, user: str, action: Callable[[Any], Awaitable[T]]) -> T:
    """Do something with a client; end with 3 if unreachable and 4 if the outcome is unknown."""
    if find_spec("httpx2") is None or find_spec("stamina") is None:
        raise ClientNotInstalled
    from cantata.ledger.client import LedgerClient  # noqa: PLC0415 - only with its libraries
    from cantata.ledger.settings import Settings  # noqa: PLC0415 - only with its libraries
    from cantata.ledger.tokens import StaticToken  # noqa: PLC0415 - only with its libraries

    # Retries are told by the error at their end; without a handler each would be printed.
    logging.getLogger("stamina").addHandler(logging.NullHandler())

    async def connected() -> T:
        tokens = StaticToken(os.environ.get(TOKEN_VARIABLE) or None)
        async with LedgerClient(Settings(url, user_id=user), tokens=tokens) as ledger:
            return await action(ledger)

    try:
        return asyncio.run(connected())
    except Unreachable as error:
        print_error(error)
        raise typer.Exit(EXIT_UNREACHABLE) from None
    except OutcomeUnknown as error:
        print_error(error)
        raise typer.Exit(EXIT_UNKNOWN) from None


def print_rows(output: OutputFormat, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print rows as a table, or as JSON objects with the columns' names."""
    if output is OutputFormat.JSON:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*map(Text, row))
    console().print(table)


def as_data(value: Any) -> Any:
    """Give a record of the client as JSON data; what it holds as JSON already stays as it is."""
    if is_dataclass(value) and not isinstance(value, type | Timestamp):
        return {each.name: as_data(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [as_data(each) for each in value]
    return str(value) if isinstance(value, Timestamp) else value
