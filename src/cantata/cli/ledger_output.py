"""What the client gives, on the terminal: trees in colour, records as JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from rich.text import Text

from cantata.kernel.time import Timestamp
from cantata.ledger.model.updates import Transaction
from cantata.ledger.pictures import rows, title

_VERBS = {"create": "green", "archive": "red", "consume": "yellow", "exercise": "blue"}


def tree(transaction: Transaction, *, indent: int = 0, width: int | None = None) -> Text:
    """Draw a transaction in colour; values are cut where lines would be wider than `width`."""
    room = None if width is None else width - indent
    lead = " " * indent
    drawn = Text(f"{lead}{title(transaction)}", style="dim")
    lines = [drawn]
    for row in rows(transaction, room):
        value = f" {row.value}" if row.value else ""
        lines.append(
            Text.assemble(
                (f"{lead}{row.branch}", "dim"),
                (row.verb, _VERBS.get(row.verb, "")),
                f" {row.subject}",
                (value, "dim"),
                (f"  [{row.witnesses}]", "cyan"),
            )
        )
    return Text("\n").join(lines)


def as_data(value: Any) -> Any:
    """Give a record of the client as JSON data; what it holds as JSON already stays as it is."""
    if is_dataclass(value) and not isinstance(value, type | Timestamp):
        return {each.name: as_data(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple | list):
        return [as_data(each) for each in value]
    if isinstance(value, Mapping):
        return {name: as_data(each) for name, each in value.items()}
    return str(value) if isinstance(value, Timestamp | Decimal) else value
