"""`cantata ledger`: parties, users, packages, contracts and updates of any participant."""

from __future__ import annotations

import json
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer
from rich.text import Text

from cantata.cli.dar_file import UnreadableFile, read_dar_file
from cantata.cli.ledger_access import (
    DEFAULT_URL,
    DEFAULT_USER,
    UrlOption,
    UserOption,
    as_data,
    print_rows,
    with_ledger,
)
from cantata.cli.output import OutputFormat, OutputOption, console, print_json
from cantata.kernel.errors import CantataError
from cantata.ledger.formats import Shape, Wanted
from cantata.ledger.model.updates import Transaction
from cantata.ledger.pictures import draw

app = typer.Typer(help="Use a ledger: any participant's JSON Ledger API.", no_args_is_help=True)

PartyOption = Annotated[
    list[str] | None, typer.Option("--party", help="Read as this party; may be repeated.")
]
TemplateOption = Annotated[
    list[str] | None,
    typer.Option("--template", help="Only this template, #package-name:Module:Entity."),
]
TABLE = OutputFormat.TABLE


class MalformedCommands(CantataError):
    """A file that holds no commands."""

    code: ClassVar[str] = "MALFORMED_COMMANDS"

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} holds no commands in JSON",
            hint='write a list like [{"CreateCommand": {"templateId": …, "createArguments": …}}]',
        )


@app.command()
def parties(
    *, url: UrlOption = DEFAULT_URL, user: UserOption = DEFAULT_USER, output: OutputOption = TABLE
) -> None:
    """List the parties that the participant knows."""

    async def listed(ledger: Any) -> list[tuple[str, ...]]:
        known = ledger.parties.known()
        return [(each.party, "local" if each.is_local else "remote") async for each in known]

    print_rows(output, ("party", "hosted"), with_ledger(url, user, listed))


@app.command()
def users(
    *, url: UrlOption = DEFAULT_URL, user: UserOption = DEFAULT_USER, output: OutputOption = TABLE
) -> None:
    """List the users of the participant."""

    async def listed(ledger: Any) -> list[tuple[str, ...]]:
        return [
            (each.user_id, each.primary_party, "deactivated" if each.is_deactivated else "active")
            async for each in ledger.users.known()
        ]

    print_rows(output, ("user", "primary party", "state"), with_ledger(url, user, listed))


@app.command()
def packages(
    *, url: UrlOption = DEFAULT_URL, user: UserOption = DEFAULT_USER, output: OutputOption = TABLE
) -> None:
    """List the packages that the participant has."""

    async def listed(ledger: Any) -> list[tuple[str, ...]]:
        return [(each,) for each in sorted(await ledger.packages.ids())]

    print_rows(output, ("package",), with_ledger(url, user, listed))


@app.command()
def contracts(
    *,
    party: PartyOption = None,
    template: TemplateOption = None,
    url: UrlOption = DEFAULT_URL,
    user: UserOption = DEFAULT_USER,
    output: OutputOption = TABLE,
) -> None:
    """List the active contracts; without --party those of all parties."""
    wanted = Wanted(tuple(party or ()), tuple(template or ()))

    async def listed(ledger: Any) -> list[Any]:
        return [each.event async for each in ledger.state.active_contracts(wanted)]

    found = with_ledger(url, user, listed)
    if output is OutputFormat.JSON:
        print_json(as_data(tuple(found)))
        return
    rows: list[tuple[str, ...]] = [
        (each.contract_id, each.template_id.partition(":")[2], json.dumps(each.argument))
        for each in found
    ]
    print_rows(output, ("contract", "template", "argument"), rows)


@app.command()
def updates(
    *,
    party: PartyOption = None,
    begin: Annotated[int, typer.Option("--begin", help="After this offset.", min=0)] = 0,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until Ctrl-C.")] = False,
    url: UrlOption = DEFAULT_URL,
    user: UserOption = DEFAULT_USER,
    output: OutputOption = TABLE,
) -> None:
    """Show transactions as trees, or as one JSON object a line."""

    async def shown(ledger: Any) -> None:
        end = None if follow else await ledger.state.ledger_end()
        if end is not None and end <= begin:
            return
        wanted = Wanted(tuple(party or ()))
        stream = ledger.updates.follow(wanted, begin, end=end, shape=Shape.LEDGER_EFFECTS)
        async with aclosing(stream) as elements:
            async for each in elements:
                if isinstance(each, Transaction):
                    _print_transaction(each, output)

    with_ledger(url, user, shown)


@app.command()
def submit(
    commands: Annotated[Path, typer.Argument(help="File with a list of commands in JSON.")],
    *,
    act_as: Annotated[list[str], typer.Option("--act-as", help="Party; may be repeated.")],
    command_id: Annotated[
        str, typer.Option("--command-id", help="Keep it to try again without doing it twice.")
    ],
    url: UrlOption = DEFAULT_URL,
    user: UserOption = DEFAULT_USER,
    output: OutputOption = TABLE,
) -> None:
    """Submit commands as one transaction and show it."""
    content = _read_commands(commands)

    async def submitted(ledger: Any) -> Transaction:
        # The submission imports what generated classes need; listing things does not.
        from cantata.ledger.submission import Submission  # noqa: PLC0415

        wanted = Submission(commands=content, act_as=tuple(act_as), command_id=command_id)
        done: Transaction = await ledger.commands.transaction(wanted)
        return done

    _print_transaction(with_ledger(url, user, submitted), output)


@app.command()
def deploy(
    dar: Annotated[Path, typer.Argument(help="DAR to upload.")],
    *,
    url: UrlOption = DEFAULT_URL,
    user: UserOption = DEFAULT_USER,
    output: OutputOption = TABLE,
) -> None:
    """Check a DAR here, upload it, and vet its packages."""
    package_id = read_dar_file(dar).main.id
    content = dar.read_bytes()

    async def uploaded(ledger: Any) -> None:
        await ledger.packages.upload(content)

    with_ledger(url, user, uploaded)
    print_rows(output, ("package",), [(package_id,)])


def _read_commands(path: Path) -> tuple[Any, ...]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from error
    except (ValueError, RecursionError):
        raise MalformedCommands(path) from None
    if not isinstance(content, list) or not content:
        raise MalformedCommands(path)
    return tuple(content)


def _print_transaction(transaction: Transaction, output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        typer.echo(json.dumps(as_data(transaction), ensure_ascii=False))
    else:
        console().print(Text(draw(transaction)))
