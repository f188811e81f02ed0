"""`cantata demo`: stories that are played through the API, or on a ledger."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cantata.cli import business
from cantata.cli.ledger_access import DEFAULT_USER, quiet_retries, require_client
from cantata.cli.output import OutputFormat, OutputOption
from cantata.cli.platform import part, read_settings
from cantata.cli.program import command
from cantata.cli.up import Shown

if TYPE_CHECKING:
    # The client's libraries may be missing: then the command says so, and only when it is used.
    from cantata.config import Settings
    from cantata.ops.demo.sandbox import Sandbox

app = typer.Typer(help="Play a story: a token's business, an exchange, a token's life on a ledger.")

DEFAULT_PORT = 7575
Played = Callable[[str, Path, OutputFormat], bool]
"""Plays a story on the API at an address; tells whether what it was to show held."""

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
ApiOption = Annotated[
    str,
    typer.Option("--api", envvar="CANTATA_API_URL", help="Play on the API at this address."),
]
StopOption = Annotated[
    bool, typer.Option("--exit", help="Stop what was started for the story after it.")
]
ExitOption = Annotated[bool, typer.Option("--exit", help="Stop the sandbox after the story.")]


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    *,
    api: ApiOption = "",
    exit_: StopOption = False,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Play a token's business through the API: of the `cantata up` that runs, or of one of its own.

    One of its own lives in a temporary folder and stays until Ctrl-C, for you to look around.
    """
    if context.invoked_subcommand is not None:
        return
    _play(business.play, api, stays=not exit_, output=output)


@app.command()
def exchange(
    *,
    api: ApiOption = "",
    exit_: StopOption = False,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Play an exchange through the API: deposits, withdrawals of every ending, a merge, the books.

    It takes a minute or two, because an offer expires and holdings are merged by the clock.
    """
    _play(business.play_exchange, api, stays=not exit_, output=output)


def _play(play: Played, api: str, *, stays: bool, output: OutputFormat) -> None:
    """Play on the API that was named or that runs here, or on a platform of its own."""
    read = read_settings()
    running = part("ops.hold").holder(read.folder) or {}
    url = (api or running.get("api", "")).rstrip("/")
    if url:
        _end(play(url, read.folder, output))
        if output is OutputFormat.TABLE:
            business.print_ending(url, stays=False)
        return
    try:
        asyncio.run(_until_signal(_on_its_own(read, play, stays=stays, output=output)))
    except asyncio.CancelledError:
        if output is OutputFormat.TABLE:
            typer.echo("\nstopped")


async def _on_its_own(read: Settings, play: Played, *, stays: bool, output: OutputFormat) -> None:
    """Start everything in a temporary folder, and play there."""
    with tempfile.TemporaryDirectory(prefix="cantata-demo-", ignore_cleanup_errors=True) as name:
        chosen = read.model_copy(update={"data_dir": Path(name), "database_url": None})
        layout = part("ops.layout")
        where = layout.Layout(
            folder=Path(name),
            database="",
            ledger="",
            sandbox_port=part("ops.ports").free_port(),
            api_port=part("ops.ports").free_port(),
        )
        steps = Shown()
        try:
            async with part("ops.up").running(chosen, where, steps) as ran:
                _end(await asyncio.to_thread(play, where.api_url, Path(name), output))
                if stays and output is OutputFormat.TABLE:
                    business.print_ending(where.api_url, stays=True)
                if stays:
                    await ran.supervisor.failed()
        finally:
            steps.close()


def _end(is_conserved: bool) -> None:
    if not is_conserved:
        raise typer.Exit(1)


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
        story.print_ending(url, command())


async def _until_signal(told: Coroutine[Any, Any, None]) -> None:
    """Do something until it is done; Ctrl-C and SIGTERM cancel it, so that it tidies up."""
    task = asyncio.ensure_future(told)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, task.cancel)
    await task
