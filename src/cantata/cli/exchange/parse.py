"""`cantata exchange parse`: what a recorded history says of a party, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cantata.cli.output import print_json
from cantata.cli.platform import part


def parse(
    files: Annotated[
        list[Path], typer.Argument(help="Recorded updates in JSON, of one participant.")
    ],
    *,
    party: Annotated[str, typer.Option("--party", help="The party whose history it is.")],
    events: Annotated[
        Path | None,
        typer.Option(
            "--events", help="Answers of events-by-contract-id, for contracts made before."
        ),
    ] = None,
    contracts: Annotated[
        Path | None,
        typer.Option("--contracts", help="Active contracts to begin from, made before."),
    ] = None,
) -> None:
    """Print holdings, waiting instructions and entries of a recorded history as JSON."""
    print_json(part("exchange.history.files").parsed(party, files, events, contracts))
