"""What the commands of `cantata ledger` do with a client, and how they print what it gives."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from typing import Any, ClassVar

import typer

from cantata.cli.ledger_output import as_data, tree
from cantata.cli.output import OutputFormat, console, print_json
from cantata.cli.rows import print_rows
from cantata.kernel.errors import CantataError
from cantata.kernel.words import compact, short_id
from cantata.ledger import CreatedEvent, LedgerClient, Shape, Submission, Transaction, Wanted
from cantata.ledger.model.events import qualified_name

Row = tuple[str, ...]

NAMES_SHOWN = 10


class UnknownParty(CantataError):
    """A name that no party, or more than one, has; fields `name` and `candidates`."""

    code: ClassVar[str] = "UNKNOWN_PARTY"

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        found = ", ".join(candidates[:NAMES_SHOWN])
        super().__init__(
            f"{len(candidates) or 'no'} parties are called {name}",
            hint=f"give the id of one: {found}" if found else "see them: cantata ledger parties",
        )
        self.name = name
        self.candidates = tuple(candidates)


async def parties(ledger: LedgerClient) -> list[Row]:
    """Give the parties, and whether the participant hosts them."""
    known = ledger.parties.known()
    return [(each.party, "local" if each.is_local else "remote") async for each in known]


async def users(ledger: LedgerClient) -> list[Row]:
    """Give the users."""
    return [
        (each.user_id, each.primary_party, "deactivated" if each.is_deactivated else "active")
        async for each in ledger.users.known()
    ]


async def packages(ledger: LedgerClient) -> list[Row]:
    """Give the packages with names and versions of the vetted ones."""
    names = {each.package_id: (each.name, each.version) async for each in ledger.packages.vetted()}
    ids = await ledger.packages.ids()
    return sorted((*names.get(each, ("", "")), each) for each in ids)


async def contracts(
    ledger: LedgerClient, names: Iterable[str], templates: Iterable[str]
) -> list[CreatedEvent]:
    """Give the events of the active contracts that parties see."""
    wanted = Wanted(await _parties(ledger, names), tuple(templates))
    return [each.event async for each in ledger.state.active_contracts(wanted)]


async def updates(
    ledger: LedgerClient, names: Iterable[str], begin: int, *, follow: bool
) -> AsyncGenerator[Transaction, None]:
    """Give the transactions after an offset, up to now or for ever."""
    end = None if follow else await ledger.state.ledger_end()
    if end is not None and end <= begin:
        return
    wanted = Wanted(await _parties(ledger, names))
    stream = ledger.updates.follow(wanted, begin, end=end, shape=Shape.LEDGER_EFFECTS)
    async with aclosing(stream) as elements:
        async for each in elements:
            if isinstance(each, Transaction):
                yield each


async def submit(
    ledger: LedgerClient, commands: tuple[Any, ...], act_as: Iterable[str], command_id: str
) -> Transaction:
    """Submit commands; give their transaction."""
    parties = await _parties(ledger, act_as)
    wanted = Submission(commands=commands, act_as=parties, command_id=command_id)
    return await ledger.commands.transaction(wanted)


def print_contracts(found: Sequence[CreatedEvent], output: OutputFormat) -> None:
    """Print contracts, on a terminal with short ids and one line each."""
    if output is OutputFormat.JSON:
        print_json(as_data(found))
        return
    is_terminal = console().is_terminal
    rows: list[Row] = [
        (
            short_id(each.contract_id) if is_terminal else each.contract_id,
            qualified_name(each.template_id),
            compact(each.argument) if is_terminal else json.dumps(each.argument, default=str),
        )
        for each in found
    ]
    print_rows(output, ("contract", "template", "argument"), rows)


def print_transaction(transaction: Transaction, output: OutputFormat) -> None:
    """Print a transaction as a tree, or as one JSON object on a line."""
    if output is OutputFormat.JSON:
        typer.echo(json.dumps(as_data(transaction), ensure_ascii=False))
    else:
        to = console()
        to.print(tree(transaction, width=to.width if to.is_terminal else None))


async def _parties(ledger: LedgerClient, names: Iterable[str]) -> tuple[str, ...]:
    """Give the ids of parties, some of which may be given by the name that begins an id."""
    found = []
    for name in names:
        if "::" in name:
            found.append(name)
            continue
        known = [each.party async for each in ledger.parties.known(f"{name}::")]
        if len(known) != 1:
            raise UnknownParty(name, known)
        found += known
    return tuple(found)
