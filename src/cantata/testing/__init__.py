"""What contract authors test with: a ledger in this process, and commands for it."""

from __future__ import annotations

from cantata.testing.commands import Command, archive, create, create_and_exercise, exercise
from cantata.testing.ledger import START, Active, Ledger
from cantata.testing.submitter import Done, Submitter

__all__ = [
    "START",
    "Active",
    "Command",
    "Done",
    "Ledger",
    "Submitter",
    "archive",
    "create",
    "create_and_exercise",
    "exercise",
]
