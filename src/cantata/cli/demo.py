"""`cantata demo`: stories that are played on a ledger over its API."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cantata.cli.ledger_access import DEFAULT_USER, quiet_retries, require_client
from cantata.cli.output import OutputFormat, OutputOption

if TYPE_CHECKING:
    # The client's libraries may be missing: then the command says so, and only when it is used.
    from cantata.ops.demo.sandbox import Sandbox

app = typer.Typer(help="Play a story on a ledger.", no_args_is_help=True)

DEFAULT_PORT = 7575

PortOption = Annotated[
    int, typer.Option("--port", help="Port of the sandbox; 0 for any free one.", min=0, max=65_535)
]
StoreOption = Annotated[
    str, typer.Option("--store", help="File of the sandbox's ledger; in memory without it.")
]
UrlOption = Annotated[
    str, typer.Option("--url", help="Play on this ledger instead of starting a sandbox.")
]
UserOption = Annotated[
    str, typer.Option("--user", help="User id, for a participant without authentication.")
]
ExitOption = Annotated[bool, typer.Option("--exit", help="Stop the sandbox after the story.")]


@app.callback()
def demo() -> None:
    """Play a story on a ledger."""


@app.command()
def token(
    *,
    port: PortOption = DEFAULT_PORT,
    store: StoreOption = "",
    url: UrlOption = "",
    user: UserOption = DEFAULT_USER,
    exit_: ExitOption = False,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Start a sandbox, issue a token over its API, move it through its whole life.

    The sandbox stays until Ctrl-C, for you to look around.
    """
    require_client()
    quiet_retries()
    try:
        asyncio.run(_until_signal(_told(port, store, url, user, stays=not exit_, output=output)))
    except asyncio.CancelledError:
        if output is OutputFormat.TABLE:
            typer.echo("\nstopped")


async def _told(
    port: int, store: str, url: str, user: str, *, stays: bool, output: OutputFormat
) -> None:
    """Tell the story on a ledger that is there, or on a sandbox that lives as long as this."""
    from cantata.ops.demo.sandbox import sandbox  # noqa: PLC0415 - only with the client

    if url:
        await _played(url, user, None, output)
        return
    async with sandbox(port, store) as started:
        await _played(started.url, user, started if stays else None, output)
        if stays:
            raise await started.ended()


async def _played(url: str, user: str, stays: Sandbox | None, output: OutputFormat) -> None:
    from cantata.cli import story  # noqa: PLC0415 - only with the client
    from cantata.ledger import LedgerClient, Settings  # noqa: PLC0415 - only with the client

    async with LedgerClient(Settings(url, user_id=user)) as ledger:
        if output is OutputFormat.JSON:
            is_conserved = await story.print_as_data(ledger)
        else:
            is_conserved = await story.print_story(ledger)
    if not is_conserved:
        raise typer.Exit(1)
    if stays is not None and output is OutputFormat.TABLE:
        story.print_ending(url, _command())


async def _until_signal(told: Coroutine[Any, Any, None]) -> None:
    """Do something until it is done; Ctrl-C and SIGTERM cancel it, so that it tidies up."""
    task = asyncio.ensure_future(told)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, task.cancel)
    await task


def _command() -> str:
    """Give what to type for this program here."""
    if shutil.which("cantata"):
        return "cantata"
    path, here = Path(sys.argv[0]), Path.cwd()
    if path.name == "__main__.py":
        return f"{sys.executable} -m cantata"
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
