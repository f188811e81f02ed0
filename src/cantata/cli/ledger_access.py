"""How the commands of `cantata ledger` reach a ledger, print records, and end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import typer

from cantata.cli.output import print_error
from cantata.kernel.errors import CantataError

if TYPE_CHECKING:
    # The client's libraries may be missing: then a command says so, and only when it is used.
    from cantata.ledger.tokens import TokenProvider

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
LIBRARIES = ("httpx2", "stamina", "websockets")
VARIABLES = {
    "issuer": ("CANTATA_LEDGER_OIDC_ISSUER", "AUTH_ISSUER_URL"),
    "client": ("CANTATA_LEDGER_OIDC_CLIENT", "AUTH_CLIENT_ID"),
    "secret": ("CANTATA_LEDGER_OIDC_SECRET", "AUTH_CLIENT_SECRET"),
    "audience": ("CANTATA_LEDGER_OIDC_AUDIENCE",),
    "scope": ("CANTATA_LEDGER_OIDC_SCOPE",),
    "file": ("CANTATA_LEDGER_TOKEN_FILE",),
    "token": ("CANTATA_LEDGER_TOKEN",),
}
"""Where access to a participant is looked up, the first name before the second."""


class ClientNotInstalled(CantataError):
    """The libraries of the client are missing."""

    code: ClassVar[str] = "CLIENT_NOT_INSTALLED"

    def __init__(self) -> None:
        super().__init__(
            "the client of ledgers is not installed", hint="pip install 'cantata[ledger]'"
        )


def require_client() -> None:
    """Raise `ClientNotInstalled` without the libraries of the client."""
    if any(find_spec(name) is None for name in LIBRARIES):
        raise ClientNotInstalled


def quiet_retries() -> None:
    """Let errors tell of retries at their end; else each would be printed or an event."""
    import_module("stamina.instrumentation").set_on_retry_hooks(())


def with_ledger(url: str, user: str, action: Callable[[Any], Awaitable[T]]) -> T:
    """Do something with a client; end with 3 if unreachable and 4 if the outcome is unknown."""
    require_client()
    from cantata.ledger import (  # noqa: PLC0415 - only with its libraries
        LedgerClient,
        OutcomeUnknown,
        Settings,
        Unreachable,
    )

    quiet_retries()

    async def connected() -> T:
        async with LedgerClient(Settings(url, user_id=user), tokens=_tokens()) as ledger:
            return await action(ledger)

    try:
        return asyncio.run(connected())
    except Unreachable as error:
        print_error(error)
        raise typer.Exit(EXIT_UNREACHABLE) from None
    except OutcomeUnknown as error:
        print_error(error)
        raise typer.Exit(EXIT_UNKNOWN) from None


def _tokens() -> TokenProvider:
    """Give tokens as the environment says, by the names that the settings have."""
    from cantata.ledger.issuers import Access  # noqa: PLC0415 - only with its libraries

    found = {
        part: next(filter(None, map(os.environ.get, names)), "")
        for part, names in VARIABLES.items()
    }
    file = found.pop("file")
    return Access(file=Path(file) if file else None, **found).tokens()
