"""`cantata demo`: stories that run on an embedded ledger."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.ops.demo.token import Step, TokenStory
from cantata.testing.words import short_party

app = typer.Typer(help="Play a story on an embedded ledger.", no_args_is_help=True)


@app.callback()
def demo() -> None:
    """Play a story on an embedded ledger."""


@app.command()
def token(*, output: OutputOption = OutputFormat.TABLE) -> None:
    """Issue a token and move it through its whole life."""
    story = TokenStory()
    if output is OutputFormat.JSON:
        print_json(_as_data(story))
        return
    to = console()
    for number, step in enumerate(story.play(), start=1):
        _print_step(to, story, number, step)
    _print_balances(to, story)
    if not story.is_conserved():
        raise typer.Exit(1)


def _print_step(to: Console, story: TokenStory, number: int, step: Step) -> None:
    to.print(Text(f"{number}. {step.title}", style="bold"))
    for update in step.updates:
        to.print(Text(story.ledger.tree(update)))
    if step.refusal:
        to.print(Text(f"refused: {step.refusal}", style="yellow"))
    to.print()


def _print_balances(to: Console, story: TokenStory) -> None:
    table = Table("party", "balance", title="Balances")
    for party, balance in story.balances().items():
        table.add_row(short_party(party), str(balance))
    table.add_row("supply", str(story.supply), style="bold")
    to.print(table)
    said = "add up to" if story.is_conserved() else "DO NOT add up to"
    to.print(f"The holdings {said} the supply.")


def _as_data(story: TokenStory) -> dict[str, Any]:
    steps = [
        {
            "title": step.title,
            "updates": [story.ledger.listing(update) for update in step.updates],
            "refusal": step.refusal or None,
        }
        for step in story.play()
    ]
    return {
        "packageId": story.package_id,
        "steps": steps,
        "balances": {party: balance.to_wire() for party, balance in story.balances().items()},
        "supply": story.supply.to_wire(),
        "conserved": story.is_conserved(),
    }
