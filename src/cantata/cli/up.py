"""`cantata up`: everything at once, under one supervisor."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cantata.cli.files import write_at_once
from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.cli.platform import part, read_settings
from cantata.cli.program import command
from cantata.cli.steps import Steps

if TYPE_CHECKING:
    # Needs the platform's libraries, which may be missing until the command is used.
    from rich.console import Console

    from cantata.ops.up import Running

app = typer.Typer(help="Run everything: database, ledger, API, worker and ingestion.")

LedgerOption = Annotated[
    str,
    typer.Option(
        "--ledger",
        help="Use this participant instead of a sandbox; also CANTATA_LEDGER_URL.",
        metavar="URL",
    ),
]
SandboxPortOption = Annotated[
    int, typer.Option("--sandbox-port", help="Port of the sandbox; 0 for any.", min=0, max=65_535)
]
PortOption = Annotated[
    int | None,
    typer.Option(
        "--port", help="Port of the API; 0 for any; else CANTATA_PORT.", min=0, max=65_535
    ),
]
ReadyOption = Annotated[
    Path | None, typer.Option("--ready-file", help="File to write once everything runs.")
]


class Shown:
    """Shows on standard error what is being started, what stands, and what died."""

    def __init__(self) -> None:
        self._steps = Steps()

    def begins(self, what: str) -> None:
        """Show that something is being started."""
        self._steps.begin(f"starting the {what}" if what != "contracts" else "deploying contracts")

    def stands(self, what: str, detail: str) -> None:
        """Show that something is ready."""
        self._steps.end(what, detail)

    def died(self, name: str, status: int) -> None:
        """Show that a process died and is started again."""
        how = signal.Signals(-status).name if status < 0 else f"exit code {status}"
        self._steps.warn(f"{name} died ({how}) and is started again")

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._steps.close()


@app.callback(invoke_without_command=True)
def up(
    *,
    ledger: LedgerOption = "",
    sandbox_port: SandboxPortOption = 7_575,
    port: PortOption = None,
    ready_file: ReadyOption = None,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Start everything, restart what dies, stop it all with Ctrl-C; nothing is seeded."""
    read = read_settings()
    chosen = read.port if port is None else port
    where = part("ops.layout").layout(
        read, ledger=ledger, sandbox_port=sandbox_port, api_port=chosen
    )
    audience = Shown()

    async def kept() -> None:
        stop = asyncio.Event()
        with part("ops.signals").on_end(stop.set):
            starting = part("ops.up").running(read, where, audience)
            await part("ops.up").until(
                starting, stop, lambda ran: _announce(ran, ready_file, output)
            )

    try:
        asyncio.run(kept())
    finally:
        audience.close()
    if output is OutputFormat.TABLE:
        typer.echo("\nstopped")


def _announce(ran: Running, ready_file: Path | None, output: OutputFormat) -> None:
    described = {**ran.described, "packages": dict(ran.packages)}
    if output is OutputFormat.JSON:
        print_json(described)
    else:
        _print(ran)
    if ready_file is not None:
        write_at_once(ready_file, json.dumps({**described, "pids": dict(ran.processes)}))


def _print(ran: Running) -> None:
    from rich.text import Text  # noqa: PLC0415 - slow to import

    to, found = console(), ran.described
    to.print(Text.assemble("\n", ("Cantata is up.", "bold green"), " Ctrl-C stops everything.\n"))
    _rows(
        to,
        [
            ("API", found["api"]),
            ("API docs", found["docs"]),
            ("ledger", found["ledger"]),
            ("database", found["database"]),
            ("data", found["data"]),
            ("logs", found["logs"]),
            ("admin's key", found["admin_key"]),
        ],
    )
    to.print(Text.assemble("\n", ("Next", "bold"), ", in another terminal:\n"))
    program = command()
    rows = [
        ("demo", "play a token's life through the API"),
        ("users onboard you@example.com", "let somebody in; the answer has her token"),
        ("doctor", "look whether anything is wrong"),
    ]
    width = max(len(program) + len(words) for words, _ in rows) + 1
    for words, why in rows:
        line = f"{program} {words}"
        to.print(Text.assemble(f"  {line:<{width}}  ", (why, "dim")))


def _rows(to: Console, rows: list[tuple[str, str]]) -> None:
    from rich.text import Text  # noqa: PLC0415 - slow to import

    for name, value in rows:
        to.print(Text.assemble(("  " + f"{name:<12}", "cyan"), value))
