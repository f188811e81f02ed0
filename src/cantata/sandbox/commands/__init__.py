"""Commands of the JSON Ledger API v2 as commands of the engine."""

from cantata.sandbox.commands.body import MalformedBody
from cantata.sandbox.commands.errors import (
    PackageNamesNotFound,
    PackageSelectionFailed,
    TemplatesNotFound,
    UnknownChoice,
)
from cantata.sandbox.commands.names import type_ref
from cantata.sandbox.commands.reader import CommandReader

__all__ = [
    "CommandReader",
    "MalformedBody",
    "PackageNamesNotFound",
    "PackageSelectionFailed",
    "TemplatesNotFound",
    "UnknownChoice",
    "type_ref",
]
