"""`cantata ledger`: parties, users, packages, contracts and updates of any participant."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ClassVar

import typer

from cantata.cli.dar_file import UnreadableFile, read_dar_file
from cantata.cli.exits import EXIT_REFUSED
from cantata.cli.ledger_access import (
    DEFAULT_URL,
    DEFAULT_USER,
    UrlOption,
    UserOption,
    require_client,
    with_ledger,
)
from cantata.cli.output import OutputFormat, OutputOption
from cantata.cli.platform import part
from cantata.cli.rows import print_rows
from cantata.kernel.errors import CantataError

app = typer.Typer(help="Use a ledger: any participant's JSON Ledger API.", no_args_is_help=True)

PartyOption = Annotated[
    list[str] | None,
    typer.Option("--party", help="Read as this party, its id or its name; may be repeated."),
]
TemplateOption = Annotated[
    list[str] | None,
    typer.Option("--template", help="Only this template, #package-name:Module:Entity."),
]
ActAsOption = Annotated[
    list[str], typer.Option("--act-as", help="Party, its id or its name; may be repeated.")
]
CommandIdOption = Annotated[
    str, typer.Option("--command-id", help="Keep it to try again without doing it twice.")
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
    rows = with_ledger(url, user, _actions().parties)
    print_rows(output, ("party", "hosted"), rows)


@app.command()
def users(
    *, url: UrlOption = DEFAULT_URL, user: UserOption = DEFAULT_USER, output: OutputOption = TABLE
) -> None:
    """List the users of the participant."""
    rows = with_ledger(url, user, _actions().users)
    print_rows(output, ("user", "primaryParty", "state"), rows)


@app.command()
def packages(
    *, url: UrlOption = DEFAULT_URL, user: UserOption = DEFAULT_USER, output: OutputOption = TABLE
) -> None:
    """List the packages of the participant; names and versions of those that it has vetted."""
    rows = with_ledger(url, user, _actions().packages)
    print_rows(output, ("name", "version", "package"), rows)


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
    actions = _actions()
    found = with_ledger(
        url, user, lambda ledger: actions.contracts(ledger, party or (), template or ())
    )
    actions.print_contracts(found, output)


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
    actions = _actions()

    async def shown(ledger: Any) -> None:
        async for each in actions.updates(ledger, party or (), begin, follow=follow):
            actions.print_transaction(each, output)

    with_ledger(url, user, shown)


@app.command()
def submit(
    commands: Annotated[Path, typer.Argument(help="File with a list of commands in JSON.")],
    *,
    act_as: ActAsOption,
    command_id: CommandIdOption,
    url: UrlOption = DEFAULT_URL,
    user: UserOption = DEFAULT_USER,
    output: OutputOption = TABLE,
) -> None:
    """Submit commands as one transaction and show it."""
    content, actions = _read_commands(commands), _actions()
    done = with_ledger(
        url, user, lambda ledger: actions.submit(ledger, content, act_as, command_id)
    )
    actions.print_transaction(done, output)


@app.command()
def deploy(
    dar: Annotated[
        Path | None, typer.Argument(help="DAR to upload; without it, our own packages.")
    ] = None,
    *,
    url: UrlOption = DEFAULT_URL,
    user: UserOption = DEFAULT_USER,
    output: OutputOption = TABLE,
) -> None:
    """Check a DAR here, upload it with what it lacks and the participant has, and vet it.

    Our own packages are compiled, and completed with the participant's copies of the standard's.
    """
    if dar is None:
        rows = with_ledger(url, user, part("cli.ledger_platform").deploy)
        print_rows(output, ("name", "version", "package"), rows)
        return
    main = read_dar_file(dar).main.package
    content = dar.read_bytes()
    with_ledger(url, user, lambda ledger: ledger.packages.deploy(content))
    print_rows(output, ("name", "version", "package"), [(main.name, main.version, main.id)])


@app.command()
def check(
    *, url: UrlOption = DEFAULT_URL, user: UserOption = DEFAULT_USER, output: OutputOption = TABLE
) -> None:
    """Tell whether a participant has what `cantata up --ledger` needs; end with 1 if not."""
    platform = part("cli.ledger_platform")
    checks = with_ledger(url, user, platform.examine)
    platform.print_checks(checks, output)
    if not all(each.is_passed for each in checks):
        raise typer.Exit(EXIT_REFUSED)


def _actions() -> Any:
    """Load what needs the client's libraries, which may be missing until a command is used."""
    require_client()
    return import_module("cantata.cli.ledger_actions")


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
