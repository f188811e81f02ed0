"""What commands print: tables for people, JSON for machines, errors in the form that was chosen."""

from __future__ import annotations

import json
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cantata.kernel.errors import CantataError

if TYPE_CHECKING:
    from rich.console import Console


class OutputFormat(StrEnum):
    """The two forms of every command's result."""

    TABLE = "table"
    JSON = "json"


_chosen: ContextVar[OutputFormat] = ContextVar("_chosen", default=OutputFormat.TABLE)


def _remember(chosen: OutputFormat) -> OutputFormat:
    _chosen.set(chosen)
    return chosen


OutputOption = Annotated[
    OutputFormat,
    typer.Option("--output", help="Form of the result.", callback=_remember),
]
"""Declare `output: OutputOption = OutputFormat.TABLE` in a command; errors follow the choice."""


def console() -> Console:
    """Give the console of results: standard output, plain when it is not a terminal."""
    from rich.console import Console  # noqa: PLC0415 # slow to import, and not for every command

    return Console(highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print a JSON value on standard output, indented, keys in the given order."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_error(error: CantataError) -> None:
    """Print an error on standard error: its message, then what to do next."""
    if _chosen.get() is OutputFormat.JSON:
        typer.echo(json.dumps(describe_error(error), ensure_ascii=False), err=True)
        return
    from rich.console import Console  # noqa: PLC0415 # slow to import, and rarely needed
    from rich.text import Text  # noqa: PLC0415 # likewise

    stderr = Console(stderr=True, highlight=False, soft_wrap=True)
    stderr.print(Text.assemble((error.code, "bold red"), f": {error.message}"))
    if error.hint:
        stderr.print(Text(error.hint))


def describe_error(error: CantataError) -> dict[str, Any]:
    """Give an error as JSON data: code, message, hint and context."""
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "context": error.context,
    }
