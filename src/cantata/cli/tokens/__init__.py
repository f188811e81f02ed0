"""`cantata tokens`: the API's nouns and verbs about tokens, and their reconciliation."""

from __future__ import annotations

import typer

from cantata.cli.api_access import DEFAULT_URL, Api, KeyOption, UrlOption
from cantata.cli.tokens.accounts import accounts
from cantata.cli.tokens.allowances import allowances
from cantata.cli.tokens.approvals import approvals, requests
from cantata.cli.tokens.batch import batch
from cantata.cli.tokens.changes import changes
from cantata.cli.tokens.document import document
from cantata.cli.tokens.reads import reads
from cantata.cli.tokens.reconcile import reconcile
from cantata.cli.tokens.rules import rules

app = typer.Typer(help="Create, mint, move, burn and look up tokens.", no_args_is_help=True)


@app.callback()
def tokens(
    context: typer.Context, *, url: UrlOption = DEFAULT_URL, api_key: KeyOption = ""
) -> None:
    """Create, mint, move, burn and look up tokens, through the API."""
    context.obj = Api(url.rstrip("/"), api_key)


for part in (changes, reads, rules, requests, allowances):
    app.registered_commands += part.registered_commands
app.command("reconcile")(reconcile)
app.add_typer(accounts, name="accounts")
app.add_typer(approvals, name="approvals")
app.add_typer(batch, name="batch")
app.add_typer(document, name="document")
