"""`cantata dar`: look into DARs, check them, and make Python classes from them."""

from __future__ import annotations

import typer

from cantata.cli.dar_check import check
from cantata.cli.dar_codegen import codegen
from cantata.cli.dar_inspect import inspect

app = typer.Typer(no_args_is_help=True, help="Look into packages of Daml-LF (DAR files).")
app.command("inspect")(inspect)
app.command("check")(check)
app.command("codegen")(codegen)
