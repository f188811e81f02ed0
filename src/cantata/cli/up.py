"""`cantata up`: everything at once, under one supervisor."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cantata.cli.files import write_at_once
from cantata.cli.output import OutputFormat, OutputOption, print_json
from cantata.cli.platform import part, read_settings
from cantata.cli.rows import print_rows

if TYPE_CHECKING:
    # Needs the platform's libraries, which may be missing until the command is used.
    from cantata.ops.up import Running

app = typer.Typer(help="Run everything: database, ledger, API, worker and ingestion.")

LedgerOption = Annotated[
    str,
    typer.Option("--ledger", help="Use this participant instead of a sandbox.", metavar="URL"),
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

    async def kept() -> None:
        stop = asyncio.Event()
        with part("ops.signals").on_end(stop.set):
            starting = part("ops.up").running(read, where)
            await part("ops.up").until(
                starting, stop, lambda ran: _announce(ran, ready_file, output)
            )

    asyncio.run(kept())
    if output is OutputFormat.TABLE:
        typer.echo("stopped")


def _announce(ran: Running, ready_file: Path | None, output: OutputFormat) -> None:
    where = _described(ran)
    if output is OutputFormat.JSON:
        print_json(where)
    else:
        print_rows(output, ("what", "where"), [(name, str(value)) for name, value in where.items()])
    if ready_file is not None:
        write_at_once(ready_file, json.dumps({**where, "pids": dict(ran.processes)}))


def _described(ran: Running) -> dict[str, Any]:
    where = ran.layout
    return {
        "api": where.api_url,
        "docs": f"{where.api_url}/docs",
        "ledger": where.ledger_url,
        "database": part("ops.up").shown(ran.database_url),
        "package": ran.package_id,
        "data": str(where.folder),
        "logs": str(where.logs),
    }
