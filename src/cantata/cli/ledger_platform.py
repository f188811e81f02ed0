"""What `cantata ledger` does for the platform: deploys our packages, looks at a participant."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rich.text import Text

from cantata.cli.output import OutputFormat, console, print_json
from cantata.ledger.client import LedgerClient
from cantata.ops import deployment
from cantata.ops.participant import Check, examine

__all__ = ("deploy", "examine", "print_checks")
NAME_WIDTH = 14


async def deploy(ledger: LedgerClient) -> list[tuple[str, ...]]:
    """Compile and deploy our packages; give name, version and id of each."""
    packages = await asyncio.to_thread(deployment.compiled)
    dars = [await asyncio.to_thread(deployment.build, each) for each in packages]
    await deployment.deploy(ledger, dars)
    return [(each.package.name, each.package.version, each.id) for each in packages]


def print_checks(checks: Sequence[Check], output: OutputFormat) -> None:
    """Print what a participant has, and what it lacks."""
    if output is OutputFormat.JSON:
        print_json([_described(each) for each in checks])
        return
    to = console()
    for each in checks:
        mark = ("ok  ", "green") if each.is_passed else ("miss", "red")
        to.print(Text.assemble(mark, f"  {each.name:<{NAME_WIDTH}}", each.found))
        for line in each.missing:
            to.print(Text(f"      {line}"))
        if each.missing:
            to.print(Text(f"      {each.remedy}", style="dim"))


def _described(check: Check) -> dict[str, object]:
    return {
        "name": check.name,
        "found": check.found,
        "missing": list(check.missing),
        "remedy": check.remedy if check.missing else "",
    }
