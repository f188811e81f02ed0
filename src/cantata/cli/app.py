"""The main application: finds the command groups and turns errors into messages and exit codes."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from typing import Annotated, Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_group

from cantata.cli.exits import EXIT_REFUSED, exit_code
from cantata.cli.output import print_error
from cantata.kernel.collector import relax_collector
from cantata.kernel.errors import CantataError
from cantata.ops.lifeline import follow

GROUPS: tuple[str, ...] = (
    "audit",
    "contract",
    "dar",
    "db",
    "demo",
    "doctor",
    "exchange",
    "ingest",
    "ledger",
    "operations",
    "organisations",
    "sandbox",
    "serve",
    "tokens",
    "up",
    "users",
    "worker",
)
"""Nouns of the command line, in the order of `--help`. Each names a module of `cantata.cli` with a
Typer application called `app`, imported only when it is asked for."""


class LazyGroups(TyperGroup):
    """A group that imports the module of a noun when that noun is used."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the nouns first, then the verbs of the machine itself."""
        return [*GROUPS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load the group of a noun, or find a verb of the main application."""
        if cmd_name not in GROUPS:
            return super().get_command(ctx, cmd_name)
        group = get_group(import_module(f"cantata.cli.{cmd_name}").app)
        group.name = cmd_name
        return group


app = typer.Typer(
    cls=LazyGroups,
    name="cantata",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class DiskFull(CantataError):
    """A file could not be written, because its disk is full; field `file`, if it is known."""

    code: ClassVar[str] = "DISK_FULL"

    def __init__(self, file: str) -> None:
        self.file = file
        super().__init__(
            f"there is no room to write {file or 'a file'}",
            hint="make room, or choose a folder on another disk",
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit.

    0 done, 1 refused, 2 wrong usage, 3 unreachable, 4 outcome unknown, 130 interrupted.
    """
    follow()
    relax_collector()
    try:
        app(args=arguments, prog_name="cantata")
    except CantataError as error:
        print_error(error)
        sys.exit(exit_code(error))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print_error(DiskFull(str(error.filename or "")))
        sys.exit(EXIT_REFUSED)


def print_version(wanted: bool) -> None:
    """Print the version and end, when it was asked for."""
    if wanted:
        typer.echo(f"cantata {metadata.version('cantata')}")
        raise typer.Exit


VersionOption = Annotated[
    bool,
    typer.Option(
        "--version", help="Print the version and exit.", is_eager=True, callback=print_version
    ),
]


@app.callback()
def cantata(*, version: VersionOption = False) -> None:
    """Run a digital-asset business on the Canton Network, in Python."""
    assert not version, "the version was printed and the program ended"
