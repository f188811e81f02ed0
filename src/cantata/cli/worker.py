"""`cantata worker`: carries what was asked for to the ledger."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from cantata.cli.platform import part, run

app = typer.Typer(help="Carry what was asked for to the ledger.")

NameOption = Annotated[
    str, typer.Option("--name", help="Name under which rows are leased; by default the process id.")
]


@app.callback(invoke_without_command=True)
def worker(*, name: NameOption = "") -> None:
    """Work until Ctrl-C or SIGTERM; what is in flight is finished first."""
    called = name or f"worker-{os.getpid()}"
    run("worker", lambda read, stored: part("ops.processes.working").work(read, stored, called))
