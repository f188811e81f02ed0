"""`cantata serve`: answers HTTP requests."""

from __future__ import annotations

from typing import Annotated

import typer

from cantata.cli.platform import part, run

app = typer.Typer(help="Answer HTTP requests.")

HostOption = Annotated[
    str, typer.Option("--host", help="Address to listen on; by default that of the settings.")
]
PortOption = Annotated[
    int | None,
    typer.Option("--port", help="Port to listen on; by default that of the settings.", min=0),
]


@app.callback(invoke_without_command=True)
def serve(*, host: HostOption = "", port: PortOption = None) -> None:
    """Serve until Ctrl-C or SIGTERM; requests under way are answered first."""
    run(
        "api",
        lambda read, stored: part("ops.processes").serve(
            read, stored, host or read.host, read.port if port is None else port
        ),
    )
