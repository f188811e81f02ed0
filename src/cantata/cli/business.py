"""Stories through the API on the terminal: requests, what came of them, the sum of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cantata.cli.api_access import Api
from cantata.cli.output import OutputFormat, console, print_json
from cantata.cli.platform import part
from cantata.cli.program import command
from cantata.kernel.time import SystemClock
from cantata.kernel.words import short_party

if TYPE_CHECKING:
    # Needs the platform's libraries, which may be missing until the command is used.
    from cantata.ops.demo.cast import Cast, Step, Story

CAST_FILE = "demo.json"
"""Who played last time, in the data folder."""

INDENT = "    "
LABEL = 12


def play(url: str, folder: Path, output: OutputFormat) -> bool:
    """Play a token's business on the API at an address; tell whether holdings are the supply.

    Who plays is kept in the folder.
    """
    story: Story = part("ops.demo.business").BusinessStory(_cast(url, folder), SystemClock())
    said = {True: "The holdings add up to the supply.", False: "The holdings are NOT the supply."}
    return _tell(story, "The business of a token", url, said, output)


def play_exchange(url: str, folder: Path, output: OutputFormat) -> bool:
    """Play an exchange on the API at an address; tell whether its books are what it holds.

    The folder is that of the platform's data, which has the administrator's key.
    """
    found = folder / part("bootstrap.connections").ADMIN_KEY_FILE
    key = found.read_text(encoding="ascii").strip() if found.exists() else ""
    administrator = Api(url, key) if key else None
    story: Story = part("ops.demo.exchange").ExchangeStory(_cast(url, folder), administrator)
    said = {True: "The books agree with the ledger.", False: "The books DO NOT agree."}
    return _tell(story, "An exchange", url, said, output)


def _cast(url: str, folder: Path) -> Cast:
    cast: Cast = part("ops.demo.cast").Cast(url, lambda key: Api(url, key), folder / CAST_FILE)
    return cast


def _tell(
    story: Story, title: str, url: str, said: Mapping[bool, str], output: OutputFormat
) -> bool:
    if output is OutputFormat.JSON:
        steps = [_as_data(step) for step in story.play()]
        print_json({"url": url, "steps": steps, "conserved": story.is_conserved})
        return story.is_conserved
    to = console()
    to.print(Text.assemble((title, "bold"), f", through the API at {url}\n"))
    for number, step in enumerate(story.play(), 1):
        _print_step(to, number, step)
    to.print(said[story.is_conserved])
    return story.is_conserved


def print_ending(url: str, *, stays: bool) -> None:
    """Say what can be done with what still runs."""
    to, program = console(), command()
    where = "" if url.endswith(":8000") else f" --url {url}"
    to.print(Text.assemble("\nThe API answers on ", (url, "bold cyan"), _until(stays=stays)))
    to.print(Text.assemble("Its documentation: ", (f"{url}/docs", "cyan")))
    to.print("Try, in another terminal:" if stays else "Try:")
    to.print(Text(f"  {program} users{where} onboard you@example.com", style="green"))
    to.print(Text(f"  curl {url}/readyz", style="green"))


def _until(*, stays: bool) -> str:
    return " until Ctrl-C; what it holds is gone then." if stays else "."


def _print_step(to: Console, number: int, step: Step) -> None:
    to.print(Text.assemble((f"{number:>2}  ", "dim"), (step.title, "bold")))
    if step.request:
        sent = f" {json.dumps(_short(step.body), ensure_ascii=False)}" if step.body else ""
        line = Text.assemble(INDENT, (step.request, "cyan"), (sent, "dim"))
        if to.is_terminal:
            line.truncate(to.width, overflow="ellipsis")
        to.print(line)
    for name, fact in step.facts:
        shown = short_party(fact) if to.is_terminal and "::" in fact else fact
        to.print(Text.assemble(INDENT, (f"{name:<{LABEL}}", "green"), shown))
    said, remedy = step.refusal
    if said:
        to.print(Text.assemble(INDENT, (f"{'refused':<{LABEL}}", "yellow"), said))
        to.print(Text.assemble(INDENT, " " * LABEL, (remedy, "dim")))
    if step.lines:
        to.print(_table(step.lines))
    to.print()


def _table(lines: tuple[tuple[str, ...], ...]) -> Table:
    head, *rows = lines
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(INDENT.rstrip() or "", width=len(INDENT) - 2)
    for name in head:
        table.add_column(name, justify="right" if name in _NUMBERS else "left")
    for row in rows:
        table.add_row("", *row)
    return table


_NUMBERS = ("total", "locked", "contracts", "amount", "balance")


def _short(value: Any) -> Any:
    """Shorten the ids in a body that is shown; the facts below it have them in full."""
    if isinstance(value, dict):
        return {name: _short(each) for name, each in value.items()}
    if isinstance(value, str) and "::" in value:
        return short_party(value)
    return value


def _as_data(step: Step) -> dict[str, Any]:
    said, remedy = step.refusal
    return {
        "title": step.title,
        "request": step.request,
        "body": dict(step.body),
        "facts": dict(step.facts),
        "refusal": {"said": said, "remedy": remedy} if said else None,
        "rows": [dict(zip(step.lines[0], row, strict=True)) for row in step.lines[1:]],
    }
