"""`cantata sandbox`: the embedded ledger as a process of its own."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from cantata.kernel.errors import CantataError
from cantata.sandbox.main import DEFAULT_HOST, DEFAULT_PORT, MEMORY, Options, Running, run

app = typer.Typer(help="Run the embedded ledger as a participant.", no_args_is_help=False)


class ServerNotInstalled(CantataError):
    """The libraries of the server are missing."""

    code: ClassVar[str] = "SERVER_NOT_INSTALLED"

    def __init__(self) -> None:
        super().__init__(
            "the server of the sandbox is not installed", hint="pip install 'cantata[sandbox]'"
        )


PortOption = Annotated[
    int, typer.Option("--port", help="Port; 0 for any free one.", min=0, max=65_535)
]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on.")]
StoreOption = Annotated[str, typer.Option("--store", help=f"File of the ledger, or {MEMORY}.")]
AuthOption = Annotated[
    str,
    typer.Option(
        "--auth", help="none (loopback only), hs256-unsafe:SECRET, or jwks:URL.", metavar="HOW"
    ),
]
DarOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--dar", help="DAR to upload at start; may be repeated.", exists=True, dir_okay=False
    ),
]
ControlOption = Annotated[
    bool,
    typer.Option(
        "--control",
        help="Let tests control time, faults and snapshots under /sandbox (loopback only).",
    ),
]
ReadyOption = Annotated[
    Path | None,
    typer.Option("--ready-file", help="File to write once the ledger can be reached."),
]


@app.callback(invoke_without_command=True)
def sandbox(  # noqa: PLR0913 -- each is an option
    *,
    port: PortOption = DEFAULT_PORT,
    host: HostOption = DEFAULT_HOST,
    store: StoreOption = MEMORY,
    auth: AuthOption = "none",
    dar: DarOption = None,
    control: ControlOption = False,
    ready_file: ReadyOption = None,
) -> None:
    """Serve a ledger until Ctrl-C; without --store it lasts as long as the process."""
    if find_spec("uvicorn") is None or find_spec("msgspec") is None:
        raise ServerNotInstalled
    options = Options(
        host=host, port=port, store=store, auth=auth, control=control, dars=tuple(dar or ())
    )
    run(options, lambda running: _announce(running, ready_file))


def _announce(running: Running, ready_file: Path | None) -> None:
    typer.echo(f"cantata sandbox is ready at {running.url}")
    if ready_file is not None:
        _write_at_once(ready_file, json.dumps(_described(running)))


def _described(running: Running) -> dict[str, str | int]:
    return {
        "url": running.url,
        "port": running.port,
        "participantId": running.participant_id,
        "pid": os.getpid(),
    }


def _write_at_once(path: Path, text: str) -> None:
    """Write a file so that nobody reads half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
