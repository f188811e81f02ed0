"""A story on the terminal: numbered steps, what each recorded, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cantata.cli.ledger_output import as_data, tree
from cantata.cli.output import console, print_json
from cantata.kernel.money import Decimal
from cantata.kernel.words import short_party
from cantata.ledger import LedgerClient
from cantata.ops.demo.token import Step, TokenStory

INDENT = 4


async def print_story(ledger: LedgerClient) -> bool:
    """Play the token story step by step; tell whether no token came from or went to nowhere."""
    to = console()
    to.print(Text.assemble(("The life of a token", "bold"), f" on {ledger.settings.url}\n"))
    story = await TokenStory.open(ledger)
    number, signed = 0, 0
    async for step in story.play():
        number, signed = number + 1, signed + len(step.signed)
        _print_step(to, number, step)
    is_conserved = _print_balances(to, await story.balances(), await story.supply())
    to.print(f"Each of the {signed} signed hashes was computed here, from what was then compared")
    to.print("with what its signer wanted; the ledger checked the signatures.")
    return is_conserved


async def print_as_data(ledger: LedgerClient) -> bool:
    """Play the token story and print all of it as JSON."""
    story = await TokenStory.open(ledger)
    steps = [_step_as_data(step) async for step in story.play()]
    balances, supply = await story.balances(), await story.supply()
    is_conserved = _sum(balances) == supply
    print_json(
        {
            "url": ledger.settings.url,
            "steps": steps,
            "balances": {party: balance.to_wire() for party, balance in balances.items()},
            "supply": supply.to_wire(),
            "conserved": is_conserved,
        }
    )
    return is_conserved


def print_ending(url: str, command: str) -> None:
    """Say where the ledger listens, and what can be done with it."""
    to = console()
    where = "" if url.endswith(":7575") else f" --url {url}"
    to.print(Text.assemble("\nThe ledger listens on ", (url, "bold cyan"), " until Ctrl-C."))
    to.print("Try, in another terminal:")
    for words in ("contracts --party Alice", "updates --party Dora", "packages"):
        to.print(Text(f"  {command} ledger {words}{where}", style="green"))
    to.print(Text(f"  curl {url}/v2/state/ledger-end", style="green"))


def _print_step(to: Console, number: int, step: Step) -> None:
    to.print(Text.assemble((f"{number:>2}  ", "dim"), (step.title, "bold")))
    for name, fact in step.facts:
        label = "" if fact.startswith(name) else f"{name} "
        to.print(Text.assemble(" " * INDENT, (label, "cyan"), fact))
    for transaction in step.transactions:
        to.print(tree(transaction, indent=INDENT, width=to.width if to.is_terminal else None))
    for each in step.signed:
        to.print(Text.assemble(" " * INDENT, ("signed ", "green"), each))
    if step.refusal:
        to.print(Text.assemble(" " * INDENT, ("refused ", "yellow"), step.refusal))
    to.print()


def _print_balances(to: Console, balances: Mapping[Any, Decimal], supply: Decimal) -> bool:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="cyan")
    table.add_column(justify="right")
    for party, balance in balances.items():
        table.add_row(short_party(party), f"{balance.to_stdlib():,.2f}")
    table.add_row(Text("supply", style="bold"), Text(f"{supply.to_stdlib():,.2f}", style="bold"))
    to.print(table)
    is_conserved = _sum(balances) == supply
    said = "add up to" if is_conserved else "DO NOT add up to"
    to.print(f"The holdings {said} the supply.")
    return is_conserved


def _sum(balances: Mapping[Any, Decimal]) -> Decimal:
    total = Decimal("0")
    for balance in balances.values():
        total = total + balance
    return total


def _step_as_data(step: Step) -> dict[str, Any]:
    return {
        "title": step.title,
        "facts": dict(step.facts),
        "transactions": [as_data(each) for each in step.transactions],
        "signed": list(step.signed),
        "refusal": step.refusal or None,
    }
