"""`cantata exchange`: the API's nouns and verbs about an exchange, its care, and its parser."""

from __future__ import annotations

import typer

from cantata.cli.api_access import DEFAULT_URL, Api, KeyOption, UrlOption
from cantata.cli.exchange.accounts import accounts
from cantata.cli.exchange.dars import dars
from cantata.cli.exchange.deposits import deposits
from cantata.cli.exchange.instruments import instruments, registries
from cantata.cli.exchange.operations import reconcile, restored, status
from cantata.cli.exchange.parse import parse
from cantata.cli.exchange.preapprovals import preapprovals
from cantata.cli.exchange.reads import journal, reads
from cantata.cli.exchange.treasuries import treasuries
from cantata.cli.exchange.webhooks import webhooks
from cantata.cli.exchange.withdrawals import withdrawals

app = typer.Typer(
    help="Look after treasuries, and parse what a ledger recorded of them.", no_args_is_help=True
)


@app.callback()
def exchange(
    context: typer.Context, *, url: UrlOption = DEFAULT_URL, api_key: KeyOption = ""
) -> None:
    """Run an exchange through the API, and look after its treasuries where they are."""
    context.obj = Api(url.rstrip("/"), api_key)


for command in (status, reconcile, restored):
    app.command()(command)
app.registered_commands += reads.registered_commands
app.add_typer(accounts, name="accounts")
app.add_typer(dars, name="dars")
app.add_typer(deposits, name="deposits")
app.add_typer(instruments, name="instruments")
app.add_typer(journal, name="journal")
app.add_typer(preapprovals, name="preapprovals")
app.add_typer(registries, name="registries")
app.add_typer(treasuries, name="treasuries")
app.add_typer(webhooks, name="webhooks")
app.add_typer(withdrawals, name="withdrawals")
app.command()(parse)
