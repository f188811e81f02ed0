"""Commands of the JSON Ledger API v2 as commands of the engine."""

from cantata.sandbox.commands.body import MalformedBody
from cantata.sandbox.commands.errors import (
    PackageNameNotVetted,
    PackageNamesNotFound,
    PackageSelectionFailed,
    TemplatesNotFound,
    UnknownChoice,
)
from cantata.sandbox.commands.names import type_ref
from cantata.sandbox.commands.parties import ACT_AS, READ_AS, submitting_parties
from cantata.sandbox.commands.reader import CommandReader

__all__ = [
    "ACT_AS",
    "READ_AS",
    "CommandReader",
    "MalformedBody",
    "PackageNameNotVetted",
    "PackageNamesNotFound",
    "PackageSelectionFailed",
    "TemplatesNotFound",
    "UnknownChoice",
    "submitting_parties",
    "type_ref",
]
