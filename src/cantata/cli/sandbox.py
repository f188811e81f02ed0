"""`cantata sandbox`: the embedded ledger as a process of its own."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from cantata.cli.files import write_at_once
from cantata.kernel.errors import CantataError
from cantata.sandbox import main
from cantata.sandbox.main import DEFAULT_HOST, DEFAULT_PORT, MEMORY, Options, Running, run

app = typer.Typer(help="Run the embedded ledger as a participant.", no_args_is_help=False)

_UNIT_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SPAN = re.compile(r"([1-9][0-9]{0,6})([dhms])")


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
LimitsOption = Annotated[
    str,
    typer.Option(
        "--limits",
        help="What one client may take, such as idle_seconds=10,streams=50; also CANTATA_LIMITS.",
        metavar="NAME=NUMBER,…",
    ),
]
ReadyOption = Annotated[
    Path | None,
    typer.Option("--ready-file", help="File to write once the ledger can be reached."),
]


RetainOption = Annotated[
    str | None,
    typer.Option("--retain", help="Forget what is older than this: 30d, 12h.", metavar="TIME"),
]
FileOption = Annotated[
    Path, typer.Option("--store", help="File of the ledger.", exists=True, dir_okay=False)
]
UpToOption = Annotated[
    int | None, typer.Option("--up-to", help="Forget the log up to this offset.", min=1)
]
KeepOption = Annotated[
    str | None,
    typer.Option("--keep", help="Forget what is older than this: 30d, 12h.", metavar="TIME"),
]


@app.callback(invoke_without_command=True)
def sandbox(  # noqa: PLR0913 -- each is an option
    context: typer.Context,
    *,
    port: PortOption = DEFAULT_PORT,
    host: HostOption = DEFAULT_HOST,
    store: StoreOption = MEMORY,
    auth: AuthOption = "none",
    dar: DarOption = None,
    control: ControlOption = False,
    retain: RetainOption = None,
    limits: LimitsOption = "",
    ready_file: ReadyOption = None,
) -> None:
    """Serve a ledger until Ctrl-C; without --store it lasts as long as the process."""
    if context.invoked_subcommand is not None:
        return
    if find_spec("uvicorn") is None or find_spec("msgspec") is None:
        raise ServerNotInstalled
    options = Options(
        host=host,
        port=port,
        store=store,
        auth=auth,
        control=control,
        retain=0 if retain is None else _micros(retain, "--retain"),
        limits=limits,
        dars=tuple(dar or ()),
    )
    run(options, lambda running: _announce(running, ready_file))


@app.command("prune")
def prune(*, store: FileOption, up_to: UpToOption = None, keep: KeepOption = None) -> None:
    """Forget the beginning of the log of a ledger that is not running; contracts stay."""
    if (up_to is None) == (keep is None):
        raise typer.BadParameter("give either --up-to or --keep")
    micros = None if keep is None else _micros(keep, "--keep")
    typer.echo(f"pruned up to offset {main.prune(str(store), up_to, micros)}")


def _micros(text: str, option: str) -> int:
    """Give the microseconds that a text like ``30d`` stands for."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{option} takes a number and d, h, m or s, not {text!r}")
    return int(found[1]) * _UNIT_SECONDS[found[2]] * 1_000_000


def _announce(running: Running, ready_file: Path | None) -> None:
    typer.echo(f"cantata sandbox is ready at {running.url}")
    if ready_file is not None:
        write_at_once(ready_file, json.dumps(_described(running)))


def _described(running: Running) -> dict[str, str | int]:
    return {
        "url": running.url,
        "port": running.port,
        "participantId": running.participant_id,
        "pid": os.getpid(),
    }
