"""`cantata dar`: look into DARs."""

from __future__ import annotations

import typer

from cantata.cli.dar_check import check
from cantata.cli.dar_inspect import inspect

app = typer.Typer(no_args_is_help=True, help="Look into packages of Daml-LF (DAR files).")
app.command("inspect")(inspect)
app.command("check")(check)
