"""`cantata serve`: answers HTTP requests."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from cantata.cli.files import write_at_once
from cantata.cli.platform import part, run

app = typer.Typer(help="Answer HTTP requests.")

HostOption = Annotated[
    str, typer.Option("--host", help="Address to listen on; by default that of the settings.")
]
PortOption = Annotated[
    int | None,
    typer.Option("--port", help="Port to listen on; by default that of the settings.", min=0),
]


ReadyOption = Annotated[
    Path | None, typer.Option("--ready-file", help="File to write once it is listened.")
]


@app.callback(invoke_without_command=True)
def serve(
    *, host: HostOption = "", port: PortOption = None, ready_file: ReadyOption = None
) -> None:
    """Serve until Ctrl-C or SIGTERM; requests under way are answered first."""

    def ready(listening: int) -> None:
        if ready_file is not None:
            write_at_once(ready_file, json.dumps({"port": listening, "pid": os.getpid()}))

    run(
        "api",
        lambda read, stored: part("ops.processes.serving").serve(
            read, stored, host or read.host, read.port if port is None else port, ready
        ),
    )
