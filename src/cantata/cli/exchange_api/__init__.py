"""`cantata exchange`: the API's nouns and verbs about an exchange."""

from __future__ import annotations

import typer

from cantata.cli.exchange_api.accounts import accounts
from cantata.cli.exchange_api.deposits import deposits
from cantata.cli.exchange_api.instruments import instruments, registries
from cantata.cli.exchange_api.preapprovals import preapprovals
from cantata.cli.exchange_api.reads import journal, reads
from cantata.cli.exchange_api.treasuries import treasuries
from cantata.cli.exchange_api.webhooks import webhooks
from cantata.cli.exchange_api.withdrawals import withdrawals


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.registered_commands += reads.registered_commands
    for name, part in (
        ("accounts", accounts),
        ("deposits", deposits),
        ("instruments", instruments),
        ("journal", journal),
        ("preapprovals", preapprovals),
        ("registries", registries),
        ("treasuries", treasuries),
        ("webhooks", webhooks),
        ("withdrawals", withdrawals),
    ):
        app.add_typer(part, name=name)
